"""Certify that the term of a decision passed without one, and what the rules say of it."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, url_for
from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _

from sandbox.domain.calendar import ClockReading
from sandbox.domain.packs import ClockSpec, ClockUnit, PolicyPack, Silence
from sandbox.kernel.formats import day
from sandbox.kernel.pdf import render_pdf
from sandbox.kernel.terms import days_of_term
from sandbox.models import Application


def silence_pdf(
    application: Application, pack: PolicyPack, reading: ClockReading, content_hash: str
) -> bytes:
    """Typeset the certificate in the reader's language; the same facts give the same bytes.

    It states what can be read off the record, so nobody has to issue it and nobody can refuse it.
    Shape: `reading` is that of the decision's term, which is over; `content_hash` that of what was
    submitted last.
    """
    locale = get_locale()
    language = str(locale.language) if locale else application.language
    zone = ZoneInfo(pack.calendar.timezone)
    return render_pdf(
        "silence",
        _data(application, pack, reading, content_hash, language),
        language=language,
        timestamp=datetime.combine(reading.due_on, time.max, zone).replace(microsecond=0),
    )


def _data(
    application: Application,
    pack: PolicyPack,
    reading: ClockReading,
    content_hash: str,
    language: str,
) -> dict[str, Any]:
    page = url_for("home.case", application_id=application.id)
    decided = application.decided_at
    return {
        "programme": pack.programme.title.in_(language),
        "authority_line": pack.programme.operator.in_(language),
        "reference": application.reference or "",
        "content_hash": content_hash,
        "verify_url": current_app.extensions["config"].base_url + page,
        "organisation": application.organisation.name,
        "title": application.title,
        "submitted_at": day(application.submitted_at),
        "term": _length(reading.spec),
        "due_on": day(reading.due_on),
        "decided_on": day(decided) if decided else _("Not decided when the term ended"),
        "effect": _effect(reading.spec.silence, pack.version),
        "days": [
            {"days": row.days, "what": row.what, "counts": row.counts}
            for row in days_of_term(reading, pack)
        ],
        "labels": _labels(),
    }


def _length(spec: ClockSpec) -> str:
    number = format_decimal(spec.length)
    match spec.unit:
        case ClockUnit.BUSINESS_DAYS:
            return ngettext("%(n)s business day", "%(n)s business days", spec.length, n=number)
        case ClockUnit.CALENDAR_DAYS:
            return ngettext("%(n)s calendar day", "%(n)s calendar days", spec.length, n=number)
        case ClockUnit.MONTHS:
            return ngettext("%(n)s month", "%(n)s months", spec.length, n=number)


def _effect(silence: Silence, version: str) -> str:
    match silence:
        case Silence.GRANTED:
            said = _("Under the rules of the case, what was asked counts as granted.")
        case Silence.DENIED:
            said = _("Under the rules of the case, what was asked counts as denied.")
        case Silence.NONE:
            said = _("Under the rules of the case, silence neither grants nor denies anything.")
    return said + " " + _("The case runs under version %(version)s of the rules.", version=version)


def _labels() -> dict[str, str]:
    return {
        "page": _("Page"),
        "of": _("of"),
        "reference": _("Reference"),
        "content_hash": _("Content fingerprint (SHA-256)"),
        "verify_at": _("Check this document at"),
        "heading": _("Certificate of silence"),
        "lead": _(
            "The term in which the application below had to be decided passed without a decision. "
            "This document states it from the record of the case."
        ),
        "organisation": _("Organisation"),
        "title": _("Application"),
        "submitted_at": _("Received"),
        "term": _("Term"),
        "due_on": _("Last day of the term"),
        "decided_on": _("Decided on"),
        "effect": _("What it means"),
        "days": _("The days of the term"),
        "dates": _("Days"),
        "what": _("What they are"),
        "count": _("Count"),
    }

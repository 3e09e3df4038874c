"""Write the receipt of a submission as a document to keep."""

from collections.abc import Collection
from typing import Any

from flask import current_app, url_for
from flask_babel import format_decimal, get_locale
from flask_babel import gettext as _

from sandbox.applications.queries import SubmissionRow
from sandbox.domain.packs import PolicyPack
from sandbox.domain.succession import in_force
from sandbox.kernel.clock import local_day
from sandbox.kernel.pdf import render_pdf
from sandbox.models import Application

KIBIBYTE = 1024


def receipt_pdf(
    application: Application,
    pack: PolicyPack,
    submission: SubmissionRow,
    applied: Collection[str] = (),
    *,
    closed: Collection[str],
) -> bytes:
    """Typeset the receipt in the reader's language; the same submission gives the same bytes.

    Shape: `applied` are the codes of the authorities that had ended by succession when it was sent;
    `closed` are the questions whose files the reader has not opened, which are not named.
    """
    locale = get_locale()
    language = str(locale.language) if locale else application.language
    return render_pdf(
        "receipt",
        receipt_data(application, pack, submission, language, applied, closed=closed),
        language=language,
        timestamp=submission.submitted_at,
    )


def receipt_data(
    application: Application,
    pack: PolicyPack,
    submission: SubmissionRow,
    language: str,
    applied: Collection[str] = (),
    *,
    closed: Collection[str] = (),
) -> dict[str, Any]:
    """Return what the receipt says, in words of one language."""
    instant = current_app.jinja_env.filters["instant"]
    sent_on = local_day(submission.submitted_at, pack.calendar.timezone)
    page = url_for("applications.receipt", application_id=application.id, number=submission.number)
    return {
        "programme": pack.programme.title.in_(language),
        "authority_line": " · ".join(
            authority.code
            for authority in pack.authorities
            if in_force(pack, authority, sent_on, applied)
        ),
        "reference": application.reference or "",
        "content_hash": submission.content_hash,
        "verify_url": current_app.extensions["config"].base_url + page,
        "organisation": application.organisation.name,
        "title": application.title,
        "submitted_at": instant(submission.submitted_at),
        "answers": format_decimal(len(submission.answers)),
        "version": format_decimal(submission.number),
        "attachments": [
            {"name": _("Confidential"), "size": "—", "sha256": "—"}
            if file.question in closed
            else {"name": file.filename, "size": size_in_words(file.size), "sha256": file.sha256}
            for file in submission.files
        ],
        "how_to_verify": _(
            "The fingerprint is calculated from the answers, the confidentiality marks, the "
            "attached documents and the version of the rules. Anyone who holds the same content "
            "obtains the same fingerprint; if a single letter differs, so does the fingerprint."
        ),
        "labels": _labels(),
    }


def size_in_words(size: int) -> str:
    """Write the size of a file as people read it. Units: bytes."""
    if size < KIBIBYTE:
        return f"{size} B"
    if size < KIBIBYTE * KIBIBYTE:
        return f"{format_decimal(round(size / KIBIBYTE))} kB"
    return f"{format_decimal(round(size / KIBIBYTE / KIBIBYTE, 1))} MB"


def _labels() -> dict[str, str]:
    return {
        "page": _("Page"),
        "of": _("of"),
        "reference": _("Reference"),
        "content_hash": _("Content fingerprint (SHA-256)"),
        "verify_at": _("Check this document at"),
        "heading": _("Receipt of your application"),
        "organisation": _("Organisation"),
        "title": _("Application"),
        "submitted_at": _("Received"),
        "answers": _("Answers"),
        "version": _("Version"),
        "attachments": _("Attached documents"),
        "no_attachments": _("No documents were attached."),
        "name": _("Name"),
        "size": _("Size"),
        "how_to_verify": _("How to check this receipt"),
        "lead": _(
            "The programme has received the application below. What was submitted can no longer "
            "be changed by anyone."
        ),
    }

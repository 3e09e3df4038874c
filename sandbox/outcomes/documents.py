"""Print a published outcome report as PDF."""

from typing import Any

from flask_babel import gettext as _

from sandbox.domain.packs import PolicyPack
from sandbox.kernel.language import current_language
from sandbox.kernel.pdf import render_pdf
from sandbox.outcomes.presentation import Format, view_of


def print_report(row: Any, pack: PolicyPack, *, address: str, day: Format) -> bytes:
    """Return a published report as PDF in the reader's language; equal reports, equal bytes."""
    view = view_of(row, row.facts, pack, day)
    language = current_language()
    data = {
        "programme": pack.programme.title.in_(language),
        "authority_line": " · ".join(entry["code"] for entry in row.facts["authorities"]),
        "reference": row.facts["reference"],
        "content_hash": row.content_hash,
        "verify_url": address,
        "title": row.title,
        "subtitle": row.facts["organisation"],
        "published_on": day(row.published_at),
        "version": str(row.edition),
        "facts": [{"label": label, "value": value} for label, value in view.facts],
        "stages": [
            {"name": name, "entered_on": begin, "left_on": end, "days": days}
            for name, begin, end, days in view.stages
        ],
        "metrics": [
            {
                "name": metric.name,
                "target": metric.target,
                "result": metric.result,
                "level": metric.level,
                "level_label": metric.level_label,
            }
            for metric in view.metrics
        ],
        "sections": [{"title": title, "text": text} for title, text in view.sections],
        "lessons": [{"principle": name, "text": text} for name, text in view.lessons],
        "recommendations": [
            {"stakeholder": name, "text": text} for name, text in view.recommendations
        ],
        "no_endorsement": pack.programme.no_endorsement.in_(language),
        "labels": _labels(),
    }
    return render_pdf("outcome", data, language=language, timestamp=row.published_at)


def _labels() -> dict[str, str]:
    return {
        "page": _("Page"),
        "of": _("of"),
        "reference": _("Reference"),
        "content_hash": _("Content fingerprint (SHA-256)"),
        "verify_at": _("Check this document at"),
        "heading": _("Outcome report"),
        "published_on": _("Published"),
        "version": _("Version"),
        "facts": _("Facts"),
        "stages": _("Stages"),
        "stage": _("Stage"),
        "entered_on": _("From"),
        "left_on": _("To"),
        "days": _("Days"),
        "metrics": _("Results against targets"),
        "metric": _("Metric"),
        "target": _("Target"),
        "result": _("Result"),
        "level": _("Assessment"),
        "lessons": _("Lessons by principle"),
        "recommendations": _("Recommendations"),
    }

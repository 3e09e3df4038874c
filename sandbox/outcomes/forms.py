"""Build the forms of outcome reports from the policy pack."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from sandbox.domain.packs import PolicyPack
from sandbox.kernel.forms import PlatformForm, Required, VersionedForm, WordLimit, mark_missing
from sandbox.models import OutcomeReport

LONGEST_TITLE = 160
MOST_WORDS = 3000


class PublishForm(VersionedForm):
    """Publish exactly the version that was read."""


class AgreeForm(PublishForm):
    """Agree to exactly the report that was read, what the case said then included."""

    seen = HiddenField()


class ReturnForm(PlatformForm):
    """Give a reason for returning a report."""

    reason = TextAreaField(_l("What has to change"), [Required(), WordLimit(500)])


class RefuseForm(PlatformForm):
    """Refuse the publication of a report."""

    reason = TextAreaField(_l("Why must it not be published?"), [Required(), WordLimit(500)])


class ReportForm(VersionedForm):
    """Write a report; its parts are added by `report_form`."""

    title = StringField(_l("Title of the report"), [Required(), Length(max=LONGEST_TITLE)])

    def texts(self, prefix: str) -> Mapping[str, str]:
        """Return what was typed into the parts with this prefix, by their keys."""
        cut = len(prefix)
        return {
            field.short_name[cut:]: field.data or ""
            for field in self
            if field.short_name.startswith(prefix)
        }


def report_form(
    pack: PolicyPack, language: str, report: OutcomeReport, *, unwritten: Sequence[str] = ()
) -> ReportForm:
    """Make the form of a report, filled with what was written so far.

    Shape: `unwritten` are the sections that are named as empty; what was saved is shown then.
    """
    parts: dict[str, Field] = {}
    for section in pack.report_sections:
        parts[f"section-{section.key}"] = TextAreaField(
            section.title.in_(language),
            [WordLimit(MOST_WORDS)],
            description=section.help.in_(language),
        )
    for principle in pack.principles:
        parts[f"lesson-{principle.code}"] = TextAreaField(
            principle.name.in_(language),
            [WordLimit(MOST_WORDS)],
            description=principle.asks.in_(language),
        )
    for stakeholder in pack.stakeholders:
        parts[f"recommendation-{stakeholder.code}"] = TextAreaField(
            stakeholder.name.in_(language),
            [WordLimit(MOST_WORDS)],
            description=_("What you recommend to them, as something they can do."),
        )
    saved: dict[str, object] = {"formdata": None} if unwritten else {}
    whole = type("WholeReportForm", (ReportForm,), parts)
    form: ReportForm = whole(data=_written(report), **saved)
    mark_missing(form, (f"section-{key}" for key in unwritten))
    return form


def _written(report: OutcomeReport) -> dict[str, object]:
    return {
        "title": report.title,
        "version": report.version,
        **{f"section-{key}": text for key, text in report.sections.items()},
        **{f"lesson-{key}": text for key, text in report.lessons.items()},
        **{f"recommendation-{key}": text for key, text in report.recommendations.items()},
    }


def differences(form: ReportForm, report: OutcomeReport) -> list[tuple[str, str, str]]:
    """List the parts in which what was typed differs from what somebody else has saved since.

    Shape: (label, theirs, mine).
    """
    theirs = _written(report)
    return [
        (str(field.label.text), str(theirs.get(field.short_name, "")), field.data or "")
        for field in form
        if field.short_name not in ("version", "csrf_token")
        and (field.data or "") != theirs.get(field.short_name, "")
    ]

"""Build the forms that stop a trial or end it."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import RadioField, TextAreaField

from sandbox.domain.packs import Ending, PolicyPack, Suspender
from sandbox.kernel.forms import PlatformForm, Required, VersionedForm, WordLimit
from sandbox.models import FinalReport


class SuspendForm(PlatformForm):
    """Stop a trial: a reason is asked for, and a ground where the rules name any."""

    ground = RadioField(_l("On which ground?"), [Required()])
    reason = TextAreaField(_l("Why must the test stop?"), [Required(), WordLimit(500)])

    @property
    def named(self) -> str | None:
        """Return the ground that was named, where the rules have any."""
        return self.ground.data if "ground" in self else None


def suspend_form(pack: PolicyPack | None, by: Suspender, language: str) -> SuspendForm:
    """Offer the grounds on which a party may stop a test; one that is alone is chosen already.

    Where the rules cannot be read, nobody knows their grounds, and the reason says one in words.
    """
    form = SuspendForm()
    if pack is None:
        form.reason.label.text = _l("On which ground, and why must the test stop?")
        form.reason.description = _l(
            "The rules that name the grounds cannot be read now. Say it in your own words."
        )
        del form.ground
        return form
    grounds = pack.grounds_of(by)
    if not grounds:
        del form.ground
        return form
    form.ground.choices = [(each.key, each.name.in_(language)) for each in grounds]
    if len(grounds) == 1 and not form.is_submitted():
        form.ground.data = grounds[0].key
    return form


class CompleteForm(PlatformForm):
    """Complete a trial."""

    exit_kind = RadioField(_l("How does the test end?"), [Required()])


class EndEarlyForm(CompleteForm):
    """End a trial before its plan is carried out."""

    reason = TextAreaField(_l("Why does it end early?"), [Required(), WordLimit(500)])


class FinalReportForm(PlatformForm):
    """Report on a trial that has ended."""

    text = TextAreaField(
        _l("What you did, what came of it and what you learned"),
        [Required(), WordLimit(3000)],
        description=_l(
            "The whole test: its results against the plan, the people who took part, complaints, "
            "damage and how it was made good, and what you do next."
        ),
    )
    document = FileField(
        _l("Document, if you have one"),
        description=_l("PDF, Word, Excel, CSV, text or image, at most 25 MB."),
    )


class CorrectFinalReportForm(FinalReportForm, VersionedForm):
    """Correct a final report, as a further version of exactly the one that was read."""


def correct_final_report_form(report: FinalReport) -> CorrectFinalReportForm:
    """Make the form of a correction, filled with the version that counts."""
    form = CorrectFinalReportForm(data={"text": report.text, "version": report.number})
    form.document.label.text = _l("Another document, if it has changed")
    return form


def with_exit_kinds(
    form: CompleteForm, pack: PolicyPack, ends: Ending, language: str
) -> CompleteForm:
    """Offer what the pack says can come of a test that ends so."""
    form.exit_kind.choices = [(kind.code, kind.name.in_(language)) for kind in pack.exits(ends)]
    return form

"""Build the forms of a trial's plan, of its start conditions and of its gates."""

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import Field, HiddenField, RadioField, TextAreaField
from wtforms.validators import ValidationError

from sandbox.domain.packs import PolicyPack
from sandbox.kernel.forms import PlatformForm, Required, VersionedForm, WordLimit, mark_missing
from sandbox.models import TrialPlan

MOST_WORDS = 800
START_STATES = (
    ("open", _l("Not yet")),
    ("met", _l("Met")),
    ("blocked_by_third_party", _l("Blocked by a third party")),
)


class PlanForm(VersionedForm):
    """Write the plan; its parts are added by `plan_form`."""


def plan_form(
    pack: PolicyPack, language: str, plan: TrialPlan, *, unwritten: Sequence[str] = ()
) -> PlanForm:
    """Make the form of a trial's plan, filled with what was saved last.

    Shape: `unwritten` are the parts that are named as empty; what was saved is shown then.
    """
    parts = {
        f"plan-{spec.key}": TextAreaField(
            spec.label.in_(language),
            [WordLimit(MOST_WORDS)],
            description=spec.hint.in_(language),
        )
        for spec in pack.plan_fields
    }
    saved: dict[str, object] = {f"plan-{key}": text for key, text in plan.fields.items()}
    shown: dict[str, object] = {"formdata": None} if unwritten else {}
    whole = type("WholePlanForm", (PlanForm,), parts)
    form: PlanForm = whole(data={**saved, "version": plan.version}, **shown)
    mark_missing(form, (f"plan-{key}" for key in unwritten))
    return form


def typed_plan(form: PlanForm) -> Mapping[str, str]:
    """Return what was typed into the parts of the plan, by their keys."""
    return {
        field.short_name.removeprefix("plan-"): field.data or ""
        for field in form
        if field.short_name.startswith("plan-")
    }


class AgreeForm(VersionedForm):
    """Agree to exactly the version of the plan that was read."""


class StartConditionForm(PlatformForm):
    """Say how a start condition stands."""

    state = RadioField(_l("How does it stand?"), [Required()], choices=START_STATES)
    note = TextAreaField(
        _l("Note"),
        [WordLimit(200)],
        description=_l("If a third party blocks it: who, and what is being done about it."),
    )

    def validate_note(self, field: Field) -> None:
        """Demand a note where a third party blocks."""
        if self.state.data == "blocked_by_third_party" and not (field.data or "").strip():
            raise ValidationError(_l("Say who blocks it, and what is being done about it."))


class DocumentForm(PlatformForm):
    """Hand in a document for a gate."""

    document = FileField(
        _l("Document"),
        [FileRequired(_l("Choose a file."))],
        description=_l("PDF, Word, Excel, CSV, text or image, at most 25 MB."),
    )


class ApproveForm(PlatformForm):
    """Approve a requirement, on the documents that the page has shown."""

    seen = HiddenField()
    note = TextAreaField(_l("Remark, if you have one"), [WordLimit(200)])


class RefuseForm(PlatformForm):
    """Refuse an approval, on the documents that the page has shown."""

    seen = HiddenField()
    reason = TextAreaField(
        _l("Why does your authority refuse?"),
        [Required(), WordLimit(300)],
        description=_l("Say what would have to change. Everybody on the case can read it."),
    )


class WaiveForm(PlatformForm):
    """Waive a requirement with a reason."""

    reason = TextAreaField(
        _l("Why is this requirement waived?"),
        [Required(), WordLimit(300)],
        description=_l("Everybody on the case can read the reason."),
    )

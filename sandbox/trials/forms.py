"""Build the forms of a trial from its tier and its pack."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import ClassVar, NoReturn
from uuid import uuid4

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import Field, HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from sandbox.domain.packs import Ending, PolicyPack
from sandbox.domain.trials import WORK, TrialStatus, TrialWork
from sandbox.kernel.forms import DateField3, PlatformForm, Required, VersionedForm, WordLimit
from sandbox.models import Incident, MonitoringReport, Reading, TrialPlan
from sandbox.trials.queries import TrialFile, are_same_readings, report_data
from sandbox.trials.sentences import FORM_SENT

MOST_WORDS = 800
START_STATES = (
    ("open", _l("Not yet")),
    ("met", _l("Met")),
    ("blocked_by_third_party", _l("Blocked by a third party")),
)


class MeasuredField(StringField):  # type: ignore[misc]
    """Read a decimal number in either style: 1,234.5 or 1.234,5; nothing is guessed."""

    def decimal(self) -> Decimal | None:
        """Return the value, or None where nothing sensible was typed."""
        return read_decimal(self.data or "")


def read_decimal(text: str) -> Decimal | None:
    """Return the number that was typed, or None.

    A single comma or point is the decimal sign; of two kinds the last one is.
    """
    compact = text.replace(" ", "").replace("\u00a0", "").removesuffix("%")
    last = max(compact.rfind(","), compact.rfind("."))
    if last >= 0:
        whole = compact[:last].replace(",", "").replace(".", "")
        compact = f"{whole}.{compact[last + 1 :]}"
    try:
        value = Decimal(compact)
    except ArithmeticError:
        return None
    return value if value.is_finite() and abs(value) < Decimal(10**12) else None


class IsNumber:
    """Refuse what is no number."""

    def __call__(self, _form: PlatformForm, field: Field) -> None:
        """Raises: ValidationError."""
        if read_decimal(field.data or "") is None:
            raise ValidationError(_l("Write a number, for example 2.5."))


class PlanForm(VersionedForm):
    """Write the plan; its parts are added by `plan_form`."""


def plan_form(pack: PolicyPack, language: str, plan: TrialPlan) -> PlanForm:
    """Make the form of a trial's plan, filled with what was saved last."""
    parts = {
        f"plan-{spec.key}": TextAreaField(
            spec.label.in_(language),
            [WordLimit(MOST_WORDS)],
            description=spec.hint.in_(language),
        )
        for spec in pack.plan_fields
    }
    saved = {f"plan-{key}": text for key, text in plan.fields.items()}
    form: PlanForm = type("WholePlanForm", (PlanForm,), parts)(
        data={**saved, "version": plan.version}
    )
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


class WaiveForm(PlatformForm):
    """Waive a requirement with a reason."""

    reason = TextAreaField(
        _l("Why is this requirement waived?"),
        [Required(), WordLimit(300)],
        description=_l("Everybody on the case can read the reason."),
    )


class OnceForm(PlatformForm):
    """Carry a key that is made with the page, so that sending the form twice does one thing."""

    form_key = HiddenField(validators=[Length(min=8, max=64)])

    def keyed(self) -> None:
        """Give the form its key when it is first shown; what was sent keeps its own."""
        self.form_key.data = self.form_key.data or uuid4().hex

    def refuse_reuse(self) -> NoReturn:
        """Say that this form was sent before, and make of it a form of its own.

        Raises: ValidationError.
        """
        self.form_key.data = uuid4().hex
        raise ValidationError(FORM_SENT)


class MonitoringReportForm(OnceForm):
    """Report on the current stage; the readings are added by `report_form`."""

    measured_on = DateField3(_l("Day of the readings"), [Required()])
    participants = IntegerField(
        _l("Participants so far"), [InputRequired(), NumberRange(min=0, max=100_000_000)]
    )
    narrative = TextAreaField(
        _l("What happened since the last report"),
        [Required(), WordLimit(1500)],
        description=_l("What went well, what did not, complaints and what you did about them."),
    )

    earliest: ClassVar[date]
    latest: ClassVar[date]
    taken: frozenset[date] = frozenset()  # days of which there are readings already
    made: MonitoringReport | None = None  # what this very form has handed in already
    made_readings: Sequence[Reading] = ()

    def validate_narrative(self, field: Field) -> None:
        """Refuse other words than those that this form was sent with before."""
        if self.made is None:
            return
        is_same = (field.data, self.participants.data) == (
            self.made.narrative,
            self.made.participants,
        )
        if not is_same or not are_same_readings(
            self.made_readings, self.readings(), self.measured_on.data
        ):
            self.refuse_reuse()

    def validate_measured_on(self, field: Field) -> None:
        """Refuse days outside the stage, and days that were reported before."""
        if field.data is None:
            return
        if not self.earliest <= field.data <= self.latest:
            raise ValidationError(_l("Readings are from within the present stage, up to today."))
        if field.data in self.taken:
            raise ValidationError(_l("There are readings of this day already. Choose another."))

    def readings(self) -> dict[str, Decimal]:
        """Return the values by the keys of their metrics."""
        return {
            field.short_name.removeprefix("metric-"): value
            for field in self
            if isinstance(field, MeasuredField) and (value := field.decimal()) is not None
        }


def report_form(
    file: TrialFile, language: str, correcting: MonitoringReport | None
) -> MonitoringReportForm:
    """Make the form of a monitoring report with a field for each metric of the tier."""
    pack, tier = file.pack, file.tier
    parts: dict[str, object] = {
        f"metric-{key}": MeasuredField(
            f"{pack.metric(key).name.in_(language)} ({pack.metric(key).unit.in_(language)})",
            [Required(), IsNumber()],
        )
        for key in tier.metrics
    }
    parts["earliest"], parts["latest"] = file.entered_on, file.today
    data = report_data(file, correcting)
    form: MonitoringReportForm = type("WholeReportForm", (MonitoringReportForm,), parts)(data=data)
    form.keyed()
    # A form that is sent once more is about the very report that it has made already.
    form.made = next((each for each in file.reports if is_made_by(form, each)), None)
    own = set() if form.made is None else {form.made.id}
    form.made_readings = [each for each in file.readings if each.report_id in own]
    if correcting is not None:
        own.add(correcting.id)
    form.taken = frozenset(
        reading.measured_on for reading in file.readings if reading.report_id not in own
    )
    return form


def is_made_by(form: OnceForm, row: MonitoringReport | Incident) -> bool:
    """Tell whether a row carries this form's key, behind the names of person and trial."""
    return bool((row.form_key or "").rpartition(":")[2] == form.form_key.data)


class JudgeForm(PlatformForm):
    """Accept a report, or return it with a remark."""

    verdict = RadioField(
        _l("What do you decide?"),
        [Required()],
        choices=[("accept", _l("Accept it")), ("return", _l("Return it to be corrected"))],
    )
    remark = TextAreaField(
        _l("Remark"),
        [WordLimit(300)],
        description=_l("Needed if you return the report: what has to change."),
    )

    def validate_remark(self, field: Field) -> None:
        """Demand a remark with a return."""
        if self.verdict.data == "return" and not (field.data or "").strip():
            raise ValidationError(_l("Say what has to change."))


def judge_form(file: TrialFile) -> JudgeForm:
    """Make the form of the lead's word; once nobody can correct a report, it is not returned."""
    form = JudgeForm()
    if TrialWork.RETURN_REPORT not in WORK[TrialStatus(file.trial.status)]:
        form.verdict.choices = [each for each in form.verdict.choices if each.value == "accept"]
        form.remark.description = _l(
            "The test has ended and the report cannot be corrected any more. "
            "Say here what is missing in it."
        )
    return form


class IncidentForm(OnceForm):
    """Report an incident."""

    class_key = RadioField(_l("What kind of incident is it?"), [Required()])
    what_happened = TextAreaField(_l("What happened"), [Required(), WordLimit(800)])
    persons_affected = IntegerField(
        _l("People affected"), [Optional(), NumberRange(min=0, max=100_000_000)], default=0
    )

    made: Incident | None = None  # what this very form has reported already

    def validate_what_happened(self, field: Field) -> None:
        """Refuse other words than those that this form was sent with before."""
        said = (self.class_key.data, field.data, self.persons_affected.data or 0)
        if self.made is not None and said != (
            self.made.class_key,
            self.made.what_happened,
            self.made.persons_affected,
        ):
            self.refuse_reuse()


def incident_form(file: TrialFile, language: str) -> IncidentForm:
    """Make the form of an incident with the pack's classes."""
    form = IncidentForm()
    form.keyed()
    form.class_key.choices = [
        (spec.key, spec.name.in_(language)) for spec in file.pack.incident_classes
    ]
    form.made = next((each for each in file.incidents if is_made_by(form, each)), None)
    return form


class CloseIncidentForm(PlatformForm):
    """Close an incident."""

    correction = TextAreaField(
        _l("What was corrected, and how do you know that it works?"), [Required(), WordLimit(500)]
    )


class SuspendForm(PlatformForm):
    """Stop a trial: one reason is all that is asked."""

    reason = TextAreaField(_l("Why must the test stop?"), [Required(), WordLimit(500)])


class CompleteForm(PlatformForm):
    """Complete a trial."""

    exit_kind = RadioField(_l("How does the test end?"), [Required()])


class EndEarlyForm(CompleteForm):
    """End a trial before its plan is carried out."""

    reason = TextAreaField(_l("Why does it end early?"), [Required(), WordLimit(500)])


def with_exit_kinds(
    form: CompleteForm, pack: PolicyPack, ends: Ending, language: str
) -> CompleteForm:
    """Offer what the pack says can come of a test that ends so."""
    form.exit_kind.choices = [(kind.code, kind.name.in_(language)) for kind in pack.exits(ends)]
    return form

"""Build the forms of monitoring reports from the metrics of a tier."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField, TextAreaField
from wtforms.validators import ValidationError

from sandbox.domain.monitoring import Cap, Reach, caps_of
from sandbox.domain.trials import WORK, TrialStatus, TrialWork
from sandbox.kernel.forms import DateField3, PlatformForm, Required, WordLimit
from sandbox.models import MonitoringReport, Reading
from sandbox.trials.forms.numbers import (
    AmountField,
    CountField,
    IsAmount,
    IsNumber,
    MeasuredField,
)
from sandbox.trials.forms.once import OnceForm, is_made_by
from sandbox.trials.queries import TrialFile, are_same_readings, reach_of, report_data


class MonitoringReportForm(OnceForm):
    """Report on the current stage; the readings are added by `report_form`."""

    measured_on = DateField3(_l("Day of the readings"), [Required()])
    participants = CountField(_l("Participants so far"), [Required()], most=100_000_000)
    places = CountField(_l("Places so far"), [Required()], most=10_000)
    amount_each = AmountField(_l("Most money so far for one participant"), [Required(), IsAmount()])
    amount_total = AmountField(_l("Money so far in all"), [Required(), IsAmount()])
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
        is_same = (field.data, self.reach()) == (self.made.narrative, reach_of(self.made))
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

    def reach(self) -> Reach:
        """Return how far the test has reached, in what the form asks for."""
        return Reach(
            self.participants.data or 0,
            self.places.data if "places" in self else None,
            self.amount_each.cents() if "amount_each" in self else None,
            self.amount_total.cents() if "amount_total" in self else None,
        )

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
    for cap in set(Cap) - {Cap.PARTICIPANTS, *caps_of(file.spec_of(correcting))}:
        del form[cap.value]
    for name in ("amount_each", "amount_total"):
        if name in form:
            form[name].currency = pack.currency
            form[name].description = _l("In %(currency)s.", currency=pack.currency)
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

"""Build the forms of incidents from the classes of the pack."""

import re
from datetime import datetime, time
from typing import ClassVar
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, RadioField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from sandbox.kernel.forms import DateField3, PlatformForm, Required, WordLimit, as_choice
from sandbox.models import Incident
from sandbox.trials.forms.numbers import CountField
from sandbox.trials.forms.once import OnceForm, is_made_by
from sandbox.trials.queries import TrialFile
from sandbox.trials.sentences import class_terms

CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")


class IncidentForm(OnceForm):
    """Report an incident."""

    class_key = RadioField(_l("What kind of incident is it?"), [Required()])
    what_happened = TextAreaField(_l("What happened"), [Required(), WordLimit(800)])
    persons_affected = CountField(_l("People affected"), [Optional()], most=100_000_000, default=0)
    known_on = DateField3(
        _l("Day on which the company learned of it"),
        [Optional()],
        description=_l("The terms run from then. Leave it empty if that was just now."),
    )
    known_time = StringField(
        _l("Time of that day"),
        [Optional()],
        description=_l("From 0:00 to 23:59, for example 14:30."),
    )
    is_first = BooleanField(
        _l("This is a first report: the company will complete it"),
    )

    least_known_at: ClassVar[datetime]
    most_known_at: ClassVar[datetime]
    zone: ClassVar[ZoneInfo]
    complete_at_once: ClassVar[frozenset[str]]  # the classes that have no second report
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

    def validate_is_first(self, field: Field) -> None:
        """Refuse to put off what the rules want to be told at once."""
        if field.data and self.class_key.data in self.complete_at_once:
            raise ValidationError(
                _l("An incident of this kind is reported in full at once. Say what you know.")
            )

    def validate_known_on(self, _field: Field) -> None:
        """Refuse moments that are still to come, and those before there was a test."""
        known_at = self.known_at()
        if known_at is not None and known_at > self.most_known_at:
            raise ValidationError(_l("Nobody can learn of an incident after reporting it."))
        # A day without a time stands for the whole of it.
        opened_at = self.least_known_at.astimezone(self.zone)
        least = opened_at.replace(second=0, microsecond=0)
        if not self.known_time.data:
            least = least.replace(hour=0, minute=0)
        if known_at is not None and known_at < least:
            raise ValidationError(_l("Nobody can learn of an incident before the test was opened."))

    def validate_known_time(self, field: Field) -> None:
        """Refuse what is no time of day."""
        if field.data and not CLOCK.fullmatch(field.data):
            raise ValidationError(_l("Write the time as hours and minutes, for example 14:30."))
        if field.data and self.known_on.data is None:
            raise ValidationError(_l("Write the day as well, or leave the time empty."))

    def known_at(self) -> datetime | None:
        """Return when the company learned of the incident; without a time, when the day began."""
        if self.known_on.data is None:
            return None
        typed = self.known_time.data or "0:00"
        if not CLOCK.fullmatch(typed):
            return None
        hour, minute = (int(part) for part in typed.split(":"))
        return datetime.combine(self.known_on.data, time(hour, minute), self.zone)


def incident_form(file: TrialFile, language: str) -> IncidentForm:
    """Make the form of an incident with the pack's classes and the terms of each."""
    parts: dict[str, object] = {
        "least_known_at": file.trial.opened_at,
        "most_known_at": file.now,
        "zone": ZoneInfo(file.pack.calendar.timezone),
        "complete_at_once": frozenset(
            spec.key for spec in file.pack.incident_classes if spec.complete_report_days is None
        ),
    }
    form: IncidentForm = type("WholeIncidentForm", (IncidentForm,), parts)()
    form.keyed()
    form.class_key.choices = [
        as_choice((spec.key, spec.name.in_(language), {"hint": class_terms(spec)}))
        for spec in file.pack.incident_classes
    ]
    form.made = next((each for each in file.incidents if is_made_by(form, each)), None)
    return form


class CompleteIncidentForm(PlatformForm):
    """Complete the report of an incident."""

    report = TextAreaField(
        _l("The complete report"),
        [Required(), WordLimit(1500)],
        description=_l("What caused it, whom it affected and how, and what was done about it."),
    )
    persons_affected = CountField(
        _l("People affected, as far as is known now"), [Required()], most=100_000_000
    )


class ReactForm(PlatformForm):
    """Answer the report of an incident."""

    reaction = TextAreaField(
        _l("Your answer"),
        [Required(), WordLimit(500)],
        description=_l("What the company has to do and by when, or that nothing more is asked."),
    )


class CloseIncidentForm(PlatformForm):
    """Close an incident."""

    correction = TextAreaField(
        _l("What was corrected, and how do you know that it works?"), [Required(), WordLimit(500)]
    )

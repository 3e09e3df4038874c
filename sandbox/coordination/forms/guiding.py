"""Parse what is typed about advice to a company."""

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from sandbox.coordination.forms.lengths import LONGEST_TEXT_WORDS
from sandbox.coordination.sentences import CHANNEL
from sandbox.domain.guidance import Channel, Guidance
from sandbox.domain.packs import PolicyPack
from sandbox.kernel.forms import DateField3, PlatformForm, Required, WordLimit
from sandbox.models import GuidanceEntry

LONGEST_PROVISION = 300


class GuidanceForm(PlatformForm):
    """Put advice on record."""

    given_on = DateField3(_l("Day of the advice"), [Required()])
    channel = RadioField(_l("How it was given"), [Required()])
    question = TextAreaField(
        _l("Question that it answered"),
        [Required(), WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("As the company asked it, or as it came up."),
        render_kw={"rows": 4},
    )
    question_key = SelectField(
        _l("Question of the form that it is about"),
        description=_l("Leave it open if it is about none."),
    )
    provision = StringField(
        _l("Provision that it is about"),
        [Length(max=LONGEST_PROVISION)],
        description=_l("The law with its article, so that the company finds it."),
    )
    advice = TextAreaField(
        _l("Advice in words"),
        [Required(), WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("The company reads this text as you write it."),
        render_kw={"rows": 8},
    )
    binds = RadioField(
        _l("Does it bind the authority?"),
        [Required()],
        default="no",
        choices=[
            ("no", _l("No, it is orientation")),
            ("yes", _l("Yes, as the law says")),
        ],
    )
    basis = TextAreaField(
        _l("Why it binds, and how far"),
        [WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("Name the provision that makes it binding."),
        render_kw={"rows": 3},
    )

    latest: date

    def offer(self, pack: PolicyPack, language: str, today: date) -> None:
        """Offer the questions of the case's form, and take no day after today."""
        self.channel.choices = [(each.value, CHANNEL[each]) for each in Channel]
        questions = [(key, f"{spec.label.in_(language)}") for key, spec in pack.questions.items()]
        self.question_key.choices = [("", gettext("None in particular")), *questions]
        self.latest = today

    def validate_given_on(self, field: Any) -> None:
        """Refuse a day that has not come."""
        if field.data is not None and field.data > self.latest:
            raise ValidationError(gettext("The advice cannot have been given after today."))

    def validate_basis(self, field: Any) -> None:
        """Ask what makes it binding where it is."""
        if self.binds.data == "yes" and not field.data:
            raise ValidationError(gettext("Write which provision makes the advice binding."))

    @property
    def given(self) -> Guidance:
        """Return what was typed, as the service takes it."""
        is_binding, given_on = self.binds.data == "yes", self.given_on.data
        if given_on is None:
            raise ValueError("Only a form that was found sound can be read.")
        return Guidance(
            given_on=given_on,
            channel=Channel(self.channel.data),
            question=self.question.data,
            advice=self.advice.data,
            is_binding=is_binding,
            basis=self.basis.data or "" if is_binding else "",
            question_key=self.question_key.data or None,
            provision=self.provision.data or "",
        )


def data_of(entry: GuidanceEntry) -> dict[str, Any]:
    """Return what an entry says as the form takes it, so that a correction begins with it."""
    return {
        "given_on": entry.given_on,
        "channel": entry.channel,
        "question": entry.question,
        "question_key": entry.question_key or "",
        "provision": entry.provision,
        "advice": entry.advice,
        "binds": "yes" if entry.is_binding else "no",
        "basis": entry.basis,
    }


class GuidanceAnswerForm(PlatformForm):
    """Say how the company understood advice."""

    text = TextAreaField(
        _l("How you understood it"),
        [Required(), WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("Whoever gave the advice is told. You can answer once."),
        render_kw={"rows": 6},
    )

"""Read the short forms around an application."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
    RadioField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import Length

from sandbox.applications.forms.fields import in_language
from sandbox.domain.calls import OUTSIDE, Calling
from sandbox.domain.packs import (
    PolicyPack,
)
from sandbox.kernel.forms import (
    HiddenVersionField,
    PlatformForm,
    Required,
    VersionedForm,
    WordLimit,
)
from sandbox.models import InformationRequest

LONGEST_REASON = 2000


class StartForm(PlatformForm):
    """Ask for which organisation an application is made."""

    start_key = HiddenField(validators=[Length(min=8, max=64)])
    organisation_id = RadioField(_l("Which organisation applies?"), [Required()])


class CopyForm(PlatformForm):
    """Ask which application's answers to begin with."""

    source = RadioField(_l("Which application?"), [Required()])

    def offer(self, sources: Iterable[Any]) -> None:
        """Let one choose among rows of applications, each called as lists call it."""
        draft, nameless = gettext("Draft"), gettext("Application without a name")
        self.source.choices = [
            (str(row.id), " · ".join((row.reference or draft, row.title or nameless)))
            for row in sources
        ]


class SubmitForm(PlatformForm):
    """Carry what the person has checked, so that nothing else is sent in its place."""

    number = HiddenVersionField()
    content_hash = HiddenField()
    way = RadioField(_l("How do you send the application?"), [Required()])

    @classmethod
    def asking(cls, calling: Calling | None, **options: Any) -> "SubmitForm":
        """Ask in which way it is sent, where the calls leave more than one or none is open."""
        form = cls(**options)
        if calling is None or not calling.outside:
            del form.way
            return form
        form.way.choices = [(OUTSIDE, gettext("Outside the calls: no places are counted"))]
        if calling.open is not None:
            inside = gettext("In the call “%(call)s”", call=in_language(calling.open.name))
            form.way.choices.insert(0, (calling.open.key, inside))
        return form

    def has_way(self) -> bool:
        """Judge the choice of a way alone: of the rest of this form a person writes nothing."""
        return self.way is None or self.way.validate(self)

    @property
    def confirmed(self) -> dict[str, Any]:
        """Return what the person confirms by sending, as the service takes it."""
        return {
            "number": self.number.data,
            "expected_hash": self.content_hash.data or None,
            "outside": self.way is not None and self.way.data == OUTSIDE,
        }


class ViewForm(PlatformForm):
    """Ask what a person calls the list as it is narrowed now."""

    name = StringField(_l("Name of the view"), [Required(), Length(max=60)])


class WithdrawForm(PlatformForm):
    """Confirm that an application is taken back for good."""

    reason = TextAreaField(
        _l("Why do you withdraw it?"),
        [Length(max=LONGEST_REASON)],
        description=_l("You need not say. It helps us to improve the programme."),
    )


class AnswersForm(VersionedForm):
    """Read the answers to a request for information; kept for later, none of them is needed."""

    save = SubmitField(_l("Save for later"))

    @property
    def answers(self) -> dict[int, str]:
        """Return what was typed, by the number of the question."""
        return {
            int(name.removeprefix("a_")): field.data or ""
            for name, field in self._fields.items()
            if name.startswith("a_")
        }

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for every answer once they are sent."""
        valid = bool(super().validate(extra_validators))
        if self.save.data:
            return valid
        for number, text in self.answers.items():
            if not text:
                self[f"a_{number}"].errors = [
                    gettext("Write the answer to question %(number)s.", number=number)
                ]
                valid = False
        return valid


def answers_form(asked: InformationRequest | None, version: int) -> AnswersForm:
    """Make a form with a place for the answer to each question, filled with what was kept."""
    questions = asked.questions if asked else []
    fields = {
        f"a_{each.number}": TextAreaField(
            gettext("Your answer to question %(number)s", number=each.number),
            [WordLimit(1000)],
            render_kw={"rows": 8},
        )
        for each in questions
    }
    data = {f"a_{each.number}": each.typed for each in questions} | {"version": version}
    form: AnswersForm = type("AnswersForm", (AnswersForm,), fields)(data=data)
    return form


class ReasonForm(PlatformForm):
    """Ask the secretariat for the reason of a decision that it takes alone."""

    reason = TextAreaField(
        _l("Reason"),
        [Required(), Length(max=LONGEST_REASON)],
        description=_l("The company reads this text as you write it."),
        render_kw={"rows": 8},
    )


class ReturnForm(PlatformForm):
    """Read what a company must mend, question by question and in general."""

    general = TextAreaField(
        _l("What else is missing"),
        [Length(max=LONGEST_REASON)],
        description=_l("For what belongs to no single question."),
    )

    @property
    def reasons(self) -> dict[str, str]:
        """Return what was written, by question."""
        return {
            name.removeprefix("r_"): field.data
            for name, field in self._fields.items()
            if name.startswith("r_") and field.data
        }

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse to return an application without a word."""
        valid = bool(super().validate(extra_validators))
        if valid and not self.reasons and not self.general.data:
            self.general.errors = [
                gettext("Write beside at least one question, or here, what is missing.")
            ]
            return False
        return valid


def return_form(pack: PolicyPack) -> ReturnForm:
    """Make a form with a place for a reason beside every question that was asked."""
    fields = {
        f"r_{question.key}": TextAreaField(
            gettext("What is missing in “%(question)s”?", question=in_language(question.label)),
            [Length(max=LONGEST_REASON)],
            render_kw={"rows": 3},
        )
        for question in pack.questions.values()
    }
    form: ReturnForm = type("ReturnForm", (ReturnForm,), fields)()
    return form

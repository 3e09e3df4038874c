"""Parse notes, and the questions that the lead asks or others suggest."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    SubmitField,
    TextAreaField,
)

from sandbox.coordination.forms.lengths import LONGEST_TEXT_WORDS, Choice
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.forms import (
    HiddenVersionField,
    PlatformForm,
    Required,
    WordLimit,
    as_choice,
)
from sandbox.models import QuestionSuggestion

MOST_QUESTIONS = 10
Question = tuple[str, str | None]
"""A text, and the key of the question of the form that it is about."""


class NoteForm(PlatformForm):
    """Note something on a case, for one's own authority or for all that are assigned."""

    criterion = SelectField(_l("What the note is about"))
    readers = RadioField(
        _l("Who reads it"),
        [Required()],
        choices=[
            ("own", _l("Only my authority")),
            ("shared", _l("Every authority assigned to the case")),
        ],
        default="own",
    )
    text = TextAreaField(
        _l("Note"),
        [Required(), WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("Neither the company nor the secretariat reads it. It cannot be changed."),
    )

    def __init__(self, criteria: Sequence[Choice], chosen: str) -> None:
        super().__init__(data={"criterion": chosen, "readers": "own"})
        self.criterion.choices = [as_choice(each) for each in criteria]


class SuggestionForm(PlatformForm):
    """Suggest a question to the lead."""

    text = TextAreaField(
        _l("What would you ask the company?"),
        [Required(), WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("The lead takes it, as it is or edited, or tells you why not."),
    )
    about = SelectField(_l("The question of the form that it is about"))

    def __init__(self, about: Sequence[Choice]) -> None:
        super().__init__()
        self.about.choices = [as_choice(each) for each in about]


class LeaveForm(PlatformForm):
    """Say why a suggested question is not asked."""

    reason = TextAreaField(
        _l("Why you leave it"),
        [Required(), WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("The authority that suggested it reads this."),
    )


class InformationForm(PlatformForm):
    """Ask the company in the name of the lead: own questions, and those that others suggested.

    Shape: the lead's own are numbered, those of others have the id of their suggestion.
    """

    rows = HiddenVersionField()
    more = SubmitField(_l("Add a question"))

    @property
    def own(self) -> dict[str, Question]:
        """Return what was typed, by the end of the names of its fields; empty rows are left out."""
        return {key: question for key in self.own_keys if (question := self._question(key))[0]}

    @property
    def own_keys(self) -> list[str]:
        """Name the rows of the lead's own questions by the end of the names of their fields."""
        return [str(number) for number in range(1, self.rows.data + 1)]

    @property
    def taken(self) -> dict[UUID, Question]:
        """Return the suggestions that the lead takes, as it words them."""
        return {
            UUID(key): self._question(key)
            for key in (n.removeprefix("take_") for n in self._fields if n.startswith("take_"))
            if self[f"take_{key}"].data
        }

    def _question(self, key: str) -> Question:
        return self[f"text_{key}"].data or "", self[f"about_{key}"].data or None

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for one question at least, and for the words of each that is taken."""
        valid = bool(super().validate(extra_validators))
        empty = [str(key) for key, (text, _about) in self.taken.items() if not text]
        wrong = {key: gettext("Write the question.") for key in empty}
        if not self.own and not self.taken:
            wrong["1"] = gettext("Write a question, or take one that is suggested.")
        for key, message in wrong.items():
            self[f"text_{key}"].errors = [message]
        return valid and not wrong


def information_form(
    suggestions: Sequence[QuestionSuggestion], about: Sequence[Choice], typed: Mapping[str, Any]
) -> InformationForm:
    """Make the form with a place for each suggestion, and as many of the lead's own as it wants.

    Shape: `typed` is what was sent, which says how many there are and whether one more is wanted.
    Raises: NotPossible(ALREADY_DONE) where it takes a suggestion that a colleague has settled
    meanwhile: what was typed must not vanish without a word.
    """
    open_ids = {f"take_{each.id}" for each in suggestions}
    if any(name.startswith("take_") and name not in open_ids for name in typed):
        raise NotPossible(Why.ALREADY_DONE)
    given = str(typed.get("rows", ""))
    rows = min(int(given), MOST_QUESTIONS) if given.isdecimal() and len(given) < len("100") else 1
    rows = min(max(rows, 1) + bool(typed.get("more")), MOST_QUESTIONS)
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {"rows": rows}
    for number in range(1, rows + 1):
        label = gettext("Question %(number)s", number=number)
        fields |= _question_fields(str(number), label, about)
    for number, each in enumerate(suggestions, start=1):
        label = gettext("Suggested question %(number)s", number=number)
        fields[f"take_{each.id}"] = BooleanField(
            gettext("Ask suggested question %(number)s", number=number)
        )
        fields |= _question_fields(str(each.id), label, about)
        data |= {f"text_{each.id}": each.text, f"about_{each.id}": each.about or ""}
    form: InformationForm = type("InformationForm", (InformationForm,), fields)(data=data)
    form.rows.raw_data, form.rows.data = None, rows
    return form


def _question_fields(key: str, label: str, about: Sequence[Choice]) -> dict[str, Any]:
    return {
        f"text_{key}": TextAreaField(label, [WordLimit(LONGEST_TEXT_WORDS)], render_kw={"rows": 4}),
        f"about_{key}": SelectField(
            gettext("“%(question)s” is about", question=label), choices=list(about)
        ),
    }

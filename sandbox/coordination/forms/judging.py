"""Parse the marks, the position and the decision of authorities."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    RadioField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Optional

from sandbox.applications.forms.fields import in_language
from sandbox.coordination.forms.lengths import LONGEST_TEXT_WORDS
from sandbox.coordination.queries import Judgement
from sandbox.coordination.sentences import MARK
from sandbox.domain.deliberation import CriterionMark, Stance
from sandbox.domain.packs import CriterionSpec, PolicyPack, StandardConditionSpec
from sandbox.domain.proportionality import offered_conditions
from sandbox.kernel.forms import (
    MultiCheckboxField,
    Required,
    VersionedForm,
    WordLimit,
    as_choice,
)
from sandbox.models import Application, Position

MARK_PREFIX, NOTE_PREFIX, ASKED_PREFIX = "mark_", "note_", "asked_"


def review_form(
    criteria: Sequence[CriterionSpec],
    judgements: Iterable[Judgement],
    language: str,
) -> VersionedForm:
    """Make a form with a mark and a note for each criterion, filled with what is saved."""
    saved = {each.criterion: each for each in judgements}
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {"version": version_of(saved.values())}
    for criterion in criteria:
        name = criterion.name.in_(language)
        fields[MARK_PREFIX + criterion.key] = RadioField(
            _l("How far “%(criterion)s” is met", criterion=name),
            # A review may be saved half-done.
            [Optional()],
            choices=[_mark_choice(criterion, mark, language) for mark in CriterionMark],
        )
        fields[NOTE_PREFIX + criterion.key] = TextAreaField(
            _l("Note on “%(criterion)s”", criterion=name),
            [WordLimit(LONGEST_TEXT_WORDS), _NoteIfNotMet(MARK_PREFIX + criterion.key)],
        )
        if criterion.key in saved:
            data[MARK_PREFIX + criterion.key] = saved[criterion.key].mark.value
            data[NOTE_PREFIX + criterion.key] = saved[criterion.key].note
    form: VersionedForm = type("ReviewForm", (VersionedForm,), fields)(data=data)
    return form


def _mark_choice(criterion: CriterionSpec, mark: CriterionMark, language: str) -> tuple[Any, ...]:
    """Offer a mark, with what the rubric of the pack asks for it."""
    label = MARK[mark].label
    if criterion.rubric is None:
        return (mark.value, label)
    return (mark.value, label, {"hint": criterion.rubric.of(mark).in_(language)})


def version_of(judgements: Iterable[Judgement]) -> int:
    """Return the number that grows with every change of these marks."""
    return sum(each.version for each in judgements)


def show_again(form: VersionedForm, version: int) -> None:
    """Keep what was typed and put the present version beside it, so that it can be saved next."""
    form.version.raw_data = None
    form.version.data = version


class _NoteIfNotMet:
    """Ask for a note wherever the mark speaks against the company."""

    def __init__(self, mark_field: str) -> None:
        self.mark_field = mark_field

    def __call__(self, form: Any, field: Any) -> None:
        """Judge the note on the mark given beside it."""
        mark = form[self.mark_field].data
        if not field.data and mark is not None and mark != CriterionMark.MET.value:
            raise ValidationError(gettext("Write why this criterion is not fully met."))
        if field.data and mark is None:
            raise ValidationError(gettext("Choose how far this criterion is met."))


def marks_of(
    form: VersionedForm, criteria: Sequence[CriterionSpec]
) -> dict[str, tuple[CriterionMark, str]]:
    """Return the marks that a review form holds; criteria without one are left out."""
    return {
        criterion.key: (
            CriterionMark(form[MARK_PREFIX + criterion.key].data),
            form[NOTE_PREFIX + criterion.key].data or "",
        )
        for criterion in criteria
        if form[MARK_PREFIX + criterion.key].data
    }


@dataclass(frozen=True, slots=True)
class Difference:
    """Hold what two people of an authority have said on one criterion; None: nothing yet."""

    criterion: CriterionSpec
    theirs: Judgement | None
    mark: CriterionMark | None
    note: str


def differing(
    form: VersionedForm, criteria: Sequence[CriterionSpec], saved: Mapping[str, Judgement]
) -> list[Difference]:
    """List the criteria on which what was typed is not what somebody else has saved."""
    typed = marks_of(form, criteria)
    found = []
    for criterion in criteria:
        theirs = saved.get(criterion.key)
        mark, note = typed.get(criterion.key, (None, form[NOTE_PREFIX + criterion.key].data or ""))
        if (mark, note) != ((theirs.mark, theirs.note) if theirs else (None, "")):
            found.append(Difference(criterion, theirs, mark, note))
    return found


class PositionForm(VersionedForm):
    """Say where the authority stands."""

    stance = RadioField(
        _l("Position of your authority"),
        [Required()],
        choices=[
            (Stance.CONCUR.value, _l("We agree that it be admitted")),
            (Stance.CONCUR_WITH_CONDITIONS.value, _l("We agree, with conditions")),
            (
                Stance.OBJECT.value,
                _l("We object"),
                {"hint": _l("The rules may then call the authorities to deliberate first.")},
            ),
            (Stance.ABSTAIN.value, _l("We abstain")),
        ],
    )
    reasons = TextAreaField(
        _l("Reasons"),
        [Required(), WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("The company reads them in the decision."),
    )
    standard = MultiCheckboxField(_l("Standard conditions"))
    conditions = TextAreaField(
        _l("Conditions"),
        description=_l("One condition on each line."),
    )

    def validate_conditions(self, _field: Any) -> None:
        """Ask for conditions where the position has them."""
        if self.has_conditions and not self.stated:
            raise ValidationError(
                gettext("Write at least one condition, or choose to agree without any.")
            )

    @property
    def has_conditions(self) -> bool:
        """Tell whether the position that was chosen has conditions."""
        return bool(self.stance.data == Stance.CONCUR_WITH_CONDITIONS.value)

    @property
    def asked(self) -> list[Any]:
        """List the fields with the questions of the rules about the conditions."""
        return [each for each in self if each.name.startswith(ASKED_PREFIX)]

    @property
    def given(self) -> dict[str, Any]:
        """Return what was typed, as the service takes it."""
        return {
            "stance": Stance(self.stance.data),
            "reasons": self.reasons.data,
            "conditions": self.stated,
            "proportionality": {
                each.name.removeprefix(ASKED_PREFIX): each.data or "" for each in self.asked
            },
            "expected_version": self.version.data,
        }

    @property
    def stated(self) -> list[str]:
        """Return the conditions: those ticked, and one for each line that says something."""
        ticked = (self.standard.data or []) if "standard" in self else []
        lines = (line.strip() for line in (self.conditions.data or "").splitlines())
        return [*ticked, *(line for line in lines if line)]


class _WithConditions:
    """Ask for an answer wherever the position has conditions."""

    def __call__(self, form: Any, field: Any) -> None:
        """Judge the answer on the position that was chosen."""
        if form.has_conditions and not (field.data or "").strip():
            raise ValidationError(gettext("Answer this question about the conditions."))


def position_version(taken: Position | None) -> int:
    """Return the version of a position as a form carries it: 0 while there is none."""
    return 0 if taken is None else taken.version


def position_form(
    pack: PolicyPack,
    application: Application,
    taken: Position | None,
    marks: Mapping[str, CriterionMark],
) -> PositionForm:
    """Make the form of a position, filled with the one that was taken before.

    A standard condition is chosen by its words in the language of the application, since these
    stand in the decision from then on; so it is told from one that an authority wrote itself.
    """
    offered = offered_conditions(pack, marks)
    # A position keeps each condition on one line, whatever the file of the rules does.
    words = [" ".join(each.text.in_(application.language).split()) for each, _ in offered]
    data: dict[str, Any] = {"version": position_version(taken)}
    if taken is not None:
        data |= {
            "stance": taken.stance,
            "reasons": taken.reasons,
            "standard": [each for each in taken.conditions if each in words],
            "conditions": "\n".join(each for each in taken.conditions if each not in words),
            **{ASKED_PREFIX + key: said for key, said in taken.proportionality.items()},
        }
    fields = {
        ASKED_PREFIX + asked.key: TextAreaField(
            in_language(asked.question),
            [WordLimit(LONGEST_TEXT_WORDS), _WithConditions()],
            description=in_language(asked.help),
        )
        for asked in pack.proportionality
    }
    form: PositionForm = type("PositionForm", (PositionForm,), fields)(data=data)
    if not offered:
        del form.standard
        return form
    form.conditions.label.text = _l("Other conditions")
    form.standard.choices = [
        as_choice((text, text, {"hint": _hint(each, is_called_for=is_called_for)}))
        for (each, is_called_for), text in zip(offered, words, strict=True)
    ]
    return form


def _hint(condition: StandardConditionSpec, *, is_called_for: bool) -> str:
    """Say what a condition is called and for, and whether the authority's own marks call for it."""
    purpose = f"{in_language(condition.name)}. {in_language(condition.purpose)}"
    if not is_called_for:
        return purpose
    return gettext("You found its criterion not fully met. %(purpose)s", purpose=purpose)

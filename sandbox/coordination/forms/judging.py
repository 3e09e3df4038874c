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

from sandbox.coordination.forms.lengths import LONGEST_TEXT_WORDS
from sandbox.coordination.queries import Judgement
from sandbox.coordination.sentences import MARK
from sandbox.domain.deliberation import CriterionMark, Stance
from sandbox.domain.packs import CriterionSpec
from sandbox.kernel.forms import (
    Required,
    VersionedForm,
    WordLimit,
)
from sandbox.models import Position

MARK_PREFIX, NOTE_PREFIX = "mark_", "note_"


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
    conditions = TextAreaField(
        _l("Conditions"),
        description=_l("One condition on each line."),
    )

    def validate_conditions(self, _field: Any) -> None:
        """Ask for conditions where the position has them."""
        wants = self.stance.data == Stance.CONCUR_WITH_CONDITIONS.value
        if wants and not self.stated:
            raise ValidationError(
                gettext("Write at least one condition, or choose to agree without any.")
            )

    @property
    def given(self) -> dict[str, Any]:
        """Return what was typed, as the service takes it."""
        return {
            "stance": Stance(self.stance.data),
            "reasons": self.reasons.data,
            "conditions": self.stated,
            "expected_version": self.version.data,
        }

    @property
    def stated(self) -> list[str]:
        """Return the conditions, one for each line that says something."""
        lines = (line.strip() for line in (self.conditions.data or "").splitlines())
        return [line for line in lines if line]


def position_version(taken: Position | None) -> int:
    """Return the version of a position as a form carries it: 0 while there is none."""
    return 0 if taken is None else taken.version


def position_form(taken: Position | None) -> PositionForm:
    """Make the form of a position, filled with the one that was taken before."""
    data: dict[str, Any] = {"version": position_version(taken)}
    if taken is not None:
        data |= {
            "stance": taken.stance,
            "reasons": taken.reasons,
            "conditions": "\n".join(taken.conditions),
        }
    return PositionForm(data=data)

"""Parse what authorities and the secretariat type about a case they share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField, ValidationError
from wtforms.validators import Optional

from sandbox.coordination.queries import Judgement, Load
from sandbox.coordination.sentences import MARK, load_sentence
from sandbox.domain.deliberation import CriterionMark, Stance
from sandbox.domain.packs import AuthoritySpec, CriterionSpec
from sandbox.domain.routing import Routing
from sandbox.kernel.forms import (
    MultiCheckboxField,
    PlatformForm,
    Required,
    VersionedForm,
    WordLimit,
    as_choice,
)
from sandbox.models import Position

LONGEST_TEXT_WORDS = 500
Choice = tuple[Any, ...]
"""A value and its label, and what stands beside it."""
MARK_PREFIX, NOTE_PREFIX = "mark_", "note_"


class RoutingForm(PlatformForm):
    """Choose other authorities than those proposed; then a reason is due."""

    lead = RadioField(_l("Lead authority"), [Required()])
    associates = MultiCheckboxField(
        _l("Associate authorities"), description=_l("Choose all that have a part in the case.")
    )
    reason = TextAreaField(
        _l("Why not as proposed"),
        [WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("Needed only if you choose other authorities than those proposed."),
    )

    def __init__(self, authorities: Sequence[Choice], proposal: Routing) -> None:
        super().__init__(data={"lead": proposal.lead, "associates": list(proposal.associates)})
        self.lead.choices = [as_choice(each) for each in authorities]
        self.associates.choices = [as_choice(each) for each in authorities]
        self._proposal = proposal

    def validate_associates(self, field: Any) -> None:
        if self.lead.data in (field.data or ()):
            raise ValidationError(gettext("The lead authority cannot also be an associate."))

    def validate_reason(self, field: Any) -> None:
        is_proposal = self.lead.data == self._proposal.lead and (
            set(self.associates.data or ()) == set(self._proposal.associates)
        )
        if not is_proposal and not field.data:
            raise ValidationError(
                gettext("Write why you choose other authorities than those proposed.")
            )


class ConfirmForm(PlatformForm):
    """Ask nothing: the page around it says what the button does."""


class ReplacementForm(PlatformForm):
    """Choose who is asked in place of an authority that declined."""

    declined = RadioField(_l("Authority to replace"), [Required()])
    replacement = RadioField(_l("Authority to ask instead"), [Required()])
    reason = TextAreaField(_l("Reason"), [Required(), WordLimit(LONGEST_TEXT_WORDS)])

    def __init__(self, declined: Sequence[Choice], authorities: Sequence[Choice]) -> None:
        first = declined[0][0] if len(declined) == 1 else None
        super().__init__(data={"declined": first})
        self.declined.choices = [as_choice(each) for each in declined]
        self.replacement.choices = [as_choice(each) for each in authorities]

    def validate_replacement(self, field: Any) -> None:
        if field.data == self.declined.data:
            raise ValidationError(gettext("This authority has just declined. Choose another."))


class AssociateForm(PlatformForm):
    """Choose an authority to ask besides those on the case, or one to take off it."""

    authority = RadioField(_l("Authority"), [Required()])
    reason = TextAreaField(
        _l("Reason"),
        [Required(), WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("The authorities on the case read it."),
    )

    def __init__(self, authorities: Sequence[Choice]) -> None:
        super().__init__()
        self.authority.choices = [as_choice(each) for each in authorities]


class AssignmentForm(PlatformForm):
    """Say whether an authority takes the case."""

    answer = RadioField(
        _l("Does your authority take the case?"),
        [Required()],
        choices=[("accept", _l("Yes, we take it")), ("decline", _l("No, we do not take it"))],
    )
    reason = TextAreaField(
        _l("Why not"),
        [WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("The secretariat reads this and asks another authority."),
    )

    def validate_reason(self, field: Any) -> None:
        if self.answer.data == "decline" and not field.data:
            raise ValidationError(gettext("Write why your authority does not take the case."))


class LeadOfferForm(PlatformForm):
    """Choose to which authority on the case its lead is offered."""

    authority = RadioField(_l("Authority to lead the case"), [Required()])
    reason = TextAreaField(
        _l("Reason"),
        [Required(), WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("The head of that authority and the secretariat read it."),
    )

    def __init__(self, authorities: Sequence[Choice]) -> None:
        super().__init__()
        self.authority.choices = [as_choice(each) for each in authorities]


class LeadAnswerForm(PlatformForm):
    """Say whether an authority takes over the lead."""

    answer = RadioField(
        _l("Does your authority take over the lead?"),
        [Required()],
        choices=[("accept", _l("Yes, we take it over")), ("decline", _l("No, we do not"))],
    )
    reason = TextAreaField(
        _l("Why not"),
        [WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("The head of the lead authority reads it."),
    )

    def validate_reason(self, field: Any) -> None:
        if self.answer.data == "decline" and not field.data:
            raise ValidationError(gettext("Write why your authority does not take over the lead."))


class OfficerForm(PlatformForm):
    """Choose one of the authority's people without a conflict of interest."""

    person = RadioField(_l("Officer for the case"), [Required()], coerce=str)

    def __init__(
        self, candidates: Iterable[Any], current: UUID | None, loads: Mapping[UUID, Load]
    ) -> None:
        super().__init__(data={"person": str(current) if current else None})
        self.person.choices = [
            as_choice((str(each.id), each.name, {"hint": load_sentence(loads[each.id])}))
            for each in candidates
        ]


class ConflictForm(PlatformForm):
    """Declare whether there is a conflict of interest."""

    answer = RadioField(
        _l("Do you have a conflict of interest in this case?"),
        [Required()],
        choices=[
            ("none", _l("No, I have none")),
            ("conflict", _l("Yes, or it could look as if I had")),
        ],
    )
    explanation = TextAreaField(
        _l("What connects you with the case"),
        [WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("Only those who watch over conflicts of interest read this."),
    )

    def validate_explanation(self, field: Any) -> None:
        if self.answer.data == "conflict" and not field.data:
            raise ValidationError(gettext("Write what connects you with the case."))


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


class InformationForm(PlatformForm):
    """Ask the company something in the name of the lead."""

    question = TextAreaField(
        _l("What do you need to know?"),
        [Required(), WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("Ask everything at once: the clock stands still until the company answers."),
    )


class DecisionForm(VersionedForm):
    """Add what the letter should say beyond the grounds."""

    remarks = TextAreaField(
        _l("Remarks"),
        [WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("They stand in the letter beside the outcome."),
    )


def authority_choices(
    authorities: Iterable[AuthoritySpec], language: str, loads: Mapping[str, Load]
) -> list[Choice]:
    """Offer authorities by code and full name, with what each has to do now."""
    return [
        (
            each.code,
            f"{each.code} – {each.name.in_(language)}",
            {"hint": load_sentence(loads[each.code])},
        )
        for each in authorities
    ]


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

"""Parse what authorities and the secretariat type about a case they share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    ValidationError,
)
from wtforms.validators import Optional

from sandbox.coordination.queries import Judgement, Load
from sandbox.coordination.sentences import MARK, load_sentence
from sandbox.domain.deliberation import CriterionMark, Stance
from sandbox.domain.packs import AuthoritySpec, CriterionSpec
from sandbox.domain.routing import Routing
from sandbox.kernel.forms import (
    HiddenVersionField,
    MultiCheckboxField,
    PlatformForm,
    Required,
    VersionedForm,
    WordLimit,
    as_choice,
)
from sandbox.models import Position, QuestionSuggestion

LONGEST_TEXT_WORDS = 500
Choice = tuple[Any, ...]
"""A value and its label, and what stands beside it."""
MOST_QUESTIONS = 10
Question = tuple[str, str | None]
"""A text, and the key of the question of the form that it is about."""
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
    """
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

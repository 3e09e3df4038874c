"""Parse how a case is given to authorities and to their people."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    RadioField,
    TextAreaField,
    ValidationError,
)

from sandbox.coordination.forms.lengths import LONGEST_TEXT_WORDS, Choice
from sandbox.coordination.queries import Load
from sandbox.coordination.sentences import load_sentence
from sandbox.domain.packs import AuthoritySpec
from sandbox.domain.routing import Routing
from sandbox.kernel.forms import (
    MultiCheckboxField,
    PlatformForm,
    Required,
    WordLimit,
    as_choice,
)


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
        """Keep the lead from being its own associate."""
        if self.lead.data in (field.data or ()):
            raise ValidationError(gettext("The lead authority cannot also be an associate."))

    def validate_reason(self, field: Any) -> None:
        """Ask why, where other authorities than those proposed are chosen."""
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
        """Ask for another authority than the one that declined."""
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
        """Ask why the authority declines."""
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
        """Ask why the authority does not take over the lead."""
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
        """Ask what the conflict is, where there is one."""
        if self.answer.data == "conflict" and not field.data:
            raise ValidationError(gettext("Write what connects you with the case."))


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

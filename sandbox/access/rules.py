"""Write each rule once, as a condition on the subject's table or a plain truth about the actor."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import and_, exists, not_, or_, select
from sqlalchemy.sql import ColumnElement

from sandbox.domain.outcomes import Consent
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.models import (
    Application,
    AuthorityAssignment,
    ConflictDeclaration,
    Enquiry,
    FastAnswer,
    OfficerAssignment,
    Organisation,
    OutcomeReport,
    PackVersion,
    Trial,
)
from sandbox.models.coordination import STANDING, AssignmentRole, AssignmentState

Verdict = bool | ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """Hold one condition; `&`, `|` and `~` combine rules and keep plain truths plain."""

    test: Callable[[Actor, Any], Verdict]

    def __and__(self, other: "Rule") -> "Rule":
        def both(actor: Actor, model: Any) -> Verdict:
            left = self.test(actor, model)
            if left is False:
                return False
            right = other.test(actor, model)
            if left is True or right is False:
                return right
            return left if right is True else and_(left, right)

        return Rule(both)

    def __or__(self, other: "Rule") -> "Rule":
        def either(actor: Actor, model: Any) -> Verdict:
            left = self.test(actor, model)
            if left is True:
                return True
            right = other.test(actor, model)
            if left is False or right is True:
                return right
            return left if right is False else or_(left, right)

        return Rule(either)

    def __invert__(self) -> "Rule":
        def opposite(actor: Actor, model: Any) -> Verdict:
            verdict = self.test(actor, model)
            return not verdict if isinstance(verdict, bool) else not_(verdict)

        return Rule(opposite)


def _case(model: Any) -> Any:
    """Return the column, or subquery, that holds the id of the application behind a subject."""
    if model is Application:
        return Application.id
    return _of_trial(Trial.application_id) if model is OutcomeReport else model.application_id


def _organisation(model: Any) -> Any:
    """Return the column, or subquery, that holds the id of the organisation behind a subject."""
    if model is Organisation:
        return Organisation.id
    return _of_trial(Trial.organisation_id) if model is OutcomeReport else model.organisation_id


def _of_trial(column: Any) -> Any:
    """Return a column of the trial that an outcome report is about."""
    return (
        select(column)
        .where(Trial.id == OutcomeReport.trial_id)
        .correlate(OutcomeReport)
        .scalar_subquery()
    )


# --- plain truths about the actor -----------------------------------------------------------------

nobody = Rule(lambda _actor, _model: False)
person = Rule(lambda actor, _: actor.person_id is not None)
company = Rule(lambda actor, _: bool(actor.member_of))
officer = Rule(lambda actor, _: bool(actor.officer_of))
head = Rule(lambda actor, _: bool(actor.head_of))
caseworker = Rule(lambda actor, _: StaffRole.CASEWORKER in actor.staff)
publisher = Rule(lambda actor, _: StaffRole.PUBLISHER in actor.staff)
administrator = Rule(lambda actor, _: StaffRole.ADMINISTRATOR in actor.staff)
auditor = Rule(lambda actor, _: StaffRole.AUDITOR in actor.staff)

# --- conditions on the subject --------------------------------------------------------------------


def _own_organisation(actor: Actor, model: Any) -> Verdict:
    if not actor.member_of:
        return False
    return cast("Verdict", _organisation(model).in_(actor.member_of))


def _owns_organisation(actor: Actor, model: Any) -> Verdict:
    if not actor.owner_of:
        return False
    return cast("Verdict", _organisation(model).in_(actor.owner_of))


def _assigned(model: Any, authorities: frozenset[Any], *extra: ColumnElement[bool]) -> Verdict:
    if not authorities:
        return False
    return exists().where(
        AuthorityAssignment.application_id == _case(model),
        AuthorityAssignment.authority_id.in_(authorities),
        AuthorityAssignment.state.in_(STANDING),
        *extra,
    )


def _declaration(actor: Actor, model: Any, has_conflict: bool) -> Verdict:
    if actor.person_id is None:
        return False
    return exists().where(
        ConflictDeclaration.application_id == _case(model),
        ConflictDeclaration.person_id == actor.person_id,
        ConflictDeclaration.has_conflict.is_(has_conflict),
    )


def _named(actor: Actor, model: Any) -> Verdict:
    if not actor.officer_of:
        return False
    return exists().where(
        OfficerAssignment.application_id == _case(model),
        OfficerAssignment.person_id == actor.person_id,
        OfficerAssignment.authority_id.in_(actor.officer_of),
        OfficerAssignment.ended_at.is_(None),
    )


def _asked(actor: Actor, _model: Any) -> Verdict:
    if not actor.officer_of:
        return False
    return (
        exists()
        .where(
            FastAnswer.enquiry_id == Enquiry.id,
            FastAnswer.authority_id.in_(actor.officer_of),
            FastAnswer.ended_at.is_(None),
        )
        # A statement around it may look at the same table.
        .correlate_except(FastAnswer)
    )


own_organisation = Rule(_own_organisation)
owns_organisation = Rule(_owns_organisation)
asked = Rule(_asked)
not_draft = Rule(lambda _actor, _model: Application.status != "draft")
assigned = Rule(lambda actor, model: _assigned(model, actor.officer_of))
assigned_as_head = Rule(lambda actor, model: _assigned(model, actor.head_of))
leading = Rule(
    lambda actor, model: _assigned(
        model,
        actor.officer_of,
        AuthorityAssignment.role == AssignmentRole.LEAD,
        AuthorityAssignment.state == AssignmentState.ACCEPTED,
    )
)
leading_as_head = Rule(
    lambda actor, model: _assigned(
        model,
        actor.head_of,
        AuthorityAssignment.role == AssignmentRole.LEAD,
        AuthorityAssignment.state == AssignmentState.ACCEPTED,
    )
)
accepted_as_head = Rule(
    lambda actor, model: _assigned(
        model, actor.head_of, AuthorityAssignment.state == AssignmentState.ACCEPTED
    )
)
accepted = Rule(
    lambda actor, model: _assigned(
        model, actor.officer_of, AuthorityAssignment.state == AssignmentState.ACCEPTED
    )
)
named = Rule(_named)
declared = Rule(lambda actor, model: _declaration(actor, model, has_conflict=False))
recused = Rule(lambda actor, model: _declaration(actor, model, has_conflict=True))
drafted_by_self = Rule(
    lambda actor, _: (
        False if actor.person_id is None else OutcomeReport.drafted_by_id == actor.person_id
    )
)
consent_asked = Rule(lambda _actor, _model: OutcomeReport.consent != Consent.NOT_ASKED.value)
uploaded_by_self = Rule(
    lambda actor, _: (
        False if actor.person_id is None else PackVersion.uploaded_by_id == actor.person_id
    )
)

"""Tell the people of a case what happened to its trial."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Select, bindparam, exists, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from sandbox.applications.queries import has_conflict, holds_place
from sandbox.kernel.actors import StaffRole
from sandbox.kernel.mail import post_to
from sandbox.models import (
    AuthorityAssignment,
    AuthorityMembership,
    Membership,
    OfficerAssignment,
    Person,
    StaffGrant,
    Trial,
)
from sandbox.models.coordination import AssignmentState
from sandbox.models.people import AuthorityRole

Param = Any  # what a template may show: texts, those of the pack too, numbers, days


def tell_everybody(
    session: Session, trial: Trial, template: str, now: datetime, **params: Param
) -> None:
    """Write to the company, to the authorities' people on the case and to the secretariat."""
    tell_company(session, trial, template, now, **params)
    tell_authorities(session, trial, template, now, **params)
    tell_secretariat(session, trial, template, now, **params)


def tell_company(
    session: Session, trial: Trial, template: str, now: datetime, **params: Param
) -> None:
    """Write to everybody at the company."""
    _write(session, trial, _company(), template=template, now=now, params=params)


def tell_authorities(
    session: Session,
    trial: Trial,
    template: str,
    now: datetime,
    *,
    among: Collection[UUID] | None = None,
    **params: Param,
) -> None:
    """Write to the heads of the assigned authorities and to the officers named, none recused.

    Shape: `among` are the ids of the only authorities to write to; all of them if None.
    """
    people = _authorities(are_chosen=among is not None)
    _write(session, trial, people, template=template, now=now, params=params, among=among)


def tell_of_relief(
    session: Session, trial: Trial, template: str, now: datetime, **params: Param
) -> None:
    """Write to the company and the authorities on the case: they work by what is granted."""
    tell_company(session, trial, template, now, **params)
    tell_authorities(session, trial, template, now, **params)


def tell_approvers(
    session: Session,
    trial: Trial,
    people: Collection[UUID],
    template: str,
    now: datetime,
    **params: Param,
) -> None:
    """Write to those who had approved something, as far as they may still act in the case."""
    works = or_(
        exists().where(
            AuthorityMembership.person_id == Person.id,
            AuthorityMembership.authority_id == AuthorityAssignment.authority_id,
            AuthorityAssignment.application_id == trial.application_id,
            AuthorityAssignment.state == AssignmentState.ACCEPTED.value,
        ),
        exists().where(
            StaffGrant.person_id == Person.id,
            StaffGrant.role == StaffRole.CASEWORKER.value,
        ),
    )
    approvers = select(Person.id, Person.email, Person.language).where(
        Person.id.in_(people), Person.active.is_(True), works, ~has_conflict(trial.application_id)
    )
    _write(session, trial, approvers, template=template, now=now, params=params)


def tell_secretariat(
    session: Session, trial: Trial, template: str, now: datetime, **params: Param
) -> None:
    """Write to the caseworkers, none recused."""
    _write(session, trial, _secretariat(), template=template, now=now, params=params)


# Half of all deeds on a trial are told; each statement is built once, and run with its parameters.


@cache
def _company() -> Select[UUID, str, str]:
    return (
        select(Person.id, Person.email, Person.language)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == bindparam("organisation"), Person.active.is_(True))
    )


@cache
def _authorities(*, are_chosen: bool) -> Select[UUID, str, str]:
    case: BindParameter[UUID] = bindparam("case")

    def chosen(authority_id: Any) -> tuple[ColumnElement[bool], ...]:
        return (authority_id.in_(bindparam("among", expanding=True)),) if are_chosen else ()

    named = exists().where(
        OfficerAssignment.application_id == case,
        OfficerAssignment.person_id == Person.id,
        holds_place(),
        *chosen(OfficerAssignment.authority_id),
    )
    heads = exists().where(
        AuthorityMembership.person_id == Person.id,
        AuthorityMembership.role == AuthorityRole.HEAD.value,
        AuthorityMembership.authority_id == AuthorityAssignment.authority_id,
        AuthorityAssignment.application_id == case,
        AuthorityAssignment.state == AssignmentState.ACCEPTED.value,
        *chosen(AuthorityAssignment.authority_id),
    )
    return select(Person.id, Person.email, Person.language).where(
        Person.active.is_(True), or_(named, heads), ~has_conflict(case)
    )


@cache
def _secretariat() -> Select[UUID, str, str]:
    return (
        select(Person.id, Person.email, Person.language)
        .join(StaffGrant, StaffGrant.person_id == Person.id)
        .where(
            StaffGrant.role == StaffRole.CASEWORKER.value,
            Person.active.is_(True),
            ~has_conflict(bindparam("case")),
        )
    )


def _write(
    session: Session,
    trial: Trial,
    people: Any,
    *,
    template: str,
    now: datetime,
    params: dict[str, Param],
    among: Collection[UUID] | None = None,
) -> None:
    asked = {"case": trial.application_id, "organisation": trial.organisation_id}
    for person in session.execute(people, asked | {"among": [*(among or ())]}).all():
        post_to(
            session,
            person,
            template,
            now,
            application_id=trial.application_id,
            reference=trial.reference,
            title=trial.title,
            trial_id=trial.id,
            **params,
        )

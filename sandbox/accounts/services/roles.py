"""Give and end roles in the programme and places in its authorities."""

from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound, require
from sandbox.access.permissions import P
from sandbox.accounts import notices, queries
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.audit import Deed, record
from sandbox.models.people import Authority, AuthorityMembership, AuthorityRole, Person, StaffGrant


def grant_staff_role(
    session: Session, actor: Actor, person: Person, *, role: StaffRole, now: datetime
) -> StaffGrant:
    """Give a person a role in the secretariat.

    Raises: Denied, NotPossible for one's own roles, for a role held already, and for people who
    act for an organisation that may apply.
    """
    _require_power_over_roles(session, actor, person)
    if queries.find_grant(session, person.id, role) is not None:
        raise NotPossible(Why.ALREADY_DONE)
    _refuse_applicants(session, person)
    grant = StaffGrant(person_id=person.id, role=role.value, granted_at=now)
    session.add(grant)
    record(session, actor, Deed.ROLE_GRANTED, person, now=now, role=role.value)
    notices.roles_changed(session, actor, person, now=now)
    return grant


def end_staff_role(
    session: Session, actor: Actor, person: Person, *, role: StaffRole, now: datetime
) -> None:
    """Take a role in the secretariat away.

    Raises: Denied, NotFound, NotPossible for one's own roles.
    """
    _require_power_over_roles(session, actor, person)
    grant = queries.find_grant(session, person.id, role)
    if grant is None:
        raise NotFound
    session.delete(grant)
    record(session, actor, Deed.ROLE_ENDED, person, now=now, role=role.value)
    notices.roles_changed(session, actor, person, now=now)


def join_authority(
    session: Session,
    actor: Actor,
    person: Person,
    *,
    authority: Authority,
    role: AuthorityRole,
    now: datetime,
) -> AuthorityMembership:
    """Let a person act for an authority; a second call with another role changes the role.

    Raises: Denied, NotPossible for one's own roles, for the same role again, and for people who
    act for an organisation that may apply.
    """
    _require_power_over_roles(session, actor, person)
    membership = queries.find_authority_membership(session, person.id, authority.id)
    before = None if membership is None else membership.role
    if before == role:
        raise NotPossible(Why.ALREADY_DONE)
    _refuse_applicants(session, person)
    if membership is None:
        membership = AuthorityMembership(
            person_id=person.id, authority_id=authority.id, role=role.value, joined_at=now
        )
        session.add(membership)
    membership.role = role.value
    record(
        session,
        actor,
        Deed.AUTHORITY_MEMBER_JOINED,
        person,
        now=now,
        also=(membership,),
        authority=authority.code,
        role=role.value,
        role_before=before,
    )
    notices.roles_changed(session, actor, person, now=now)
    return membership


def leave_authority(
    session: Session,
    actor: Actor,
    person: Person,
    *,
    membership: AuthorityMembership,
    now: datetime,
) -> None:
    """End that a person acts for an authority. Raises: Denied, NotPossible for one's own roles."""
    _require_power_over_roles(session, actor, person)
    record(
        session,
        actor,
        Deed.ROLE_ENDED,
        person,
        now=now,
        also=(membership,),
        authority=membership.authority_id,
        role=membership.role,
    )
    session.delete(membership)
    notices.roles_changed(session, actor, person, now=now)


def _require_power_over_roles(session: Session, actor: Actor, person: Person) -> None:
    require(session, actor, P.PERSON_ADMINISTER)
    if actor.person_id == person.id:
        raise NotPossible(Why.OWN_ROLES)


def _refuse_applicants(session: Session, person: Person) -> None:
    """Keep those who decide apart from those about whom they decide."""
    if queries.works_for_organisation(session, person.id):
        raise NotPossible(Why.WORKS_FOR_APPLICANT)

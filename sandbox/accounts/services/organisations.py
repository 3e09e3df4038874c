"""Enter organisations and look after who belongs to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.checks import Denied, require
from sandbox.access.permissions import P
from sandbox.accounts import notices, queries
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.models.people import Invitation, Membership, Organisation, OrganisationRole, Person


def create_organisation(
    session: Session,
    actor: Actor,
    *,
    name: str,
    kind: str,
    now: datetime,
    tax_id: str | None = None,
    state: str | None = None,
    website: str | None = None,
    owner: Person | None = None,
) -> Organisation:
    """Enter an organisation; whoever does so owns it, unless the platform names the owner.

    Raises: Denied, NotPossible when the tax number is known already.
    """
    require(session, actor, P.ORGANISATION_CREATE)
    owner_id = owner.id if owner is not None and actor.system is not None else actor.person_id
    if owner_id is None:
        raise Denied(permission=P.ORGANISATION_CREATE.value)
    if tax_id and queries.is_tax_id_taken(session, tax_id):
        raise NotPossible(Why.ALREADY_DONE)
    organisation = Organisation(
        name=name,
        kind=kind,
        tax_id=tax_id or None,
        state=state or None,
        website=website or None,
        created_at=now,
    )
    session.add(organisation)
    session.flush()
    session.add(_membership(organisation, owner_id, OrganisationRole.OWNER, now))
    record(session, actor, Deed.ORGANISATION_CREATED, organisation, now=now, owner=owner_id)
    return organisation


def add_member(
    session: Session,
    actor: Actor,
    organisation: Organisation,
    *,
    person: Person,
    role: OrganisationRole = OrganisationRole.MEMBER,
    now: datetime,
) -> Membership:
    """Let a person act for an organisation at once, without an invitation.

    Raises: Denied, NotPossible for members and for people who work for the programme.
    """
    if actor.system is None:
        # A person joins by taking up an invitation, which shows that they want to.
        raise Denied(permission=P.ORGANISATION_INVITE.value)
    require(session, actor, P.ORGANISATION_INVITE, organisation)
    return join_organisation(session, actor, organisation, person=person, role=role, now=now)


def remove_member(
    session: Session,
    actor: Actor,
    organisation: Organisation,
    *,
    membership: Membership,
    now: datetime,
) -> None:
    """End that somebody acts for an organisation: owners for all, everybody for themselves.

    Raises: Denied, NotPossible for the last owner.
    """
    leaves = membership.person_id == actor.person_id
    required = P.ORGANISATION_READ if leaves else P.ORGANISATION_INVITE
    require(session, actor, required, organisation)
    # Two owners who leave at the same moment would each see the other still there.
    session.refresh(organisation, with_for_update=True)
    owner = membership.role == OrganisationRole.OWNER
    if owner and queries.count_owners(session, organisation.id) == 1:
        raise NotPossible(Why.LAST_OWNER)
    person_id = membership.person_id
    record(session, actor, Deed.MEMBER_REMOVED, organisation, now=now, person=person_id)
    session.delete(membership)
    if not leaves:
        notices.member_removed(session, organisation, person_id, now=now)


def join_organisation(
    session: Session,
    actor: Actor,
    organisation: Organisation,
    *,
    person: Person,
    role: OrganisationRole,
    now: datetime,
    invitation: Invitation | None = None,
) -> Membership:
    """Let a person belong to an organisation. Raises: NotPossible."""
    if queries.find_membership(session, person.id, organisation.id) is not None:
        raise NotPossible(Why.ALREADY_MEMBER)
    if queries.works_for_programme(session, person.id):
        raise NotPossible(Why.WORKS_FOR_PROGRAMME)
    membership = _membership(organisation, person.id, role, now)
    session.add(membership)
    also = () if invitation is None else (invitation,)
    record(
        session,
        actor,
        Deed.MEMBER_JOINED,
        organisation,
        now=now,
        also=also,
        person=person.id,
        role=role.value,
    )
    return membership


def _membership(
    organisation: Organisation, person_id: UUID, role: OrganisationRole, now: datetime
) -> Membership:
    return Membership(
        person_id=person_id, organisation_id=organisation.id, role=role.value, joined_at=now
    )

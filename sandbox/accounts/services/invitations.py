"""Invite colleagues to an organisation, and let them in once."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound, require
from sandbox.access.permissions import P
from sandbox.accounts import notices, queries
from sandbox.accounts.addresses import normalised_address
from sandbox.accounts.services.organisations import join_organisation
from sandbox.accounts.services.people import confirm_person, register_person
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import VISITOR, Actor
from sandbox.kernel.audit import Deed, record
from sandbox.models.people import Invitation, Membership, Organisation, OrganisationRole, Person

INVITATION_LASTS = timedelta(hours=72)


def invite(
    session: Session,
    actor: Actor,
    organisation: Organisation,
    *,
    email: str,
    role: OrganisationRole = OrganisationRole.MEMBER,
    now: datetime,
) -> Invitation:
    """Offer an address a place in an organisation; an earlier offer to it loses its force.

    Raises: Denied, NotPossible when the address belongs to a member, BadAddress.
    """
    require(session, actor, P.ORGANISATION_INVITE, organisation)
    address = normalised_address(email)
    person = queries.find_person(session, address)
    if person is not None and queries.find_membership(session, person.id, organisation.id):
        raise NotPossible(Why.ALREADY_MEMBER)
    for earlier in queries.list_unused_invitations(session, organisation.id, address):
        session.delete(earlier)
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        organisation_id=organisation.id,
        email=address,
        role=role.value,
        token_hash=queries.token_hash(token),
        invited_by_id=actor.person_id,
        created_at=now,
        expires_at=now + INVITATION_LASTS,
        accepted_at=None,
    )
    session.add(invitation)
    record(session, actor, Deed.MEMBER_INVITED, organisation, now=now, role=role.value)
    notices.invited(session, actor, invitation, organisation, token, now=now)
    return invitation


def withdraw_invitation(
    session: Session,
    actor: Actor,
    organisation: Organisation,
    *,
    invitation: Invitation,
    now: datetime,
) -> None:
    """Take an invitation back before anybody has taken it up. Raises: Denied."""
    require(session, actor, P.ORGANISATION_INVITE, organisation)
    record(session, actor, Deed.MEMBER_REMOVED, organisation, now=now, invitation=invitation.id)
    session.delete(invitation)


def accept_invitation(
    session: Session, actor: Actor, invitation: Invitation, *, now: datetime
) -> Membership:
    """Take up an invitation as the person whose address it names.

    Raises: NotFound for anybody else, NotPossible when it is used, expired or pointless.
    """
    require(session, actor, P.PROFILE_EDIT)
    person = queries.get_self(session, actor)
    if person.email != invitation.email:
        raise NotFound
    return _take_up(session, actor, invitation, person, now)


def register_invited(
    session: Session,
    invitation: Invitation,
    *,
    name: str,
    password_hash: str,
    language: str,
    now: datetime,
) -> Person:
    """Open an account through an invitation, which also proves its address, and join.

    Raises: NotPossible when the invitation is used or expired, or the address has an account.
    """
    if queries.find_person(session, invitation.email) is not None:
        raise NotPossible(Why.ALREADY_DONE)
    person = register_person(
        session,
        VISITOR,
        email=invitation.email,
        name=name,
        password_hash=password_hash,
        language=language,
        now=now,
    )
    actor = Actor(name=name, person_id=person.id, language=language)
    confirm_person(session, actor, person, now=now)
    session.flush()
    _take_up(session, actor, invitation, person, now)
    return person


def refuse_stale_invitation(invitation: Invitation, *, now: datetime) -> None:
    """Refuse an invitation that cannot be taken up any more. Raises: NotPossible."""
    if invitation.accepted_at is not None:
        raise NotPossible(Why.INVITATION_USED)
    if invitation.expires_at <= now:
        raise NotPossible(Why.INVITATION_EXPIRED)


def _take_up(
    session: Session, actor: Actor, invitation: Invitation, person: Person, now: datetime
) -> Membership:
    # Two clicks at the same moment would each find the invitation unused.
    session.refresh(invitation, with_for_update=True)
    refuse_stale_invitation(invitation, now=now)
    organisation = session.get_one(Organisation, invitation.organisation_id)
    role = OrganisationRole(invitation.role)
    membership = join_organisation(
        session, actor, organisation, person=person, role=role, now=now, invitation=invitation
    )
    invitation.accepted_at = now
    notices.member_joined(session, organisation, person, now=now)
    return membership

"""Do what can be done with accounts, organisations, their members and roles."""

import secrets
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.checks import Denied, NotFound, require
from sandbox.access.permissions import P
from sandbox.accounts import notices, queries
from sandbox.accounts.addresses import normalised_address
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import VISITOR, Actor, StaffRole
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.db import Stale
from sandbox.models.people import (
    Authority,
    AuthorityMembership,
    AuthorityRole,
    Invitation,
    Membership,
    Organisation,
    OrganisationRole,
    Person,
    StaffGrant,
)

INVITATION_LASTS = timedelta(hours=72)

# --- people ---------------------------------------------------------------------------------------


def register_person(
    session: Session,
    actor: Actor,
    *,
    email: str,
    name: str,
    password_hash: str,
    language: str,
    now: datetime,
) -> Person:
    """Open an account that its owner still has to confirm; anybody may."""
    person = _new_person(email, name, password_hash, language, now)
    session.add(person)
    record(session, actor, Deed.PERSON_REGISTERED, person, now=now)
    return person


def create_person(
    session: Session,
    actor: Actor,
    *,
    email: str,
    name: str,
    now: datetime,
    password_hash: str | None = None,
    language: str = "es",
) -> Person:
    """Open a confirmed account for somebody else, without a word to them.

    Raises: Denied, NotPossible when the address has an account, BadAddress.
    """
    require(session, actor, P.PERSON_ADMINISTER)
    address = normalised_address(email)
    if queries.find_person(session, address) is not None:
        raise NotPossible(Why.ALREADY_DONE)
    person = _new_person(address, name, password_hash, language, now)
    person.confirmed_at = now
    session.add(person)
    record(session, actor, Deed.PERSON_REGISTERED, person, now=now)
    return person


def invite_person(
    session: Session,
    actor: Actor,
    *,
    email: str,
    name: str,
    language: str,
    issue_token: Callable[[Person], str],
    now: datetime,
) -> Person:
    """Open an account for a colleague and send the link with which they set a password.

    Shape: `issue_token` makes the token of the page that sets passwords.
    Raises: Denied, NotPossible when the address has an account.
    """
    person = create_person(session, actor, email=email, name=name, language=language, now=now)
    notices.welcome(session, person, issue_token(person), now=now)
    return person


def confirm_person(session: Session, actor: Actor, person: Person, *, now: datetime) -> None:
    """Note that the address of a person belongs to them.

    Raises: NotPossible when it was confirmed before.
    """
    if person.confirmed_at is not None:
        raise NotPossible(Why.ALREADY_DONE)
    person.confirmed_at = now
    record(session, actor, Deed.PERSON_CONFIRMED, person, now=now)


def change_profile(
    session: Session,
    actor: Actor,
    person: Person,
    *,
    name: str,
    language: str,
    expected_version: int,
    now: datetime,
) -> None:
    """Change one's own name or language. Raises: Denied, Stale."""
    require(session, actor, P.PROFILE_EDIT)
    if actor.person_id != person.id:
        raise Denied(permission=P.PROFILE_EDIT.value)
    if person.version != expected_version:
        raise Stale
    before = person.language
    person.name = name
    person.language = language
    record(
        session,
        actor,
        Deed.PERSON_PROFILE_CHANGED,
        person,
        now=now,
        language_before=before,
        language_after=language,
    )


def _new_person(
    email: str, name: str, password_hash: str | None, language: str, now: datetime
) -> Person:
    return Person(
        email=email,
        name=name,
        password=password_hash,
        language=language,
        fs_uniquifier=uuid.uuid4().hex,
        confirmed_at=None,
        created_at=now,
    )


# --- roles in the programme -----------------------------------------------------------------------


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


# --- organisations --------------------------------------------------------------------------------


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
    return _join(session, actor, organisation, person, role=role, now=now)


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


def _join(
    session: Session,
    actor: Actor,
    organisation: Organisation,
    person: Person,
    *,
    role: OrganisationRole,
    now: datetime,
    invitation: Invitation | None = None,
) -> Membership:
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


# --- invitations ----------------------------------------------------------------------------------


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
    membership = _join(
        session, actor, organisation, person, role=role, now=now, invitation=invitation
    )
    invitation.accepted_at = now
    notices.member_joined(session, organisation, person, now=now)
    return membership

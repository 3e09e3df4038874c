"""Read accounts: who somebody is, what they may act for, and who belongs where."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Uuid, bindparam, func, literal, select, union_all
from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound, require, scope
from sandbox.access.permissions import P
from sandbox.kernel.actors import VISITOR, Actor, StaffRole
from sandbox.kernel.paging import Page, paged
from sandbox.kernel.search import says
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

# --- who acts -------------------------------------------------------------------------------------


def load_actor(session: Session, person_id: UUID) -> Actor:
    """Return a person as actor, with every right as it is now; a visitor where there is none."""
    person = session.get(Person, person_id)
    return VISITOR if person is None else actor_of(session, person)


def actor_of(session: Session, person: Person) -> Actor:
    """Return a loaded person as actor, with one statement for everything they belong to."""
    if not person.active:
        return VISITOR
    held: dict[str, list[tuple[UUID, str]]] = {"organisation": [], "authority": [], "staff": []}
    for kind, subject_id, role in session.execute(_belongs_to(), {"person": person.id}):
        held[kind].append((subject_id, role))
    return Actor(
        name=person.name,
        person_id=person.id,
        language=person.language,
        owner_of=_ids(held["organisation"], OrganisationRole.OWNER),
        member_of=_ids(held["organisation"]),
        head_of=_ids(held["authority"], AuthorityRole.HEAD),
        officer_of=_ids(held["authority"]),
        staff=frozenset(StaffRole(role) for _, role in held["staff"]),
    )


@cache
def _belongs_to() -> Any:
    """Select what a `person` belongs to. Every request asks; the statement is built once."""
    person = bindparam("person", type_=Uuid())
    return union_all(
        select(literal("organisation"), Membership.organisation_id, Membership.role).where(
            Membership.person_id == person
        ),
        select(
            literal("authority"), AuthorityMembership.authority_id, AuthorityMembership.role
        ).where(AuthorityMembership.person_id == person),
        select(literal("staff"), StaffGrant.id, StaffGrant.role).where(
            StaffGrant.person_id == person
        ),
    )


def _ids(held: list[tuple[UUID, str]], role: str | None = None) -> frozenset[UUID]:
    return frozenset(subject_id for subject_id, its in held if role in (None, its))


# --- people ---------------------------------------------------------------------------------------


def find_person(session: Session, email: str) -> Person | None:
    """Return the person with a normalised address."""
    return session.scalar(select(Person).where(Person.email == email))


def find_person_by_session_key(session: Session, key: str) -> Person | None:
    """Return the person whom a signed-in session names."""
    return session.scalar(_of_session(), {"key": key})


@cache
def _of_session() -> Select[Person]:
    return select(Person).where(Person.fs_uniquifier == bindparam("key"))


def get_person(session: Session, actor: Actor, person_id: UUID) -> Person:
    """Return a person to an administrator. Raises: Denied, NotFound."""
    require(session, actor, P.PERSON_ADMINISTER)
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound
    return person


def get_self(session: Session, actor: Actor) -> Person:
    """Return the row of whoever acts. Raises: NotFound for visitors and the platform itself."""
    person = session.get(Person, actor.person_id) if actor.person_id else None
    if person is None:
        raise NotFound
    return person


def list_people(
    session: Session, actor: Actor, *, after: str | None = None, search: str = ""
) -> Page[Row[Any]]:
    """List everybody with an account by name. Raises: Denied.

    Shape: rows of email, active, confirmed_at, name, id.
    """
    require(session, actor, P.PERSON_ADMINISTER)
    statement = select(
        Person.email, Person.active, Person.confirmed_at, Person.name, Person.id
    ).select_from(Person)
    if search:
        statement = statement.where(says(search, Person.name, Person.email))
    key = (Person.name, Person.id)
    return paged(session, statement, key, (str, UUID), after, descending=False)


@dataclass(frozen=True, slots=True)
class RoleLine:
    """Describe one thing that a person may act as.

    Shape: `kind` is staff, authority or organisation; `id` the id of the row that says so.
    """

    kind: str
    id: UUID
    role: str
    subject_id: UUID | None
    subject: str
    since: datetime


def roles_of(session: Session, people: Collection[UUID]) -> Mapping[UUID, Sequence[RoleLine]]:
    """Return what each of several people may act as, with one statement."""
    found: dict[UUID, list[RoleLine]] = {person_id: [] for person_id in people}
    if found:
        for person_id, *line in session.execute(_role_lines(people)):
            found[person_id].append(RoleLine(*line))
    return found


def _role_lines(people: Collection[UUID]) -> Any:
    staff = select(
        StaffGrant.person_id,
        literal("staff").label("kind"),
        StaffGrant.id,
        StaffGrant.role,
        literal(None, StaffGrant.id.type).label("subject_id"),
        literal("").label("subject"),
        StaffGrant.granted_at.label("since"),
    ).where(StaffGrant.person_id.in_(people))
    authority = (
        select(
            AuthorityMembership.person_id,
            literal("authority"),
            AuthorityMembership.id,
            AuthorityMembership.role,
            AuthorityMembership.authority_id,
            Authority.code,
            AuthorityMembership.joined_at,
        )
        .join(Authority, Authority.id == AuthorityMembership.authority_id)
        .where(AuthorityMembership.person_id.in_(people))
    )
    organisation = (
        select(
            Membership.person_id,
            literal("organisation"),
            Membership.id,
            Membership.role,
            Membership.organisation_id,
            Organisation.name,
            Membership.joined_at,
        )
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id.in_(people))
    )
    return union_all(staff, authority, organisation).order_by("since", "kind", "role")


def works_for_programme(session: Session, person_id: UUID) -> bool:
    """Tell whether a person has a role in the secretariat or in an authority."""
    either = union_all(
        select(StaffGrant.id).where(StaffGrant.person_id == person_id),
        select(AuthorityMembership.id).where(AuthorityMembership.person_id == person_id),
    )
    return session.execute(either.limit(1)).first() is not None


def works_for_organisation(session: Session, person_id: UUID) -> bool:
    """Tell whether a person is a member of an organisation that may apply."""
    found = select(Membership.id).where(Membership.person_id == person_id).limit(1)
    return session.scalar(found) is not None


def find_grant(session: Session, person_id: UUID, role: StaffRole) -> StaffGrant | None:
    """Return the row that gives a person a role in the secretariat."""
    return session.scalar(
        select(StaffGrant).where(StaffGrant.person_id == person_id, StaffGrant.role == role.value)
    )


# --- authorities ----------------------------------------------------------------------------------


def find_authority_membership(
    session: Session, person_id: UUID, authority_id: UUID
) -> AuthorityMembership | None:
    """Return the row that lets a person act for an authority."""
    return session.scalar(
        select(AuthorityMembership).where(
            AuthorityMembership.person_id == person_id,
            AuthorityMembership.authority_id == authority_id,
        )
    )


def get_authority_membership(
    session: Session, person_id: UUID, membership_id: UUID
) -> AuthorityMembership:
    """Return one of a person's places in an authority. Raises: NotFound."""
    found = session.get(AuthorityMembership, membership_id)
    if found is None or found.person_id != person_id:
        raise NotFound
    return found


def list_authority_choices(session: Session) -> Sequence[Any]:
    """List the authorities. Shape: rows of id, code, names."""
    statement = select(Authority.id, Authority.code, Authority.names).order_by(Authority.code)
    return session.execute(statement).all()


def get_authority(session: Session, authority_id: UUID) -> Authority:
    """Return an authority. Raises: NotFound."""
    found = session.get(Authority, authority_id)
    if found is None:
        raise NotFound
    return found


def list_colleagues(session: Session, actor: Actor) -> Sequence[Any]:
    """List who acts for the authorities of the actor.

    Shape: rows of authority_id, code, names, person name, email, role.
    """
    statement = (
        select(
            Authority.id,
            Authority.code,
            Authority.names,
            Person.name,
            Person.email,
            AuthorityMembership.role,
        )
        .select_from(AuthorityMembership)
        .join(Authority, Authority.id == AuthorityMembership.authority_id)
        .join(Person, Person.id == AuthorityMembership.person_id)
        .where(Authority.id.in_(actor.officer_of), Person.active)
        .order_by(Authority.code, Person.name, Person.id)
    )
    return session.execute(statement).all()


# --- organisations --------------------------------------------------------------------------------


def get_organisation(
    session: Session,
    actor: Actor,
    organisation_id: UUID,
    permission: P = P.ORGANISATION_READ,
) -> Organisation:
    """Return an organisation within the actor's scope. Raises: NotFound."""
    found = session.scalar(
        select(Organisation).where(Organisation.id == organisation_id, scope(actor, permission))
    )
    if found is None:
        raise NotFound
    return found


def list_own_organisations(session: Session, actor: Actor) -> Sequence[Any]:
    """List the organisations the actor may act for. Shape: rows of id, name."""
    statement = (
        select(Organisation.id, Organisation.name)
        .where(scope(actor, P.ORGANISATION_READ))
        .order_by(Organisation.name, Organisation.id)
    )
    return session.execute(statement).all()


def list_members(session: Session, organisation_id: UUID) -> Sequence[Any]:
    """List the members of an organisation that the actor was found to see.

    Shape: rows of id (of the membership), person_id, name, email, role, joined_at.
    """
    statement = (
        select(
            Membership.id,
            Membership.person_id,
            Person.name,
            Person.email,
            Membership.role,
            Membership.joined_at,
        )
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organisation_id == organisation_id)
        .order_by(Person.name, Person.id)
    )
    return session.execute(statement).all()


def get_member(session: Session, organisation_id: UUID, membership_id: UUID) -> Membership:
    """Return one place in an organisation. Raises: NotFound."""
    found = session.get(Membership, membership_id)
    if found is None or found.organisation_id != organisation_id:
        raise NotFound
    return found


def find_membership(session: Session, person_id: UUID, organisation_id: UUID) -> Membership | None:
    """Return the row that lets a person act for an organisation."""
    return session.scalar(
        select(Membership).where(
            Membership.person_id == person_id, Membership.organisation_id == organisation_id
        )
    )


def count_owners(session: Session, organisation_id: UUID) -> int:
    """Count the owners of an organisation."""
    statement = select(func.count(Membership.id)).where(
        Membership.organisation_id == organisation_id,
        Membership.role == OrganisationRole.OWNER.value,
    )
    return session.scalar(statement) or 0


def list_owners(session: Session, organisation_id: UUID) -> Sequence[Any]:
    """List whom to tell about an organisation. Shape: rows of id, email, language."""
    statement = (
        select(Person.id, Person.email, Person.language)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role == OrganisationRole.OWNER.value,
            Person.active,
        )
        .order_by(Person.id)
    )
    return session.execute(statement).all()


def is_tax_id_taken(session: Session, tax_id: str) -> bool:
    """Tell whether an organisation with this tax number is already here."""
    found = select(Organisation.id).where(Organisation.tax_id == tax_id)
    return session.scalar(found) is not None


# --- invitations ----------------------------------------------------------------------------------


def token_hash(token: str) -> str:
    """Return what is stored of a token: whoever reads the table cannot use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def list_pending_invitations(
    session: Session, organisation_id: UUID, now: datetime
) -> Sequence[Invitation]:
    """List the invitations of an organisation that can still be taken up, newest first."""
    statement = select(Invitation).where(
        Invitation.organisation_id == organisation_id,
        Invitation.accepted_at.is_(None),
        Invitation.expires_at > now,
    )
    return session.scalars(statement.order_by(Invitation.created_at.desc(), Invitation.id)).all()


def list_unused_invitations(
    session: Session, organisation_id: UUID, email: str
) -> Sequence[Invitation]:
    """List the invitations of one address that nobody has taken up."""
    statement = select(Invitation).where(
        Invitation.organisation_id == organisation_id,
        Invitation.email == email,
        Invitation.accepted_at.is_(None),
    )
    return session.scalars(statement).all()


def get_invitation(session: Session, token: str) -> Invitation:
    """Return the invitation that a token opens. Raises: NotFound."""
    found = session.scalar(select(Invitation).where(Invitation.token_hash == token_hash(token)))
    if found is None:
        raise NotFound
    return found


def get_pending_invitation(
    session: Session, organisation_id: UUID, invitation_id: UUID
) -> Invitation:
    """Return an invitation of an organisation by its id. Raises: NotFound."""
    found = session.get(Invitation, invitation_id)
    if found is None or found.organisation_id != organisation_id or found.accepted_at is not None:
        raise NotFound
    return found


def name_of(session: Session, person_id: UUID) -> str:
    """Return the name of a person who appears on somebody else's page."""
    return session.scalar(select(Person.name).where(Person.id == person_id)) or ""


def is_member(session: Session, organisation_id: UUID, email: str) -> bool:
    """Tell whether a normalised address belongs to a member of an organisation."""
    found = (
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organisation_id == organisation_id, Person.email == email)
    )
    return session.scalar(found) is not None


def address_of(session: Session, actor: Actor) -> str | None:
    """Return the address of whoever acts, or None for a visitor."""
    if actor.person_id is None:
        return None
    return session.scalar(select(Person.email).where(Person.id == actor.person_id))

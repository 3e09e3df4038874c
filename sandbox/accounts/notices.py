"""Tell people what concerns their account, their organisation and their roles."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.accounts import queries
from sandbox.kernel.actors import Actor
from sandbox.kernel.mail import post, post_to
from sandbox.models.people import Invitation, Organisation, Person


def ask_to_confirm(session: Session, person: Person, token: str, *, now: datetime) -> None:
    """Send the link that shows that an address belongs to whoever registered with it."""
    _write(session, person, "confirm", now, secrets={"token": token})


def already_registered(session: Session, person: Person, *, now: datetime) -> None:
    """Tell the owner of an address that somebody tried to register with it again."""
    _write(session, person, "already_registered", now)


def offer_reset(session: Session, person: Person, token: str, *, now: datetime) -> None:
    """Send the link with which a forgotten password is replaced."""
    _write(session, person, "reset_password", now, secrets={"token": token})


def password_changed(session: Session, person: Person, *, now: datetime) -> None:
    """Tell a person that their password is another one now, in case it was not them."""
    _write(session, person, "password_changed", now)


def welcome(session: Session, person: Person, token: str, *, now: datetime) -> None:
    """Send a person whom an administrator entered the link with which they set a password."""
    _write(session, person, "welcome", now, secrets={"token": token})


def roles_changed(session: Session, actor: Actor, person: Person, *, now: datetime) -> None:
    """Tell a person that what they may do here has changed; demonstrations write to nobody."""
    if actor.system is None:
        _write(session, person, "roles_changed", now)


def invited(
    session: Session,
    actor: Actor,
    invitation: Invitation,
    organisation: Organisation,
    token: str,
    *,
    now: datetime,
) -> None:
    """Send an invitation to its address, in the language of whoever invites."""
    person = queries.find_person(session, invitation.email)
    post(
        session,
        to=person.id if person else None,
        address=invitation.email,
        language=person.language if person else actor.language,
        template="accounts/invitation",
        now=now,
        secrets={"token": token},
        organisation=organisation.name,
        inviter=actor.name,
        expires_at=invitation.expires_at,
    )


def member_joined(
    session: Session, organisation: Organisation, member: Person, *, now: datetime
) -> None:
    """Tell the owners of an organisation that somebody has taken up an invitation."""
    for owner in queries.list_owners(session, organisation.id):
        if owner.id != member.id:
            post_to(
                session,
                owner,
                "accounts/member_joined",
                now,
                organisation=organisation.name,
                organisation_id=organisation.id,
                member=member.name,
            )


def member_removed(
    session: Session, organisation: Organisation, person_id: UUID, *, now: datetime
) -> None:
    """Tell a person that they no longer act for an organisation."""
    person = session.get_one(Person, person_id)
    _write(session, person, "member_removed", now, organisation=organisation.name)


def _write(
    session: Session,
    person: Person,
    template: str,
    now: datetime,
    *,
    secrets: dict[str, str] | None = None,
    organisation: str = "",
) -> None:
    post_to(
        session,
        person,
        f"accounts/{template}",
        now,
        secrets=secrets,
        name=person.name,
        organisation=organisation,
    )

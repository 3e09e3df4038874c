"""Register people, and let them look after their own account."""

import uuid
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import Denied, require
from sandbox.access.permissions import P
from sandbox.accounts import notices, queries
from sandbox.accounts.addresses import normalised_address
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.db import Stale
from sandbox.models.people import MailRhythm, Person


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
    mail_rhythm: str,
    wants_reminders: bool,
    expected_version: int,
    now: datetime,
) -> None:
    """Change one's own name, language, or how mails come. Raises: Denied, Stale."""
    require(session, actor, P.PROFILE_EDIT)
    if actor.person_id != person.id:
        raise Denied(permission=P.PROFILE_EDIT.value)
    if person.version != expected_version:
        raise Stale
    before = person.language
    person.name = name
    person.language = language
    person.mail_rhythm = MailRhythm(mail_rhythm)
    person.wants_reminders = wants_reminders
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

"""Fit Flask-Security to our people, our outbox and our judgement of passwords.

Flask-Security wants a user class of its own making; our table of people knows nothing of it. An
`Account` stands between the two: what the library reads and writes goes through to the person.
"""

from datetime import datetime
from typing import Any

from flask import Flask
from flask_babel import gettext
from flask_login import current_user
from flask_security import MailUtil, PasswordUtil, RoleMixin, UserMixin
from flask_security.datastore import UserDatastore
from flask_security.mail_util import EmailValidateException
from flask_security.utils import get_message

from sandbox.accounts import notices, queries, services
from sandbox.accounts.addresses import BadAddress, normalised_address
from sandbox.accounts.passwords import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    Weakness,
    normalised_password,
    weakness_of,
)
from sandbox.kernel.actors import VISITOR
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import commit, db
from sandbox.models.people import Person


class Account(UserMixin):
    """Show a person to Flask-Security."""

    roles = []  # noqa: RUF012 - Rights come from our own tables; the library finds none here.

    def __init__(self, person: Person) -> None:
        self.person = person

    @property
    def email(self) -> str:  # type: ignore[override]
        """Return the address, which is the name to sign in with."""
        return self.person.email

    @property
    def name(self) -> str:
        """Return what the person is called."""
        return self.person.name

    @property
    def language(self) -> str:
        """Return the language in which the person reads."""
        return self.person.language

    @property
    def active(self) -> bool:  # type: ignore[override]
        """Tell whether the account may be used."""
        return self.person.active

    @property
    def password(self) -> str | None:
        """Return the hash of the password."""
        return self.person.password

    @password.setter
    def password(self, value: str | None) -> None:
        self.person.password = value

    @property
    def fs_uniquifier(self) -> str:
        """Return the key that sessions and tokens name the person by."""
        return self.person.fs_uniquifier

    @fs_uniquifier.setter
    def fs_uniquifier(self, value: str) -> None:
        self.person.fs_uniquifier = value

    @property
    def confirmed_at(self) -> datetime | None:  # type: ignore[override]
        """Return when the address was found to be the person's own."""
        return self.person.confirmed_at


class PeopleDatastore(UserDatastore):
    """Find and keep people for Flask-Security, under our rules for commits and records."""

    def __init__(self) -> None:
        super().__init__(Account, RoleMixin)

    def commit(self) -> None:
        """Commit what the unit of work around the request has not, and check its records."""
        commit(db.session())

    def put(self, model: Account) -> Account:
        """Put a new person into the session; one that was loaded is there already."""
        db.session.add(model.person)
        return model

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Account | None:  # noqa: ARG002
        """Find an account by address or session key; addresses come normalised."""
        find = {
            "email": queries.find_person,
            "fs_uniquifier": queries.find_person_by_session_key,
        }
        ((name, value),) = kwargs.items()
        person = find[name](db.session(), value)
        return None if person is None else Account(person)

    def create_user(self, **kwargs: Any) -> Account:
        """Register a person with what the form holds, and record it."""
        person = services.register_person(
            db.session(),
            VISITOR,
            email=kwargs["email"],
            name=kwargs["name"],
            password_hash=kwargs["password"],
            language=kwargs["language"],
            now=utc_now(),
        )
        return Account(person)


class OutboxMailUtil(MailUtil):
    """Send what Flask-Security has to say through our outbox, in the same transaction."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)

    def send_mail(self, template: str, *_rendered: object, **kwargs: Any) -> None:
        """Post the mail that stands for one of Flask-Security's templates."""
        session, now, person = db.session(), utc_now(), kwargs["user"].person
        match template.rpartition("/")[2]:
            case "welcome" | "confirmation_instructions":
                notices.ask_to_confirm(session, person, kwargs["confirmation_token"], now=now)
            case "welcome_existing" if kwargs["confirmation_token"]:
                notices.ask_to_confirm(session, person, kwargs["confirmation_token"], now=now)
            case "welcome_existing":
                notices.already_registered(session, person, now=now)
            case "reset_instructions":
                notices.offer_reset(session, person, kwargs["reset_token"], now=now)
            case "reset_notice" | "change_notice":
                notices.password_changed(session, person, now=now)
            case unknown:
                raise LookupError(f"There is no mail for {unknown}.")

    def normalize(self, email: str) -> str:
        """Return an address as it is stored. Raises: EmailValidateException."""
        try:
            return normalised_address(email)
        except BadAddress as error:
            message = get_message("INVALID_EMAIL_ADDRESS")[0]
            raise EmailValidateException(message) from error

    def validate(self, email: str) -> str:
        """Return an address as it is stored; whether it exists, the confirmation shows."""
        return self.normalize(email)


class JudgedPasswordUtil(PasswordUtil):
    """Judge new passwords by our rules."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)

    def normalize(self, password: str) -> str:
        """Return a password in the form in which it is hashed."""
        return normalised_password(password)

    def validate(
        self,
        password: str,
        is_register: bool,
        **kwargs: Any,
    ) -> tuple[list[str] | None, str]:
        """Return what is wrong with a new password, and the password as it is hashed."""
        if is_register:
            about = [kwargs.get("name"), kwargs.get("email")]
        else:
            person = kwargs["user"].person
            about = [person.name, person.email]
        weakness = weakness_of(password, *(text for text in about if text))
        messages = None if weakness is None else [weakness_sentence(weakness)]
        return messages, self.normalize(password)


def weakness_sentence(weakness: Weakness) -> str:
    """Say what is wrong with a new password and what would be better."""
    sentences = {
        Weakness.TOO_SHORT: gettext(
            "Choose a password of at least %(count)s characters. Four or five words are easy to"
            " remember.",
            count=SHORTEST_PASSWORD,
        ),
        Weakness.TOO_LONG: gettext(
            "Choose a password of at most %(count)s characters.", count=LONGEST_PASSWORD
        ),
        Weakness.TOO_COMMON: gettext(
            "This password is among the first that somebody would guess. Choose another one."
        ),
        Weakness.ABOUT_ONESELF: gettext(
            "Choose a password that does not consist of your name or your address."
        ),
    }
    return str(sentences[weakness])


def signed_in_person() -> Person | None:
    """Return who is signed in, as the session's cookie says."""
    account = current_user._get_current_object()  # noqa: SLF001 - what the proxy stands for
    return account.person if isinstance(account, Account) else None

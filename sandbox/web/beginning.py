"""Open an empty installation: the authorities of its pack, and somebody who can let others in."""

from datetime import datetime

from flask import current_app, url_for
from sqlalchemy.orm import Session

from sandbox.access.permissions import P
from sandbox.accounts.addresses import normalised_address
from sandbox.accounts.queries import find_grant, find_person
from sandbox.accounts.services import confirm_person, create_person, grant_staff_role
from sandbox.accounts.views import reset_token
from sandbox.authorities.services import register_authorities
from sandbox.kernel.actors import StaffRole, system_actor
from sandbox.kernel.db import unit_of_work
from sandbox.models import Person
from sandbox.packs import active

OPERATOR = system_actor("operator.begin", P.PERSON_ADMINISTER.value)


def begin(session: Session, *, email: str, name: str, language: str, now: datetime) -> str:
    """Make somebody an administrator and return the address at which they set their password.

    A second call for the same address changes nothing and returns another link. Whoever registered
    the address without confirming it loses the password that they chose.
    Raises: BadAddress; NotPossible for whoever acts for an organisation that may apply.
    """
    address = normalised_address(email)
    with unit_of_work(session):
        register_authorities(session, OPERATOR, active.in_force(), now=now)
        person = find_person(session, address) or create_person(
            session, OPERATOR, email=address, name=name, language=language, now=now
        )
        if person.confirmed_at is None:
            # Somebody registered here without showing that the address is theirs: the operator
            # vouches for it now, and a password that a stranger chose is worth nothing.
            person.password = None
            confirm_person(session, OPERATOR, person, now=now)
        if find_grant(session, person.id, StaffRole.ADMINISTRATOR) is None:
            grant_staff_role(session, OPERATOR, person, role=StaffRole.ADMINISTRATOR, now=now)
    return password_address(person)


def password_address(person: Person) -> str:
    """Return the address of the page on which a person sets their password, good for a day."""
    with current_app.test_request_context(base_url=current_app.extensions["config"].base_url):
        return url_for("security.reset_password", token=reset_token(person), _external=True)

"""Tell people what becomes of the rules."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sandbox.applications.queries import list_case_officers, list_caseworkers, list_members
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.mail import post_to
from sandbox.models import Application, PackVersion
from sandbox.programme import queries


def ask_to_activate(session: Session, row: PackVersion, now: datetime) -> None:
    """Ask the administrators, but whoever uploaded it, to judge a new version."""
    people = queries.list_readers(session, but=row.uploaded_by_id, roles=(StaffRole.ADMINISTRATOR,))
    _write(session, people, "programme/uploaded", row, now)


def tell_in_force(session: Session, row: PackVersion, actor: Actor, now: datetime) -> None:
    """Tell the programme's own people and the heads of the authorities what holds from now on."""
    people = queries.list_heads_and_staff(session, but=actor.person_id)
    _write(session, people, "programme/in_force", row, now)


def tell_moved(
    session: Session, application: Application, rules: str, reason: str, now: datetime
) -> None:
    """Tell the company, the authorities' people on the case and the secretariat."""
    people = {
        *list_members(session, application.organisation_id),
        *list_case_officers(session, application.id),
        *list_caseworkers(session, application.id),
    }
    for person in sorted(people, key=lambda each: each.email):
        post_to(
            session,
            person,
            "programme/moved",
            now,
            application_id=application.id,
            reference=application.reference,
            title=application.title,
            case_id=application.id,
            rules=rules,
            reason=reason,
        )


def _write(
    session: Session, people: Iterable[Any], template: str, row: PackVersion, now: datetime
) -> None:
    for person in people:
        post_to(
            session,
            person,
            template,
            now,
            rules=row.semver,
            note=row.note,
        )

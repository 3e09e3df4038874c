"""Keep what a person types before they save it, so that a crash loses nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound, require
from sandbox.access.permissions import P
from sandbox.applications import queries
from sandbox.applications.services.shared import forget_typed, person_of, require_editable
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.models import Application, UnsavedSection
from sandbox.packs import active

LONGEST_TYPED = 400_000
"""So many characters of one section are kept; the longest form of a pack is far below it."""

Inputs = Sequence[tuple[str, str]]


def keep_typed(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    section: str,
    inputs: Inputs,
    now: datetime,
) -> None:
    """Keep what a person has typed so far in place of what was kept for them before.

    It is no deed on the case: nobody else reads it, and saving or sending throws it away.
    Raises: Denied, NotFound, TransitionRefused; NotPossible for more than a section can hold.
    """
    require(session, actor, P.APPLICATION_EDIT, application)
    application = queries.lock_application(session, application.id)
    require_editable(application, now)
    if section not in {each.key for each in active.pack_of(application).sections}:
        raise NotFound(section=section)
    if sum(len(name) + len(value) for name, value in inputs) > LONGEST_TYPED:
        raise NotPossible(Why.NOT_ACCEPTED)
    person_id = person_of(actor)
    saved = queries.find_section(session, application.id, section)
    opened_with = dict(inputs).get("version", "")
    if saved is not None and saved.saved_by_id == person_id and opened_with != str(saved.version):
        return  # It was on its way while the same person saved what it holds.
    kept = queries.find_unsaved(session, person_id, application.id, section)
    if kept is None:
        kept = UnsavedSection(application_id=application.id, section=section, person_id=person_id)
        session.add(kept)
    kept.inputs, kept.kept_at = [list(pair) for pair in inputs], now


def drop_typed(session: Session, actor: Actor, application: Application, *, section: str) -> None:
    """Throw away what a person has typed into a section without saving it. Raises: Denied."""
    require(session, actor, P.APPLICATION_EDIT, application)
    person_id = person_of(actor)
    forget_typed(session, application.id, person_id=person_id, section=section)

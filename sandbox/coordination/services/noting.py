"""Let the authorities on a case write notes that are theirs."""

from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.coordination import queries
from sandbox.coordination.actions import CoordinationAction, make_sure_open
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.models import Application, CaseNote
from sandbox.models.coordination import AssignmentState
from sandbox.packs import active


def write_note(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    text: str,
    criterion: str | None,
    is_shared: bool,
    now: datetime,
) -> CaseNote:
    """Note something on a case or one of its criteria, for one's authority or for all assigned.

    A note stays as it was written: the other authorities may have read it. A private one passes,
    by what is asked of the places on the case, to whoever succeeds the authority there.
    Raises: Denied, TransitionRefused, NotPossible.
    """
    # Whoever is recused while this waits for the case is asked for the right that is left.
    queries.lock_application(session, application.id)
    require(session, actor, P.NOTE_KEEP, application)
    make_sure_open(application, CoordinationAction.WRITE_NOTE)
    if not text.strip():
        raise NotPossible(Why.NOTE_MISSING)
    place = queries.find_own_assignment(session, actor.officer_of, application.id)
    if place is None or place.state != AssignmentState.ACCEPTED:
        raise NotPossible(Why.NOT_ACCEPTED)
    assert actor.person_id is not None, "An authority writes through a person."
    pack = active.pack_of(application)
    note = CaseNote(
        application_id=application.id,
        authority_id=place.authority_id,
        written_by_id=actor.person_id,
        written_at=now,
        criterion=None if criterion is None else pack.criterion(criterion).key,
        is_shared=is_shared,
        text=text.strip(),
    )
    session.add(note)
    record(
        session,
        actor,
        Deed.NOTE_WRITTEN,
        application,
        now=now,
        authority_id=place.authority_id,
        is_shared=is_shared,
    )
    return note

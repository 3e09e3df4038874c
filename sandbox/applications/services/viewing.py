"""Keep under a name what a person narrows the list of applications to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.applications import queries
from sandbox.applications.services.shared import person_of
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.models import SavedView

MOST_VIEWS = 20


def save_view(
    session: Session, actor: Actor, wanted: queries.CaseFilter, *, name: str, now: datetime
) -> None:
    """Keep a filter; one of the same name gives way to it.

    It is no deed on a case: nobody else reads it.
    Raises: NotPossible for a name or a filter that is empty, and for one view too many.
    """
    if not name.strip() or not wanted.narrows:
        raise NotPossible(Why.NOT_ACCEPTED)
    person_id = person_of(actor)
    queries.lock_person(session, person_id)
    own = {view.name: view for view in queries.list_views(session, actor)}
    view = own.get(name)
    if view is None:
        if len(own) >= MOST_VIEWS:
            raise NotPossible(Why.TOO_MANY_VIEWS)
        view = SavedView(person_id=person_id, name=name)
        session.add(view)
    view.filters, view.saved_at = wanted.words, now


def remove_view(session: Session, actor: Actor, view_id: UUID) -> None:
    """Forget one of a person's own views. Raises: NotFound."""
    session.delete(queries.get_view(session, actor, view_id))

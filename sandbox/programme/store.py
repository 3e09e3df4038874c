"""Tell the packs which versions the database holds; connected when the application is made."""

from collections.abc import Mapping, Sequence

from flask import current_app, has_app_context
from sqlalchemy.orm import Session, object_session

from sandbox.kernel.db import Base, db
from sandbox.packs.active import Stored
from sandbox.programme import queries

_CHOICE = "activated_packs"


class DatabaseStore:
    """Read the activated versions in the session that the question comes from."""

    def versions(self, row: object | None = None) -> Sequence[Stored] | None:
        """Return every version that is or was in force, from one statement a transaction.

        A transaction sees one state of the programme; the next one asks again, so that the server
        that begins a case does it under the rules in force at that moment.
        """
        session = _session_of(row)
        if session is None:
            return None
        kept = session.info.get(_CHOICE)
        if kept is not None and kept[0] is session.get_transaction():
            found: Sequence[Stored] = kept[1]
            return found
        found = queries.list_activated(session)
        session.info[_CHOICE] = (session.get_transaction(), found)
        return found

    def files(self, stored: Stored, row: object | None = None) -> Mapping[str, bytes]:
        """Return the files of a version."""
        session = _session_of(row)
        assert session is not None, "Whoever knew the version had a session."
        return queries.read_files(session, stored.code, stored.version)


def forget_choice(session: Session) -> None:
    """Let the next question in this transaction see what the transaction itself has changed."""
    session.info.pop(_CHOICE, None)


def _session_of(row: object | None) -> Session | None:
    """Return the session of a row that has one, else that of the request or job, if there is one.

    Commands and tests without a database around them know the packs on disk alone.
    """
    own = object_session(row) if isinstance(row, Base) else None
    if own is not None:
        return own
    return db.session() if has_app_context() and "sqlalchemy" in current_app.extensions else None

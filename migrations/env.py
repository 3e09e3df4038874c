"""Run the migrations: the only door through which the schema changes.

A caller that has an engine already, such as a test, passes it as `config.attributes["engine"]`;
otherwise the configured database is used.
"""

import importlib
import os
import pkgutil
import re
from collections.abc import Iterable
from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrationScript
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine

import sandbox.kernel
import sandbox.models
from config import Config
from sandbox.kernel.db import Base, JsonValue, UtcDateTime, configure_engine, engine_options

ADVISORY_LOCK = 6_724_010
"""Any number will do, so long as every migration of this platform takes the same."""
POSTGRESQL_LIMITS = {
    # A migration queueing for a busy table makes every later reader queue behind it.
    "lock_timeout": "5s",
    "statement_timeout": "10min",
}


def main() -> None:
    """Run what was asked for, over the caller's engine or the configured one."""
    # The kernel keeps a few tables beside what uses them; all of them must be known here.
    for module in pkgutil.iter_modules(sandbox.kernel.__path__, "sandbox.kernel."):
        importlib.import_module(module.name)
    engine: Engine | None = context.config.attributes.get("engine")
    if engine is not None:
        migrate(engine)
        return
    url = Config.from_env(os.environ).database_url
    engine = create_engine(url, **engine_options(url))
    configure_engine(engine)
    try:
        migrate(engine)
    finally:
        engine.dispose()


def migrate(engine: Engine) -> None:
    """Run each migration in a transaction of its own; one that fails leaves nothing behind."""
    with engine.connect() as connection:
        prepare(connection)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_type=True,
            compare_server_default=True,
            render_as_batch=connection.dialect.name == "sqlite",
            render_item=render_item,
            process_revision_directives=number_revision,
            # The driver is told to leave transactions to us, so SQLite's can hold a migration too.
            transactional_ddl=True,
            transaction_per_migration=True,
            include_name=include_name,
        )
        with context.begin_transaction():
            context.run_migrations()
        finish(connection)


def prepare(connection: Connection) -> None:
    """Set what must hold before the first transaction of the run begins."""
    if connection.dialect.name == "postgresql":
        for name, value in POSTGRESQL_LIMITS.items():
            connection.exec_driver_sql(f"SET {name} = '{value}'")
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({ADVISORY_LOCK})")
        connection.commit()
        return
    # A table is altered by copying it; with keys enforced, dropping the old one would
    # delete every row that refers to it.
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys = OFF")
    cursor.close()
    connection.execution_options(writes=True)


def finish(connection: Connection) -> None:
    """Undo what `prepare` set, since a pool may hand the connection to somebody else."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})")
        connection.commit()
        # The next user of the pool must get the timeouts that requests run under.
        connection.invalidate()
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    connection.rollback()
    connection.invalidate()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        raise RuntimeError(f"After the migration, rows refer to what is not there: {tables}.")


def include_name(name: str | None, kind: str, _parents: dict[str, Any]) -> bool:
    """Leave out the tables that a migration keeps in plain SQL, which no model describes."""
    return not (kind == "table" and name is not None and name.startswith("search_"))


def render_item(kind: str, item: object, _context: AutogenContext) -> str | bool:
    """Write our own column types as what they are made of, so that old migrations stand alone."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and item is JsonValue:
        return 'sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")'
    return False


def number_revision(
    _context: object, _revision: object, directives: Iterable[MigrationScript]
) -> None:
    """Number migrations from 001 in the order in which they are written."""
    taken = [
        int(script.revision)
        for script in ScriptDirectory.from_config(context.config).walk_revisions()
        if re.fullmatch(r"\d{3}", script.revision)
    ]
    for directive in directives:
        directive.rev_id = f"{max(taken, default=0) + 1:03}"


main()

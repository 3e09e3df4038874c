"""Migrations lead up, down and up again, and end where the models stand."""

import importlib
import pkgutil
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Engine,
    Integer,
    Numeric,
    Table,
    Uuid,
    event,
    inspect,
)

import sandbox.kernel
import sandbox.models
from sandbox.kernel.db import Base
from tests.databases import (
    Databases,
    PostgresqlStore,
    alembic_config,
    connect,
    drop_database,
    migrate,
)

for module in pkgutil.iter_modules(sandbox.kernel.__path__, "sandbox.kernel."):
    importlib.import_module(module.name)


@pytest.fixture
def bare(engine_name: str, databases: Databases, tmp_path: Path) -> Iterator[Engine]:
    """A database without any table, beside the one that other tests use."""
    if engine_name == "sqlite":
        engine = connect(f"sqlite:///{tmp_path / 'bare.sqlite3'}")
        yield engine
        engine.dispose()
        return
    store = databases.store(engine_name)
    assert isinstance(store, PostgresqlStore)
    name = f"{store.name}_bare"
    with psycopg.connect(store.server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        engine = connect(store.url.replace(store.name, name))
        yield engine
        engine.dispose()
        drop_database(connection, name)


def shape(engine: Engine) -> dict[str, Any]:
    """Describe every table as the database itself reports it."""
    found = inspect(engine)
    return {
        table: {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"], column["default"])
                for column in found.get_columns(table)
            ],
            "indexes": sorted(
                (str(index["name"]), tuple(index["column_names"]), index["unique"])
                for index in found.get_indexes(table)
            ),
            "checks": sorted(str(check["name"]) for check in found.get_check_constraints(table)),
            "uniques": sorted(str(each["name"]) for each in found.get_unique_constraints(table)),
            "keys": sorted(str(key["name"]) for key in found.get_foreign_keys(table)),
        }
        for table in found.get_table_names()
    }


def differences(engine: Engine) -> list[Any]:
    options = {"compare_type": True, "compare_server_default": True}
    with engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)


def fill(engine: Engine) -> int:
    """Put a row into every table, in the order of their foreign keys."""
    keys: dict[str, uuid.UUID] = {}
    with engine.connect().execution_options(writes=True) as connection:
        for table in Base.metadata.sorted_tables:
            row = sample(table, keys)
            keys[table.name] = row["id"]
            connection.execute(table.insert().values(row))
        connection.commit()
    return len(keys)


def sample(table: Table, keys: dict[str, uuid.UUID]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.nullable:
            continue
        targets = [key.column.table.name for key in column.foreign_keys]
        if targets:
            row[column.name] = keys[targets[0]]
        elif isinstance(column.type, Uuid):
            row[column.name] = uuid.uuid4()
        elif isinstance(column.type, Boolean):
            row[column.name] = False
        elif isinstance(column.type, Integer | Numeric):
            row[column.name] = 1
        elif isinstance(column.type, Date):
            row[column.name] = date(2026, 11, 3)
        elif "DateTime" in type(column.type).__name__ or isinstance(column.type, DateTime):
            row[column.name] = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
        elif "JSON" in type(column.type).__name__:
            row[column.name] = {"es": "texto"}
        else:
            row[column.name] = f"{table.name} {column.name}"
    return row


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one()
            for name in Base.metadata.tables
        }


def test_migrations_stand_in_one_line() -> None:
    scripts = ScriptDirectory.from_config(alembic_config(connect("sqlite://")))
    assert len(scripts.get_heads()) == 1
    numbers = [script.revision for script in scripts.walk_revisions()][::-1]
    assert numbers == [f"{number:03}" for number in range(1, len(numbers) + 1)]


def test_head_equals_models(bare: Engine) -> None:
    migrate(bare)
    assert differences(bare) == []


def test_comparison_sees_a_missing_column_and_a_missing_index(bare: Engine) -> None:
    migrate(bare)
    with bare.connect().execution_options(writes=True) as connection:
        connection.exec_driver_sql("DROP INDEX ix_audit_entry_subject_id_at")
        connection.exec_driver_sql("ALTER TABLE audit_entry DROP COLUMN details")
        connection.commit()
    found = {entry[0] for entry in differences(bare)}
    assert found == {"add_index", "add_column"}


def test_check_constraints_equal_models(bare: Engine) -> None:
    # Autogenerate does not look at them, so a model's check could be missing in the database.
    migrate(bare)
    names = bare.dialect.identifier_preparer
    written = {name: set(table["checks"]) for name, table in shape(bare).items()}
    for name, table in Base.metadata.tables.items():
        meant = {
            names.format_constraint(constraint)
            for constraint in table.constraints
            if isinstance(constraint, CheckConstraint)
        }
        assert written[name] == meant, name


def test_down_and_up_again_gives_the_same_tables(bare: Engine) -> None:
    migrate(bare)
    first = shape(bare)
    command.downgrade(alembic_config(bare), "base")
    assert list(shape(bare)) == ["alembic_version"]
    migrate(bare)
    assert shape(bare) == first


def test_each_step_leads_down_and_up_with_rows_in_every_table(bare: Engine) -> None:
    migrate(bare)
    filled = fill(bare)
    before = counts(bare)
    assert set(before.values()) == {1}
    assert len(before) == filled
    config = alembic_config(bare)
    newest_first = [
        script.revision for script in ScriptDirectory.from_config(config).walk_revisions()
    ]
    # The first migration makes most tables, so below it there is nothing that could be kept; what
    # a later one made is gone below it and comes back empty, but for what it takes over.
    carried = {"information_question"}
    made_later: set[str] = set()
    for revision in newest_first[:-1]:
        command.downgrade(config, f"{revision}-1")
        made_later |= set(before) - set(inspect(bare).get_table_names())
        command.upgrade(config, revision)
    command.upgrade(config, "head")
    assert counts(bare) == {table: int(table not in made_later - carried) for table in before}
    command.downgrade(config, "base")
    migrate(bare)
    assert set(counts(bare).values()) == {0}


def test_a_request_for_information_keeps_its_words_as_its_first_question(bare: Engine) -> None:
    migrate(bare)
    fill(bare)
    config = alembic_config(bare)

    def write(statement: str) -> None:
        with bare.connect().execution_options(writes=True) as connection:
            connection.exec_driver_sql(statement)
            connection.commit()

    def read(statement: str) -> tuple[Any, ...]:
        with bare.connect() as connection:
            return tuple(connection.exec_driver_sql(statement).one())

    request = "SELECT question, answer FROM information_request"
    question = "SELECT number, text, about, typed, answer FROM information_question"
    write("UPDATE information_question SET number = 1, text = 'Where?', typed = 'He', about = 'x'")
    command.downgrade(config, "020")
    assert read(request) == ("Where?", None)
    write("UPDATE information_request SET answer = 'Here.'")
    command.upgrade(config, "head")
    assert read(question) == (1, "Where?", None, "", "Here.")
    command.downgrade(config, "020")
    assert read(request) == ("Where?", "Here.")


def test_messages_from_before_the_inbox_knew_what_is_new_count_as_read(bare: Engine) -> None:
    migrate(bare)
    fill(bare)
    config = alembic_config(bare)
    command.downgrade(config, "002")
    command.upgrade(config, "003")
    unread = "SELECT count(*) FROM outbox_mail WHERE read_at IS NULL"
    dated = "SELECT count(*) FROM outbox_mail WHERE read_at = created_at"

    def number(statement: str) -> int:
        with bare.connect() as connection:
            return int(connection.exec_driver_sql(statement).scalar_one())

    assert (number(unread), number(dated)) == (1, 0)
    command.upgrade(config, "head")
    assert (number(unread), number(dated)) == (0, 1)


def test_second_upgrade_changes_nothing(bare: Engine) -> None:
    migrate(bare)
    fill(bare)
    before = shape(bare), counts(bare)
    migrate(bare)
    assert (shape(bare), counts(bare)) == before


def test_migration_on_postgresql_waits_for_no_busy_table(databases: Databases) -> None:
    store = databases.store("postgresql")
    store.reset()
    engine = connect(store.url)
    seen: dict[str, str] = {}

    def note(connection: Any, _cursor: object, statement: str, *_rest: object) -> None:
        if "alembic_version" in statement and not seen:
            for name in ("lock_timeout", "statement_timeout"):
                row = connection.connection.cursor().execute(f"SHOW {name}").fetchone()
                seen[name] = row[0]

    event.listen(engine, "before_cursor_execute", note)
    command.upgrade(alembic_config(engine), "head")
    engine.dispose()
    assert seen == {"lock_timeout": "5s", "statement_timeout": "10min"}

"""Define the tables' base, the column types, and the only place that commits."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, String, Uuid, event, inspect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column, registry
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeDecorator

from sandbox.domain.refusals import Refusal
from sandbox.kernel.search import fold

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """Store aware instants in UTC; SQLite has no zones, so they are dropped and given back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an instant into UTC on its way in."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A naive instant cannot be stored.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - the base class's signature
    ) -> datetime | None:
        """Give an instant its zone back on its way out."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JsonValue = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    """Give every table a random key made at construction and named constraints."""

    # Flask-SQLAlchemy copies this body once more; only a registry survives that.
    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: UtcDateTime(),
            UUID: Uuid(as_uuid=True),
            dict[str, Any]: JsonValue,
            list[Any]: JsonValue,
            str: String(),
        },
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)

    def __init__(self, **values: Any) -> None:
        # The key and the plain defaults are there from the first moment, not only after a flush.
        for name, value in _defaults(type(self)).items():
            values.setdefault(name, value)
        values.setdefault("id", uuid.uuid4())
        for name, value in values.items():
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no {name}.")
            setattr(self, name, value)


@cache
def _defaults(model: type[Base]) -> dict[str, Any]:
    """Map the columns of a table that have a plain default to it."""
    columns = inspect(model).columns
    return {
        column.key: column.default.arg
        for column in columns
        if isinstance(column.default, ScalarElementColumnDefault)
    }


class Versioned:
    """Count the versions of a row that two people can edit; the second to save is refused."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class Audited:
    """Mark a table whose every change must be explained by a record in the same transaction."""

    def audited_as(self) -> UUID:
        """Return the id of the subject whose record explains a change of this row."""
        return self.id  # type: ignore[attr-defined,no-any-return]


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": True})


class Stale(Refusal):
    """Refuse to overwrite what somebody else saved in the meantime."""

    code = "stale"


class Unexplained(AssertionError):
    """Report a changed audited row that no record explains: a defect, never a refusal."""


def engine_options(database_url: str) -> dict[str, Any]:
    """Return the engine's settings; parameters stay out of error texts, which reach logs."""
    if database_url.startswith("sqlite"):
        return {"hide_parameters": True, "connect_args": {"timeout": 10}}
    # The log leaves out what a fault says in detail, and must know how the detail is called.
    timeouts = "-c lock_timeout=10s -c statement_timeout=60s -c timezone=UTC -c lc_messages=C"
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        # The connection that was used last knows the statements best.
        "pool_use_lifo": True,
        "connect_args": {"options": timeouts},
    }


def configure_engine(engine: Engine) -> None:
    """Make SQLite durable and let writers announce themselves; PostgreSQL needs nothing here."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        # The driver's own transaction handling begins late and deferred; ours is explicit.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute("PRAGMA busy_timeout=10000")
        cursor.close()
        connection.create_function("folded", 1, fold, deterministic=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that turns into a write can fail at once when another writer
        # came in between; a writer therefore takes its place in the queue at the start.
        immediate = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def begin_write(session: Session) -> None:
    """End the reading transaction and begin a writing one; loaded rows are read again on use."""
    if session.new or session.dirty or session.deleted:
        raise AssertionError("Something was changed outside a unit of work.")
    session.rollback()
    session.connection(execution_options={"writes": True})


@contextmanager
def unit_of_work(session: Session) -> Iterator[None]:
    """Make one deed of everything inside: all of it is committed, or nothing.

    Raises: Stale when a row changed since it was read; Unexplained when a change has no record.
    """
    if session.info.get("unit_of_work"):
        raise AssertionError("Units of work do not nest.")
    begin_write(session)
    session.info["unit_of_work"] = True
    try:
        yield
        commit(session)
    except StaleDataError as error:
        session.rollback()
        raise Stale from error
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("unit_of_work", None)
        session.info.pop("changed", None)
        session.info.pop("explained", None)


def commit(session: Session) -> None:
    """Commit after making sure that every change of an audited row is explained by a record."""
    session.flush()
    changed: dict[UUID, str] = session.info.pop("changed", {})
    explained: set[UUID] = session.info.pop("explained", set())
    unexplained = {name for subject, name in changed.items() if subject not in explained}
    if unexplained:
        session.rollback()
        raise Unexplained(", ".join(sorted(unexplained)))
    session.commit()


@event.listens_for(Session, "before_flush")
def watch_audited(session: Session, _context: Any, _instances: Any) -> None:
    """Note which audited subjects this transaction changes."""
    changed = session.info.setdefault("changed", {})
    rows = [*session.new, *session.deleted]
    rows += [row for row in session.dirty if session.is_modified(row)]
    for row in rows:
        if isinstance(row, Audited):
            changed[row.audited_as()] = type(row).__name__


@event.listens_for(Session, "after_rollback")
def forget_changes(session: Session) -> None:
    """Forget what a rolled-back transaction had changed."""
    session.info.pop("changed", None)
    session.info.pop("explained", None)

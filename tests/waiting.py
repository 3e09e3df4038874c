"""Let days pass on a platform that reads the time from the clock of the computer."""

from datetime import timedelta

from sqlalchemy import Date, Engine, bindparam, select, update
from sqlalchemy.sql.schema import Column

from sandbox.kernel.db import Base, UtcDateTime

WEEK = 7


def days_pass(engine: Engine, days: int) -> None:
    """Move every instant and day that is stored so many days into the past: whole weeks.

    To the platform this is what waiting is. It keeps no clock of its own and no length of time: it
    compares what is stored with the present moment, and each of these differences grows by `days`,
    while those between any two stored moments stay. A day remains the day of the week it was, so
    that terms in business days count on as they would; what rules and people name by its date (a
    holiday, the day in an answer) comes no nearer.
    """
    assert days % WEEK == 0, "Whole weeks, else a Monday would become another day of the week."
    past = timedelta(days=days)
    with engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if not is_moment(column):
                    continue
                # The oldest first: a day that must be there once is left before the next takes it.
                rows = connection.execute(
                    select(*table.primary_key, column).where(column.is_not(None)).order_by(column)
                ).all()
                if rows:
                    here = [key == bindparam(f"key_{key.name}") for key in table.primary_key]
                    connection.execute(
                        update(table).where(*here).values({column: bindparam("moved")}),
                        [
                            {
                                "moved": moment - past,
                                **{
                                    f"key_{key.name}": value
                                    for key, value in zip(table.primary_key, keys, strict=True)
                                },
                            }
                            for *keys, moment in rows
                        ],
                    )


def is_moment(column: Column[object]) -> bool:
    """Tell whether a column says when something happened, falls due or is in force."""
    return isinstance(column.type, UtcDateTime | Date)

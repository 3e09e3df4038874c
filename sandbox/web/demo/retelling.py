"""Retell a case that the services have told: the same deeds, by others, elsewhere and later.

Every deed through the services costs some ten statements, and a completed test has a hundred
deeds. A thousand cases in half a minute are possible because only the first few of each plot are
told so. The others repeat the rows that the services wrote for one of those, with other keys,
weeks, people, words and values; what is computed from them (references, fingerprints) is computed
anew by the functions that the services use.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Table, insert, or_, select
from sqlalchemy.orm import Session

from sandbox.applications.services import next_number
from sandbox.domain.applications import reference
from sandbox.domain.calendar import BusinessCalendar
from sandbox.domain.content import content_hash
from sandbox.domain.monitoring import judge
from sandbox.domain.packs import PolicyPack, QuestionKind
from sandbox.kernel.audit import AuditEntry
from sandbox.kernel.clock import local_day
from sandbox.kernel.db import Base
from sandbox.models import (
    Application,
    Membership,
    Organisation,
    OutcomeReport,
    Person,
    Reading,
    Submission,
    Trial,
)
from sandbox.outcomes.facts import plain
from sandbox.outcomes.services import content_of
from sandbox.web.demo.story import Story

WEEK = 7
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(T[0-9:.]+(\+00:00|Z)?)?")
_TEXTS = frozenset({QuestionKind.TEXT, QuestionKind.LONG_TEXT})
Row = dict[str, Any]


@dataclass(frozen=True)
class Words:
    """Hold what is said otherwise.

    Shape: `texts` maps a whole text to another one; `answers` gives the new answer of a question,
    `former` the one it replaces; `values` maps metric and day to the reading's new value.
    """

    texts: Mapping[str, str]
    answers: Mapping[str, Any]
    former: Mapping[str, Any]
    values: Mapping[tuple[str, str], Decimal]


class Retold:
    """Gather the rows of retold cases and write them together."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.rows: dict[str, list[Row]] = {}

    def add(self, table: Table, row: Row) -> None:
        """Keep a row until the next writing."""
        self.rows.setdefault(table.name, []).append(row)

    def write(self) -> None:
        """Write all rows, those that others refer to first."""
        self.session.flush()
        for table in Base.metadata.sorted_tables:
            rows = self.rows.pop(table.name, None)
            if rows:
                self.session.connection().execute(insert(table), rows)


class Tale:
    """Hold the rows of something that was told, with what in them changes when it is retold."""

    def __init__(self, rows: Sequence[tuple[Table, Row]], texts: Iterable[str] = ()) -> None:
        self.own = {row["id"] for _, row in rows}
        self.marked = {*texts, *(str(each) for each in self.own)}
        self.rows = [
            (table, row, [key for key, value in row.items() if self._moves(value)])
            for table, row in rows
        ]

    def _moves(self, value: Any) -> bool:
        """Tell whether a value may differ in a retelling; keys of others' rows may as well."""
        match value:
            case None | bool() | int() | Decimal():
                return False
            case str():
                return value in self.marked or _ISO.fullmatch(value) is not None
            case dict():
                return bool(value)
            case list():
                return any(self._moves(each) for each in value)
            case _:
                return True

    def retell(
        self, ids: dict[Any, Any], words: Words, shift: timedelta
    ) -> list[tuple[Table, Row]]:
        """Return the rows with new keys; `ids` maps others' keys and gets those of the tale."""
        for old in self.own:
            new = uuid4()
            ids[old] = new
            ids[str(old)] = str(new)
        voice = _Voice(ids, words, shift)
        found = []
        for table, row, moving in self.rows:
            new_row = dict(row)
            for key in moving:
                new_row[key] = voice.say(row[key])
            found.append((table, new_row))
        return found


@dataclass(frozen=True, slots=True)
class _Voice:
    """Say each value of a row as the retelling needs it."""

    ids: Mapping[Any, Any]
    words: Words
    shift: timedelta

    def say(self, value: Any) -> Any:
        match value:
            case str():
                return self._text(value)
            case UUID():
                return self.ids.get(value, value)
            case datetime() | date():
                return value + self.shift
            case dict():
                return {key: self._answer(key, each) for key, each in value.items()}
            case list():
                return [self.say(each) for each in value]
            case _:
                return value

    def _text(self, value: str) -> str:
        found = self.words.texts.get(value) or self.ids.get(value)
        if found is not None:
            return str(found)
        if value[:2] == "20" and _ISO.fullmatch(value):
            if "T" in value:
                return (datetime.fromisoformat(value) + self.shift).isoformat()
            return (date.fromisoformat(value) + self.shift).isoformat()
        return value

    def _answer(self, key: str, value: Any) -> Any:
        if key in self.words.answers and value == self.words.former[key]:
            return self.words.answers[key]
        return self.say(value)


def rows_of(session: Session, wanted: Iterable[tuple[Table, Any]]) -> list[tuple[Table, Row]]:
    """Read rows as plain values. Shape: pairs of a table and the condition on it."""
    session.flush()
    connection = session.connection()
    return [
        (table, dict(row))
        for table, condition in wanted
        for row in connection.execute(select(table).where(condition)).mappings()
    ]


# --- organisations -------------------------------------------------------------------------------


def tale_of_company(session: Session, organisation_id: UUID, owner_id: UUID | None) -> Tale:
    """Read an organisation with its owner, as it was founded."""
    organisation, person = table_of(Organisation), table_of(Person)
    membership, audit = table_of(Membership), table_of(AuditEntry)
    rows = rows_of(
        session,
        (
            (organisation, organisation.c.id == organisation_id),
            (person, person.c.id == owner_id),
            (membership, membership.c.organisation_id == organisation_id),
            (audit, audit.c.subject_id.in_((organisation_id, owner_id))),
        ),
    )
    texts = [
        value
        for table, row in rows
        if table is not audit
        for key, value in row.items()
        if isinstance(value, str) and key in COMPANY_TEXTS
    ]
    return Tale(rows, texts)


COMPANY_TEXTS = frozenset({"name", "email", "tax_id", "state", "fs_uniquifier"})


# --- cases ---------------------------------------------------------------------------------------


class CaseTale:
    """Hold a case that was told, ready to be retold for another organisation."""

    def __init__(self, story: Story) -> None:
        self.story = story
        session = story.world.session
        session.flush()
        application = table_of(Application)
        trial, audit = table_of(Trial), table_of(AuditEntry)
        case_id = story.application.id
        trials = select(trial.c.id).where(trial.c.application_id == case_id).scalar_subquery()
        wanted: list[tuple[Table, Any]] = [(application, application.c.id == case_id)]
        for table in Base.metadata.sorted_tables:
            conditions = []
            if "application_id" in table.c and table.name != "outbox_mail":
                conditions.append(table.c.application_id == case_id)
            if "trial_id" in table.c:
                conditions.append(table.c.trial_id == trials)
            if conditions:
                wanted.append((table, or_(*conditions)))
        rows = rows_of(session, wanted)
        self.application = next(row for table, row in rows if table is application)
        self.reference = str(self.application["reference"] or "")
        self.hashes = {
            row["number"]: row["content_hash"]
            for table, row in rows
            if table is table_of(Submission)
        }
        self.readings = [row for table, row in rows if table is table_of(Reading)]
        self.title = self.application["title"]
        self.organisation = story.company.name
        texts = {
            self.title,
            self.organisation,
            self.application["start_key"],
            *_references(self.reference),
            *self.hashes.values(),
        }
        self.tale = Tale(rows, texts)
        self.instants = {row["at"] for table, row in rows if table is audit}
        self.last = max(self.instants)
        self.submitted_at: datetime | None = self.application["submitted_at"]

    def shift_for(self, begins: int) -> timedelta:
        """Return the whole weeks after which it begins about so many days ago, and is over.

        Of the weeks around, that is taken in which the fewest deeds fall on a holiday.
        """
        world = self.story.world
        calendar = BusinessCalendar.from_spec(world.pack.calendar)
        zone = world.pack.calendar.timezone
        began = local_day(self.submitted_at or self.application["started_at"], zone)
        days = {local_day(each, zone) for each in self.instants}
        aimed = (world.days.today - began).days - begins
        most = (world.days.today - local_day(self.last, zone)).days - 1
        middle = max(0, min(aimed, most)) // WEEK
        weeks = [each for each in (middle, middle - 1, middle + 1) if 0 <= each * WEEK <= most]

        def holidays(week: int) -> int:
            later = timedelta(days=week * WEEK)
            return sum(not calendar.is_business_day(day + later) for day in days)

        return timedelta(days=min(weeks or [0], key=holidays) * WEEK)

    def retell(
        self, retold: Retold, other: Story, people: Mapping[UUID, UUID], shift: timedelta
    ) -> None:
        """Retell the case as that of `other`, which has its organisation, words and chance."""
        pack = self.story.pack
        answers = self._answers(other)
        reference_to = self._reference(retold.session, pack, shift)
        texts = dict(zip(_references(self.reference), _references(reference_to), strict=True))
        texts |= {
            self.title: str(answers.get(pack.title_question, self.title)),
            self.organisation: other.company.name,
            self.application["start_key"]: f"{other.company.owner.person_id}:{other.start_key}",
        }
        # The fingerprints of what was submitted come first, for the history repeats them.
        ids: dict[Any, Any] = dict(people)
        values = self._values(other.rng, pack)
        words = Words(texts, answers, self.story.answers, values)
        rows = self.tale.retell(ids, words, shift)
        digests = {
            row["number"]: content_hash(row["content"])
            for table, row in rows
            if table is table_of(Submission)
        }
        replaced = {self.hashes[number]: digest for number, digest in digests.items()}
        for table, row in rows:
            self._mend(table, row, replaced, words, shift)
            retold.add(table, row)

    def _answers(self, other: Story) -> dict[str, Any]:
        """Answer in other words what neither risk nor routing depends on."""
        composer = other.world.composer
        changed: dict[str, Any] = {}
        for key, former in self.story.answers.items():
            question = other.pack.questions[key]
            fixed = key in self.story.project["answers"] or key in composer.risky
            if fixed or question.competences:
                continue
            if key == other.pack.title_question:
                changed[key] = other.project["name"]
            elif question.kind in _TEXTS or question.kind is QuestionKind.MONEY:
                changed[key] = composer.answer(other.rng, question, other.project, other.slots)
            elif former == self.story.slots["places"].split(","):
                changed[key] = other.slots["places"].split(",")
        return changed

    def _reference(self, session: Session, pack: PolicyPack, shift: timedelta) -> str:
        if not self.reference or self.submitted_at is None:
            return ""
        day = local_day(self.submitted_at + shift, pack.calendar.timezone)
        number = next_number(session, day.year)
        return reference(pack.programme.reference_prefix, day.year, number)

    def _values(self, rng: Random, pack: PolicyPack) -> dict[tuple[str, str], Decimal]:
        """Measure a little differently, without another judgement."""
        values = {}
        for row in self.readings:
            metric = pack.metric(row["metric"])
            value = (row["value"] * Decimal(rng.randint(90, 110)) / 100).quantize(Decimal("0.01"))
            if judge(metric, value).value == row["level"]:
                values[row["metric"], row["measured_on"].isoformat()] = value
        return values

    def _mend(
        self,
        table: Table,
        row: Row,
        replaced: Mapping[str, str],
        words: Words,
        shift: timedelta,
    ) -> None:
        """Compute anew what follows from other columns."""
        if table is table_of(Submission):
            row["content_hash"] = replaced[row["content_hash"]]
        elif table is table_of(AuditEntry):
            digest = row["details"].get("content_hash")
            if digest in replaced:
                row["details"]["content_hash"] = replaced[digest]
        elif table is table_of(Reading):
            day = (row["measured_on"] - shift).isoformat()
            row["value"] = words.values.get((row["metric"], day), row["value"])
        elif table is table_of(OutcomeReport) and row["facts"] is not None:
            _measure_again(row["facts"], words, shift)
            row["content_hash"] = content_hash(content_of(SimpleNamespace(**row)))


def _measure_again(facts: Any, words: Words, shift: timedelta) -> None:
    for metric in facts["metrics"]:
        for reading in metric["readings"]:
            day = (date.fromisoformat(reading["on"]) - shift).isoformat()
            value = words.values.get((metric["key"], day))
            if value is not None:
                reading["value"] = plain(value)
        if metric["readings"]:
            metric["last"] = metric["readings"][-1]["value"]


def _references(text: str) -> tuple[str, ...]:
    """List the forms in which a case's reference stands in its rows."""
    return (text, f"{text}-P", f"{text}-P".lower()) if text else ()


def table_of(model: type[Base]) -> Table:
    """Return the table of a model."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is no table.")
    return table

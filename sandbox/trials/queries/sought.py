"""Read what an application asks for in reliefs, and what each authority may answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.authorities.queries import applied_codes
from sandbox.domain.packs import PolicyPack
from sandbox.domain.reliefs import answerers, sought_reliefs
from sandbox.kernel.actors import Actor
from sandbox.models import Trial
from sandbox.trials.queries.cases import get_last_submission
from sandbox.trials.queries.reading import list_supervisors
from sandbox.trials.queries.records import Supervisor
from sandbox.trials.queries.reliefs import ReliefLine, lines_of


@dataclass(frozen=True, slots=True)
class SoughtRelief:
    """Hold a row of the application that asks for a relief, and which authorities may answer it."""

    number: int
    row: Mapping[str, str]
    answerers: frozenset[str]
    is_confidential: bool


def list_sought(
    session: Session,
    application_id: UUID,
    pack: PolicyPack,
    supervisors: Sequence[Supervisor],
    today: date,
) -> tuple[SoughtRelief, ...]:
    """List what the application asked for when it was decided."""
    content = get_last_submission(session, application_id).content
    on_case = [each.code for each in supervisors]
    applied = applied_codes(session)
    hidden = pack.coordination.reliefs_question in content.get("confidential", ())
    return tuple(
        SoughtRelief(number, row, answerers(pack, row, on_case, today, applied), hidden)
        for number, row in enumerate(sought_reliefs(pack, content["answers"]), start=1)
    )


@dataclass(frozen=True, slots=True)
class ReliefPage:
    """Hold the reliefs of a trial for one reader, with what each authority may do about them.

    Shape: `own` are the numbers of the reliefs that the reader's authority answers for, and
    `open_rows` those of the rows that it may answer.
    """

    lines: tuple[ReliefLine, ...]
    supervisors: tuple[Supervisor, ...]
    sought: tuple[SoughtRelief, ...]
    own: frozenset[int]
    open_rows: frozenset[int]


def read_reliefs(
    session: Session,
    actor: Actor,
    trial: Trial,
    rows: Sequence[Any],
    *,
    pack: PolicyPack,
    today: date,
) -> ReliefPage:
    """Gather the page of a trial's reliefs. Shape: `rows` were read with the trial."""
    lines = lines_of(rows, trial, pack, today)
    supervisors = list_supervisors(session, trial.application_id)
    sought = list_sought(session, trial.application_id, pack, supervisors, today)
    mine = [each for each in supervisors if each.authority_id in actor.officer_of]
    return ReliefPage(
        lines=lines,
        supervisors=supervisors,
        sought=sought,
        own=frozenset(
            line.relief.number
            for line in lines
            if any(each.answers_for(line.relief.authority_id) for each in mine)
        ),
        open_rows=frozenset(
            each.number for each in sought if any(one.code in each.answerers for one in mine)
        ),
    )

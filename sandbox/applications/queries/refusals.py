"""Count for which reasons applications were refused."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from sandbox.access.checks import scope
from sandbox.access.permissions import P
from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.packs import PolicyPack, RefusalReasonSpec
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import local_day
from sandbox.models import Application, Decision
from sandbox.packs import active


@dataclass(frozen=True, slots=True)
class RefusalLine:
    """Hold how many refusals gave one reason; `spec` is None where no rules name it any more."""

    code: str
    spec: RefusalReasonSpec | None
    is_offered: bool  # by the rules in force
    this_year: int
    in_all: int


@dataclass(frozen=True, slots=True)
class Refusals:
    """Hold the refusals of a year and of all years; one that gave two reasons counts for both."""

    year: int
    lines: tuple[RefusalLine, ...]
    uncoded: tuple[int, int]  # those that gave none of the rules' reasons; this year, in all
    total: tuple[int, int]


def count_refusals(session: Session, actor: Actor, pack: PolicyPack, now: datetime) -> Refusals:
    """Count the refusals that the actor may read, by the reasons that they gave.

    Every reason of these rules has its line, also with nothing to count; then those of other
    versions follow.
    """
    zone = ZoneInfo(pack.calendar.timezone)
    year = local_day(now, pack.calendar.timezone).year
    began = datetime(year, 1, 1, tzinfo=zone)
    rows = session.execute(
        select(
            Decision.refusal_codes,
            Decision.pack_version,
            Application.pack_code,
            func.count().label("in_all"),
            func.sum(case((Decision.decided_at >= began, 1), else_=0)).label("this_year"),
        )
        .join(Application, Application.id == Decision.application_id)
        .where(
            Decision.outcome == DecisionOutcome.DECLINED.value,
            scope(actor, P.APPLICATION_READ_ANSWERS),
        )
        .group_by(Decision.refusal_codes, Decision.pack_version, Application.pack_code)
    ).all()
    specs = {each.code: each for each in pack.refusal_reasons}
    former: dict[str, RefusalReasonSpec | None] = {}
    all_years, this_year = Counter[str](), Counter[str]()
    for row in rows:
        then = active.find_pack_then(row, row.pack_version)
        for code in row.refusal_codes or ("",):
            all_years[code] += row.in_all
            this_year[code] += row.this_year
            if code and code not in specs:
                former[code] = then.find_refusal_reason(code) if then else former.get(code)
    named: Mapping[str, RefusalReasonSpec | None] = {**specs, **dict(sorted(former.items()))}
    return Refusals(
        year,
        tuple(
            RefusalLine(code, spec, code in specs, this_year[code], all_years[code])
            for code, spec in named.items()
        ),
        (this_year[""], all_years[""]),
        (sum(row.this_year for row in rows), sum(row.in_all for row in rows)),
    )

"""Hold by hand what is open to a sandbox test in each place; nothing here is taken from the code.

A place is where in its tier's stages a test stands, and its status. "ok": it may happen there;
"status": the status refuses it; otherwise the reason for which the stage refuses it.
"""

from sandbox.domain.packs import TierSpec
from sandbox.domain.trials import TrialAction, TrialStatus, TrialWork

TABLE = """
                     first      first        middle         middle     middle       last           last       last       last
                     preparing  ended_early  running        suspended  ended_early  running        suspended  completed  ended_early
enter_stage          ok         status       ok             status     status       stage_missing  status     status     status
suspend              status     status       ok             status     status       ok             status     status     status
resume               status     status       status         ok         status       status         ok         status     status
complete             status     status       still_running  status     status       ok             status     status     status
end                  ok         status       ok             ok         status       ok             ok         status     status
save_plan            ok         status       status         status     status       status         status     status     status
agree_plan           ok         status       status         status     status       status         status     status     status
set_start_condition  ok         status       ok             ok         status       ok             ok         status     status
document             ok         status       ok             status     status       ok             status     status     status
approve              ok         status       ok             status     status       ok             status     status     status
refuse               ok         status       ok             status     status       ok             status     status     status
waive                ok         status       ok             status     status       ok             status     status     status
report               status     status       ok             ok         status       ok             ok         status     status
accept_report        status     ok           ok             ok         ok           ok             ok         ok         ok
return_report        status     status       ok             ok         status       ok             ok         status     status
open_incident        ok         status       ok             ok         status       ok             ok         status     status
complete_incident    ok         ok           ok             ok         ok           ok             ok         ok         ok
react_incident       ok         ok           ok             ok         ok           ok             ok         ok         ok
close_incident       ok         ok           ok             ok         ok           ok             ok         ok         ok
report_on_end        status     ok           status         status     ok           status         status     ok         ok
grant_relief         ok         status       ok             status     status       ok             status     status     status
end_relief           ok         status       ok             ok         status       ok             ok         status     status
"""  # noqa: E501 - a table is read by its columns

Place = tuple[str, TrialStatus]
What = TrialAction | TrialWork
EVERYTHING: tuple[What, ...] = (*TrialAction, *TrialWork)


def read_table() -> dict[tuple[Place, What], str]:
    """Read the table by its columns."""
    positions, statuses, *rows = (line.split() for line in TABLE.strip().splitlines())
    places = [
        (position, TrialStatus(status))
        for position, status in zip(positions, statuses, strict=True)
    ]
    named: dict[str, What] = {what.value: what for what in EVERYTHING}
    return {
        (place, named[name]): outcome
        for name, *outcomes in rows
        for place, outcome in zip(places, outcomes, strict=True)
    }


EXPECTED = read_table()


def position_of(tier: TierSpec, stage: str) -> str:
    """Name where a stage stands among those of its tier."""
    keys = [each.key for each in tier.stages]
    if stage == keys[0]:
        return "first"
    return "last" if stage == keys[-1] else "middle"


def statuses_at(position: str) -> list[TrialStatus]:
    """List the statuses that the table knows in a position."""
    return list(dict.fromkeys(status for (where, status), _ in EXPECTED if where == position))

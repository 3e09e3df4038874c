"""Read who shares a case and what they said; every SELECT of the slice is in this package."""

from sandbox.applications.queries import get_application, list_stops, lock_application
from sandbox.coordination.queries.bench import (
    Bench,
    Judgement,
    find_decision,
    find_position,
    get_bench,
    list_judgements,
    list_reviews,
    proposal_of,
    review_version,
)
from sandbox.coordination.queries.cases import (
    declined_authorities,
    find_declaration,
    find_own_assignment,
    latest_answers,
    list_assignments,
    list_declined,
    map_authorities,
    routing_of,
)
from sandbox.coordination.queries.letters import Letterhead, get_letterhead
from sandbox.coordination.queries.overdue import (
    list_silent_assignments,
    list_silent_reviews,
    review_started,
)
from sandbox.coordination.queries.panels import (
    AuthorityLine,
    DecisionLine,
    Panel,
    PositionLine,
    Viewer,
    Waiting,
    WaitingKind,
    case_panel,
)
from sandbox.coordination.queries.people import (
    find_named,
    is_recused,
    list_candidates,
    list_heads,
    list_named,
    list_places,
    list_team,
)
from sandbox.coordination.queries.waiting import list_tasks

__all__ = [
    "AuthorityLine",
    "Bench",
    "DecisionLine",
    "Judgement",
    "Letterhead",
    "Panel",
    "PositionLine",
    "Viewer",
    "Waiting",
    "WaitingKind",
    "case_panel",
    "declined_authorities",
    "find_decision",
    "find_declaration",
    "find_named",
    "find_own_assignment",
    "find_position",
    "get_application",
    "get_bench",
    "get_letterhead",
    "is_recused",
    "latest_answers",
    "list_assignments",
    "list_candidates",
    "list_declined",
    "list_heads",
    "list_judgements",
    "list_named",
    "list_places",
    "list_reviews",
    "list_silent_assignments",
    "list_silent_reviews",
    "list_stops",
    "list_tasks",
    "list_team",
    "lock_application",
    "map_authorities",
    "proposal_of",
    "review_started",
    "review_version",
    "routing_of",
]

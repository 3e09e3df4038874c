"""Read the versions of the rules, and what becomes of a case that moves to another."""

from sandbox.programme.queries.adopting import Unfit, list_unfit
from sandbox.programme.queries.moving import Move, get_move, start_conditions_of
from sandbox.programme.queries.simulating import Simulated, each_simulated
from sandbox.programme.queries.versions import (
    RulesVersion,
    get_installed,
    get_row,
    get_version,
    judge,
    list_activated,
    list_heads_and_staff,
    list_readers,
    list_tasks,
    list_unusable,
    list_versions,
    lock_noted,
    lock_versions,
    name_of,
    older_versions,
    read_files,
    simulate,
    version_in_force,
)

__all__ = [
    "Move",
    "RulesVersion",
    "Simulated",
    "Unfit",
    "each_simulated",
    "get_installed",
    "get_move",
    "get_row",
    "get_version",
    "judge",
    "list_activated",
    "list_heads_and_staff",
    "list_readers",
    "list_tasks",
    "list_unfit",
    "list_unusable",
    "list_versions",
    "lock_noted",
    "lock_versions",
    "name_of",
    "older_versions",
    "read_files",
    "simulate",
    "start_conditions_of",
    "version_in_force",
]

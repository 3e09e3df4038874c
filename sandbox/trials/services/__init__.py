"""Carry out the deeds of a trial."""

from sandbox.trials.services.exits import complete, end_early
from sandbox.trials.services.gates import (
    approve_requirement,
    document_requirement,
    enter_stage,
    may_approve,
    waive_requirement,
)
from sandbox.trials.services.monitoring import (
    close_incident,
    judge_report,
    open_incident,
    submit_report,
)
from sandbox.trials.services.opening import open_trial
from sandbox.trials.services.parts import roles_of
from sandbox.trials.services.plan import agree_plan, missing_fields, save_plan, set_start_condition
from sandbox.trials.services.suspension import agree_to_resume, suspend

__all__ = [
    "agree_plan",
    "agree_to_resume",
    "approve_requirement",
    "close_incident",
    "complete",
    "document_requirement",
    "end_early",
    "enter_stage",
    "judge_report",
    "may_approve",
    "missing_fields",
    "open_incident",
    "open_trial",
    "roles_of",
    "save_plan",
    "set_start_condition",
    "submit_report",
    "suspend",
    "waive_requirement",
]

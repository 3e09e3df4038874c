"""Carry out the deeds of a trial."""

from sandbox.trials.services.approvals import (
    approve_requirement,
    get_approvable,
    get_refusable,
    may_approve,
    party_of,
    refuse_requirement,
)
from sandbox.trials.services.exits import (
    complete,
    correct_final_report,
    end_early,
    hand_in_final_report,
    require_completable,
    require_correctable,
    require_final_report_due,
)
from sandbox.trials.services.gates import (
    document_requirement,
    enter_stage,
    get_documentable,
    get_waivable,
    waive_requirement,
)
from sandbox.trials.services.incidents import (
    close_incident,
    complete_incident,
    is_completable,
    open_incident,
    react_to_incident,
    require_answerable_incident,
    require_closable_incident,
    require_completable_incident,
)
from sandbox.trials.services.monitoring import judge_report, submit_report
from sandbox.trials.services.opening import open_trial
from sandbox.trials.services.outlasting import list_stage_warnings, warn_of_stage
from sandbox.trials.services.parts import roles_of
from sandbox.trials.services.plan import (
    agree_plan,
    fields_to_write,
    get_own_condition,
    missing_fields,
    save_plan,
    set_start_condition,
)
from sandbox.trials.services.relieving import (
    discard_relief,
    draft_relief,
    end_relief,
    get_extendable,
    get_granted,
    get_own,
    get_sought,
    grant_relief,
    redraft_relief,
    refuse_relief,
    wording_of,
)
from sandbox.trials.services.silence import apply_silence
from sandbox.trials.services.suspension import agree_to_resume, require_stoppable, suspend

__all__ = [
    "agree_plan",
    "agree_to_resume",
    "apply_silence",
    "approve_requirement",
    "close_incident",
    "complete",
    "complete_incident",
    "correct_final_report",
    "discard_relief",
    "document_requirement",
    "draft_relief",
    "end_early",
    "end_relief",
    "enter_stage",
    "fields_to_write",
    "get_approvable",
    "get_documentable",
    "get_extendable",
    "get_granted",
    "get_own",
    "get_own_condition",
    "get_refusable",
    "get_sought",
    "get_waivable",
    "grant_relief",
    "hand_in_final_report",
    "is_completable",
    "judge_report",
    "list_stage_warnings",
    "may_approve",
    "missing_fields",
    "open_incident",
    "open_trial",
    "party_of",
    "react_to_incident",
    "redraft_relief",
    "refuse_relief",
    "refuse_requirement",
    "require_answerable_incident",
    "require_closable_incident",
    "require_completable",
    "require_completable_incident",
    "require_correctable",
    "require_final_report_due",
    "require_stoppable",
    "roles_of",
    "save_plan",
    "set_start_condition",
    "submit_report",
    "suspend",
    "waive_requirement",
    "warn_of_stage",
    "wording_of",
]

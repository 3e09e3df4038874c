"""Read trials; a trial's file holds every fact that its page shows and its gates are judged on."""

from sandbox.trials.queries.cases import (
    TrialPanel,
    case_panel,
    find_incident_made,
    find_report_made,
    find_trial_of,
    get_document,
    get_incident,
    get_last_submission,
    get_report,
    get_requirement,
    get_start_condition,
    get_trial,
    list_documents,
    list_trials,
)
from sandbox.trials.queries.facts import (
    COMPANY,
    COMPLETION,
    Supervisor,
    TrialFile,
    are_same_readings,
    has_approved,
    report_data,
)
from sandbox.trials.queries.reading import list_supervisors, read_file, read_files
from sandbox.trials.queries.waiting import list_tasks, owes, waiting_tasks

__all__ = [
    "COMPANY",
    "COMPLETION",
    "Supervisor",
    "TrialFile",
    "TrialPanel",
    "are_same_readings",
    "case_panel",
    "find_incident_made",
    "find_report_made",
    "find_trial_of",
    "get_document",
    "get_incident",
    "get_last_submission",
    "get_report",
    "get_requirement",
    "get_start_condition",
    "get_trial",
    "has_approved",
    "list_documents",
    "list_supervisors",
    "list_tasks",
    "list_trials",
    "owes",
    "read_file",
    "read_files",
    "report_data",
    "waiting_tasks",
]

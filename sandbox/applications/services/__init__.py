"""Do what can be done to an application, from its first draft to the end of its triage."""

from sandbox.applications.services.asking import (
    answer_information,
    keep_answers,
    lapse_overdue,
    request_information,
)
from sandbox.applications.services.checking import (
    check_returning,
    decline_prohibited,
    redirect_elsewhere,
    return_to_company,
    start_triage,
)
from sandbox.applications.services.confidential import open_confidential
from sandbox.applications.services.copying import copy_answers
from sandbox.applications.services.preparing import (
    attach_file,
    remove_file,
    save_section,
    start_application,
    wrong_answers,
)
from sandbox.applications.services.shared import (
    advance,
    ask_company,
    person_of,
    restart_clocks,
)
from sandbox.applications.services.submitting import (
    content_of,
    next_number,
    submit,
    withdraw,
)
from sandbox.applications.services.unsaved import LONGEST_TYPED, drop_typed, keep_typed
from sandbox.applications.services.viewing import MOST_VIEWS, remove_view, save_view

__all__ = [
    "LONGEST_TYPED",
    "MOST_VIEWS",
    "advance",
    "answer_information",
    "ask_company",
    "attach_file",
    "check_returning",
    "content_of",
    "copy_answers",
    "decline_prohibited",
    "drop_typed",
    "keep_answers",
    "keep_typed",
    "lapse_overdue",
    "next_number",
    "open_confidential",
    "person_of",
    "redirect_elsewhere",
    "remove_file",
    "remove_view",
    "request_information",
    "restart_clocks",
    "return_to_company",
    "save_section",
    "save_view",
    "start_application",
    "start_triage",
    "submit",
    "withdraw",
    "wrong_answers",
]

"""Do what authorities and the secretariat do together on a case; every deed of the slice."""

from sandbox.coordination.services.assigning import (
    accept_assignment,
    assign,
    decline_assignment,
    get_to_answer,
    replace_authority,
)
from sandbox.coordination.services.batches import (
    Judged,
    begin_batch,
    go_on_with_batch,
    judge_batch,
)
from sandbox.coordination.services.deciding import decide, open_deliberation
from sandbox.coordination.services.guiding import (
    answer_guidance,
    get_answerable,
    get_correctable,
    give_guidance,
)
from sandbox.coordination.services.hearing import (
    announce,
    announced_codes,
    answer_preliminary,
    must_announce,
    note_silence,
)
from sandbox.coordination.services.joining import add_associate, release_associate
from sandbox.coordination.services.judging import save_review, take_position
from sandbox.coordination.services.leading import (
    accept_lead,
    decline_lead,
    make_sure_of_work,
    offer_lead,
    withdraw_offer,
)
from sandbox.coordination.services.noting import write_note
from sandbox.coordination.services.officers import declare_conflict, name_officer
from sandbox.coordination.services.receiving import confirm_receipt
from sandbox.coordination.services.silence import apply_silence
from sandbox.coordination.services.succession import apply_succession
from sandbox.coordination.services.suggesting import (
    ask_company,
    leave_suggestion,
    suggest_question,
)
from sandbox.coordination.services.warning import Term, list_warnings, warn

__all__ = [
    "Judged",
    "Term",
    "accept_assignment",
    "accept_lead",
    "add_associate",
    "announce",
    "announced_codes",
    "answer_guidance",
    "answer_preliminary",
    "apply_silence",
    "apply_succession",
    "ask_company",
    "assign",
    "begin_batch",
    "confirm_receipt",
    "decide",
    "declare_conflict",
    "decline_assignment",
    "decline_lead",
    "get_answerable",
    "get_correctable",
    "get_to_answer",
    "give_guidance",
    "go_on_with_batch",
    "judge_batch",
    "leave_suggestion",
    "list_warnings",
    "make_sure_of_work",
    "must_announce",
    "name_officer",
    "note_silence",
    "offer_lead",
    "open_deliberation",
    "release_associate",
    "replace_authority",
    "save_review",
    "suggest_question",
    "take_position",
    "warn",
    "withdraw_offer",
    "write_note",
]

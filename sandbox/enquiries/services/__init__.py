"""Do what can be done to an enquiry: write, answer, ask authorities, lead on to an application."""

from sandbox.enquiries.services.asking import ask_authorities, give_fast_answer
from sandbox.enquiries.services.conversing import (
    answer_enquiry,
    close_enquiry,
    continue_enquiry,
    start_application,
    write_enquiry,
)
from sandbox.enquiries.services.terms import follow_succession, watch_terms

__all__ = [
    "answer_enquiry",
    "ask_authorities",
    "close_enquiry",
    "continue_enquiry",
    "follow_succession",
    "give_fast_answer",
    "start_application",
    "watch_terms",
    "write_enquiry",
]

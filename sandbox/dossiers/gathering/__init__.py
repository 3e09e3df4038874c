"""Gather a dossier: what it holds, the parts of the case, the parts of its test, the whole."""

from sandbox.dossiers.gathering.application import decision_of, hearings_of, submissions_of
from sandbox.dossiers.gathering.holding import Case, Gathered, Reader
from sandbox.dossiers.gathering.whole import gather, index_of, is_made_for, read_as

__all__ = [
    "Case",
    "Gathered",
    "Reader",
    "decision_of",
    "gather",
    "hearings_of",
    "index_of",
    "is_made_for",
    "read_as",
    "submissions_of",
]

"""Put a decision on a page and into a letter: its words, its fingerprint, its typesetting."""

from sandbox.coordination.letters.fingerprint import coded, decision_hash
from sandbox.coordination.letters.typesetting import letter_data, letter_pdf, result_data
from sandbox.coordination.letters.wording import DecisionWords, day_words, decision_words

__all__ = [
    "DecisionWords",
    "coded",
    "day_words",
    "decision_hash",
    "decision_words",
    "letter_data",
    "letter_pdf",
    "result_data",
]

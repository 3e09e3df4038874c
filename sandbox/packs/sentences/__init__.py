"""Say of every table, key and word of a pack what it does, for the reference.

What a key may hold is not said here: that is taken from the schema. A key without a sentence fails
a test.
"""

from collections.abc import Mapping

from sandbox.packs.schemas import PartSchema
from sandbox.packs.sentences import (
    coordination,
    dialogue,
    outcomes,
    pack,
    programme,
    questions,
    trials,
)
from sandbox.packs.sentences.base import TableWords
from sandbox.packs.sentences.pack import PARTS
from sandbox.packs.sentences.words import WORDS

SAYS: Mapping[type[PartSchema], TableWords] = {
    **pack.SAYS,
    **programme.SAYS,
    **questions.SAYS,
    **trials.SAYS,
    **coordination.SAYS,
    **outcomes.SAYS,
    **dialogue.SAYS,
}

__all__ = ["PARTS", "SAYS", "WORDS", "TableWords"]

"""Find answers that make a condition hold, or prove that no answers do.

A condition compares answers with values, so answers between two values it names are all the same
to it. Each question is therefore represented by a few answers, one for each way in which the
conditions at hand can tell answers apart; trying all of those decides the matter for all answers.
"""

from sandbox.domain.reach.budget import Budget, TooIntricate
from sandbox.domain.reach.searching import find_answers
from sandbox.domain.reach.sums import find_sums
from sandbox.domain.reach.swaying import sways

__all__ = ["Budget", "TooIntricate", "find_answers", "find_sums", "sways"]

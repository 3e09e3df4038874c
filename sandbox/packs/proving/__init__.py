"""Prove of a pack what no single value of it shows, and warn of what is lawful but odd.

Each proof looks at all answers, days or paths there can be, never at samples. What cannot be
proved is a fault of the pack: a regime must not hang on a combination that nobody has thought of.
"""

from collections.abc import Iterator

from sandbox.domain.packs import PolicyPack
from sandbox.packs.checking import Finding
from sandbox.packs.proving.answers import (
    prove_answers_matter,
    prove_check_honest,
    prove_questions_reached,
)
from sandbox.packs.proving.claims import Proof, Prover, Shown, Warned
from sandbox.packs.proving.course import (
    prove_activity_leads,
    prove_calls_apart,
    prove_competences_covered,
    prove_stages_left,
    prove_texts_whole,
)
from sandbox.packs.proving.judging import judge
from sandbox.packs.proving.numbers import warn_of_small_groups
from sandbox.packs.proving.oddities import warn_of_idle_rules
from sandbox.packs.proving.terms import prove_terms_end
from sandbox.packs.proving.tiers import MOST_POINTS, prove_one_tier
from sandbox.packs.proving.unused import warn_of_unused_parts

__all__ = ["MOST_POINTS", "Proof", "Warned", "prove"]

PROVERS: tuple[Prover, ...] = (
    prove_texts_whole,
    prove_questions_reached,
    prove_answers_matter,
    prove_one_tier,
    prove_check_honest,
    prove_stages_left,
    prove_competences_covered,
    prove_activity_leads,
    prove_calls_apart,
    prove_terms_end,
    warn_of_small_groups,
    warn_of_idle_rules,
    warn_of_unused_parts,
)


def prove(pack: PolicyPack) -> Iterator[Shown]:
    """Prove everything of a pack whose values fit together, one claim after the other.

    A claim is stated only where none of its findings stands against it.
    """
    judged = judge(pack)
    for prover in PROVERS:
        failed = False
        for shown in prover(pack, judged):
            failed = failed or isinstance(shown, Finding)
            if not (failed and isinstance(shown, Proof)):
                yield shown

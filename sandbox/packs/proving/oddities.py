"""Warn of rules that are lawful and do nothing, or that a reader could not tell apart."""

from collections.abc import Iterator

from sandbox.domain.glossary import pieces
from sandbox.domain.packs import DecisionRule, PolicyPack
from sandbox.packs.checking import Finding, among
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.proving.claims import Shown, Warned
from sandbox.packs.proving.judging import Judgements
from sandbox.packs.saying import Sentence
from sandbox.packs.saying import sentence as _l


def warn_of_idle_rules(pack: PolicyPack, _judged: Judgements) -> Iterator[Shown]:
    """Warn of weights and hard rules without effect, of groups that none fills, of equal words."""
    rules = pack.coordination
    if not (rules.answer_weight or rules.relief_weight):
        yield _odd(
            ("coordination", "answer_weight"),
            _l("is 0 as relief_weight is, so that no answers ever propose a lead")
            if rules.activity_question is None
            else _l("is 0 as relief_weight is, so that no answers ever propose associates"),
            _l("answer_weight or relief_weight of 1 or more"),
        )
    if rules.objection_opens_deliberation and rules.decision_rule is not DecisionRule.UNANIMITY:
        message = _l('does nothing where the rule is "%(rule)s"', rule=rules.decision_rule)
        heard = _l('false, or decision_rule = "%(rule)s"', rule=DecisionRule.UNANIMITY)
        yield _odd(("coordination", "objection_opens_deliberation"), message, heard)
    mildest = pack.tiers[0].key
    for index, rule in enumerate(pack.hard_rules):
        if rule.at_least == mildest:
            message = _l('raises nothing, because "%(tier)s" is the mildest tier', tier=mildest)
            severer = among(tier.key for tier in pack.tiers[1:])
            yield _odd(("hard_rules", index, "at_least"), message, severer)
    tables = pack.round_tables
    if tables is not None and tables.least_of_sector > tables.least_persons:
        message = _l("is more than the people who must take part")
        most = _l("at most %(most)s", most=tables.least_persons)
        yield _odd(("round_tables", "least_of_sector"), message, most)
    yield from _equal_words(pack)


def _equal_words(pack: PolicyPack) -> Iterator[Shown]:
    """Find words that one language has in common for two senses; in all languages it is a fault."""
    first: dict[tuple[str, tuple[str, ...]], str] = {}
    for index, term in enumerate(pack.glossary):
        for language, words in term.term.by_language.items():
            other = first.setdefault((language, pieces(words)), term.key)
            if other != term.key:
                message = _l('is the same word as that of "%(term)s"', term=other)
                apart = _l("another word, or one entry for both senses")
                yield _odd(("glossary", index, "term", language), message, apart)


def _odd(path: Path, message: Sentence, allowed: Sentence) -> Warned:
    return Warned(Finding(path, Fault.ODD, message, allowed))

"""Warn of numbers that are lawful but hide people less well than is usual."""

from collections.abc import Iterator

from sandbox.domain.packs import PolicyPack, Regime
from sandbox.packs.checking import Finding
from sandbox.packs.errors import Fault
from sandbox.packs.proving.claims import Shown, Warned
from sandbox.packs.proving.judging import Judgements
from sandbox.packs.saying import sentence as _l

USUAL = {"least_persons": 6, "least_organisations": 4, "least_of_sector": 3}
"""Among how many a speaker is hidden where nothing speaks for another number."""


def warn_of_small_groups(pack: PolicyPack, _judged: Judgements) -> Iterator[Shown]:
    """Warn where a speaker under the Chatham House rule hides among fewer than is usual."""
    rules = pack.round_tables
    if rules is None or Regime.CHATHAM_HOUSE not in rules.regimes:
        return
    for key, usual in USUAL.items():
        if getattr(rules, key) < usual:
            message = _l("hides a speaker less well than the usual %(usual)s", usual=usual)
            enough = _l("at least %(least)s", least=usual)
            yield Warned(Finding(("round_tables", key), Fault.ODD, message, enough))

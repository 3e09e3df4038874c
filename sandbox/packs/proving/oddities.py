"""Warn of rules that are lawful and do nothing, or that a reader could not tell apart."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain

from sandbox.domain.calendar import BusinessCalendar, spans
from sandbox.domain.glossary import pieces
from sandbox.domain.packs import ClockUnit, DecisionRule, PolicyPack
from sandbox.packs.checking import Finding, among
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.proving.claims import Shown, Warned
from sandbox.packs.proving.judging import Judgements
from sandbox.packs.saying import Sentence
from sandbox.packs.saying import sentence as _l

_MOST_YEARS = 50
"""Of so many the holidays are looked up; a pack that speaks of more is not told of idle days."""


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
    yield from _days_at_rest(pack)


def _days_at_rest(pack: PolicyPack) -> Iterator[Shown]:
    """Warn of days off and of windows on which nobody works anyway."""
    calendar = BusinessCalendar.from_spec(pack.calendar)
    weekly = replace(calendar, days_off=frozenset())
    known = _Years(weekly)
    for day in pack.calendar.days_off:
        if known.has(day) and not weekly.is_business_day(day):
            message = _l("is no business day anyway")
            allowed = _l("a day outside the weekend that is no public holiday")
            yield _odd(("calendar", "days_off", day.isoformat()), message, allowed)
    if all(clock.unit is not ClockUnit.BUSINESS_DAYS for clock in pack.clocks):
        return
    for index, window in enumerate(pack.suspension_windows):
        days = chain.from_iterable(
            (first + timedelta(days=each) for each in range((last - first).days + 1))
            for first, last in spans(calendar, window)
        )
        if all(known.has(day) and not calendar.is_business_day(day) for day in days):
            message = _l("holds no business day, so that no term in business days stands still")
            allowed = _l("days of which one at least is a business day")
            yield _odd(("suspension_windows", index), message, allowed)


class _Years:
    """Count the years whose holidays were looked up, which takes longer than all else here."""

    def __init__(self, weekly: BusinessCalendar) -> None:
        self._weekly = weekly
        self._seen: set[int] = set()

    def has(self, day: date) -> bool:
        """Tell whether the holidays of the day may be looked up; a weekend needs none."""
        if self._weekly.is_weekend(day):
            return True
        if len(self._seen) < _MOST_YEARS:
            self._seen.add(day.year)
        return day.year in self._seen


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

"""Tell a whole pack in words, for whoever must answer for it and reads no files."""

from collections.abc import Iterator, Mapping

from flask_babel import gettext as _

from sandbox.domain.packs import ClockSpec, PolicyPack, QuestionSpec, Silence, Text, TierSpec
from sandbox.kernel.language import current_language
from sandbox.web.pack_diagram import requirement_words, stage_facts
from sandbox.web.pack_words import WORDS, condition_words

Line = tuple[int, str]


def summary(pack: PolicyPack) -> Iterator[Line]:
    """Say everything of a pack that decides something, a line each, with the depth of the line."""
    yield 0, f"{_read(pack.programme.title)} ({pack.code} {pack.version})"
    yield from _authorities(pack)
    yield from _form(pack)
    yield from _risk(pack)
    for tier in pack.tiers:
        yield from _tier(tier)
    yield from _coordination(pack)


def _authorities(pack: PolicyPack) -> Iterator[Line]:
    yield 1, _("Authorities")
    names = {competence.code: _read(competence.name) for competence in pack.competences}
    for authority in pack.authorities:
        competences = ", ".join(names[code] for code in authority.competences)
        yield 2, f"{authority.code}, {_read(authority.name)}: {competences}"


def _form(pack: PolicyPack) -> Iterator[Line]:
    names = {criterion.key: _read(criterion.name) for criterion in pack.criteria}
    for section in pack.sections:
        yield 1, _("Section: %(title)s", title=_read(section.title))
        for question in section.questions:
            yield 2, f"{_read(question.label)} [{'; '.join(_marks(pack, question, names))}]"


def _marks(pack: PolicyPack, question: QuestionSpec, criteria: Mapping[str, str]) -> Iterator[str]:
    yield str(WORDS[question.kind])
    yield _("required") if question.required else _("optional")
    if question.ask_if is not None:
        condition = condition_words(question.ask_if, pack.questions)
        yield _("asked if %(condition)s", condition=condition)
    if question.points:
        yield _("a yes gives %(points)d points", points=question.points)
    elif most := max((option.points for option in question.options), default=0):
        yield _("an option gives up to %(points)d points", points=most)
    if question.criteria:
        names = ", ".join(criteria[key] for key in question.criteria)
        yield _("evidence for %(criteria)s", criteria=names)
    if question.key in pack.public_fields:
        yield _("public")
    if question.may_be_confidential:
        yield _("may be confidential")


def _risk(pack: PolicyPack) -> Iterator[Line]:
    tiers = {tier.key: _read(tier.name) for tier in pack.tiers}
    yield 1, _("Prohibited uses")
    for use in pack.prohibited_uses:
        yield 2, f"{_read(use.name)}: {condition_words(use.when, pack.questions)}"
    yield 1, _("Hard rules")
    for rule in pack.hard_rules:
        when = condition_words(rule.when, pack.questions)
        yield 2, _("At least %(tier)s if %(condition)s", tier=tiers[rule.at_least], condition=when)


def _tier(tier: TierSpec) -> Iterator[Line]:
    if tier.prohibited:
        yield 1, _("Tier: %(tier)s, which is never tested", tier=_read(tier.name))
        return
    if tier.max_points is None:
        points = _("from %(least)d points on", least=tier.min_points or 0)
    else:
        points = _("%(least)d to %(most)d points", least=tier.min_points or 0, most=tier.max_points)
    yield 1, _("Tier: %(tier)s, %(points)s", tier=_read(tier.name), points=points)
    for stage in tier.stages:
        yield 2, f"{_read(stage.name)}: {'; '.join(stage_facts(stage))}"
        for requirement in stage.gate:
            yield 3, f"{WORDS[requirement.by]}: {requirement_words(requirement)}"
    yield 2, _("Completed")
    for requirement in tier.completion:
        yield 3, f"{WORDS[requirement.by]}: {requirement_words(requirement)}"


def _coordination(pack: PolicyPack) -> Iterator[Line]:
    yield 1, _("Terms")
    for clock in pack.clocks:
        yield 2, _term(clock)
    yield 1, _("Decision")
    yield 2, str(WORDS[pack.coordination.decision_rule])


def _term(clock: ClockSpec) -> str:
    words = f"{_read(clock.name)}: {clock.length} {WORDS[clock.unit]}"
    return words if clock.silence is Silence.NONE else f"{words}; {WORDS[clock.silence]}"


def _read(text: Text) -> str:
    return " ".join(text.in_(current_language()).split())

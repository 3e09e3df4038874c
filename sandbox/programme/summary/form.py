"""Tell what a programme asks."""

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from sandbox.applications.wording import condition_words, read
from sandbox.domain.eligibility import WORST_FIRST
from sandbox.domain.packs import (
    OptionSpec,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
)
from sandbox.kernel.formats import money, number, quoted
from sandbox.programme.names import FIELD, WORDS
from sandbox.programme.summary.basics import labelled
from sandbox.programme.summary.lines import Line, names_of, need_words, when_words
from sandbox.programme.words import part_words


def eligibility_lines(pack: PolicyPack) -> Iterator[Line]:
    """Say what the eligibility check asks and answers."""
    check = pack.eligibility
    questions = {question.key: question for question in check.questions}
    yield 1, _("Eligibility check")
    yield 2, labelled("intro", read(check.intro))
    for question in check.questions:
        marks = [str(WORDS[question.kind])]
        if question.ask_if is not None:
            condition = condition_words(question.ask_if, questions, pack.currency)
            marks.append(_("asked if %(condition)s", condition=condition))
        yield 2, f"{read(question.label)} [{'; '.join(marks)}]"
        yield from _around(question, 3)
        yield from _options(pack, question.options, 3)
    yield 2, _("Of several answers the first of these stands, and the last where no rule holds:")
    for verdict in WORST_FIRST:
        yield 2, _("Answer: %(answer)s", answer=quoted(read(check.verdicts[verdict])))
        for rule in check.rules:
            if rule.verdict is verdict:
                when = condition_words(rule.when, questions, pack.currency)
                yield (
                    3,
                    _("If %(condition)s: “%(reason)s”", condition=when, reason=read(rule.reason)),
                )


def form_lines(pack: PolicyPack) -> Iterator[Line]:
    """Say what the form asks, and what hangs on each answer."""
    for section in pack.sections:
        yield 1, _("Section: %(title)s", title=read(section.title))
        yield 2, labelled("intro", read(section.intro))
        for question in section.questions:
            yield 2, f"{read(question.label)} [{'; '.join(_marks(pack, question))}]"
            yield from _around(question, 3)
            yield from _options(pack, question.options, 3)
            for column in question.columns:
                marks = _marks(pack, column, question.columns)
                yield (
                    3,
                    _(
                        "Column: %(column)s",
                        column=f"{read(column.label)} [{'; '.join(marks)}]",
                    ),
                )
                yield from _around(column, 4)
                yield from _options(pack, column.options, 4)


def _around(part: QuestionSpec | OptionSpec, depth: int) -> Iterator[Line]:
    """Say the words that stand beside a question or an option."""
    for field in ("hint", "example"):
        text = getattr(part, field, None)
        if text is not None:
            yield depth, labelled(field, read(text))


def _marks(
    pack: PolicyPack, question: QuestionSpec, beside: Sequence[QuestionSpec] = ()
) -> Iterator[str]:
    yield from _nature(question)
    yield need_words(pack, question, beside)
    yield from _bounds(pack, question)
    if question.max_words is not None:
        yield ngettext("at most %(num)s word", "at most %(num)s words", question.max_words)
    if question.kind is QuestionKind.ROWS:
        yield ngettext("at most %(num)s row", "at most %(num)s rows", question.max_rows)
    if question.ask_if is not None:
        yield _("asked if %(condition)s", condition=when_words(pack, question.ask_if, beside))
    if question.points:
        yield ngettext("a yes gives %(num)d point", "a yes gives %(num)d points", question.points)
    elif most := max((option.points for option in question.options), default=0):
        yield ngettext(
            "an option gives up to %(num)d point", "an option gives up to %(num)d points", most
        )
    if question.competences:
        names = names_of(pack, question.competences)
        yield (
            _("a yes brings in %(competences)s", competences=names)
            if question.kind is QuestionKind.YES_NO
            else _("an answer brings in %(competences)s", competences=names)
        )
    if question.criteria:
        criteria = ", ".join(part_words(pack.criterion(key)) for key in question.criteria)
        yield _("evidence for %(criteria)s", criteria=criteria)
    if question.key in pack.disclosed_fields:
        since = pack.published_since(question.key)
        yield _("public") if since is None else _("public %(when)s", when=WORDS[since])
    if question.may_be_confidential:
        is_public = question.key in pack.disclosed_fields
        yield _("unless marked confidential") if is_public else _("may be confidential")


def _nature(question: QuestionSpec) -> Iterator[str]:
    yield str(WORDS[question.kind])
    if question.format is not None:
        yield str(WORDS[question.format])
    if question.unit is not None:
        yield labelled("unit", read(question.unit))
    yield from (str(FIELD[each]) for each in ("is_title", "information") if getattr(question, each))


def _bounds(pack: PolicyPack, question: QuestionSpec) -> Iterator[str]:
    def said(value: int) -> str:
        is_money = question.kind is QuestionKind.MONEY
        return money(value, pack.currency) if is_money else number(value)

    if question.minimum is not None:
        yield _("at least %(value)s", value=said(question.minimum))
    if question.maximum is not None:
        yield _("at most %(value)s", value=said(question.maximum))


def _options(pack: PolicyPack, options: Sequence[OptionSpec], depth: int) -> Iterator[Line]:
    """Say the options: those that give points or touch a competence a line each, then the rest."""
    plain = [
        part_words(each)
        for each in options
        if not (each.points or each.competences or each.hint is not None)
    ]
    for option in options:
        facts = []
        if option.points:
            facts.append(ngettext("%(num)d point", "%(num)d points", option.points))
        if option.competences:
            names = names_of(pack, option.competences)
            facts.append(_("brings in %(competences)s", competences=names))
        if facts or option.hint is not None:
            yield depth, ": ".join(filter(None, (part_words(option), "; ".join(facts))))
            yield from _around(option, depth + 1)
    if plain:
        yield depth, _("Options that decide nothing alone: %(options)s", options=", ".join(plain))

"""Say in the reader's words when a condition on answers holds, and how long a term is."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from sandbox.domain.applications import ApplicationAction
from sandbox.domain.kinship import Kin
from sandbox.domain.packs import (
    AllOf,
    AnyOf,
    ClockUnit,
    Compare,
    Condition,
    Not,
    Operator,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
    Text,
)
from sandbox.kernel.formats import money, number, quoted
from sandbox.kernel.language import current_language

KIN: Mapping[Kin, object] = {
    Kin.FILE: _l("the same file"),
    Kin.NAME: _l("a similar name"),
    Kin.ORGANISATION: _l("the same organisation"),
}

AT_ONCE: Mapping[ApplicationAction, object] = {
    ApplicationAction.START_TRIAGE: _l("Start the check"),
    ApplicationAction.ASSIGN: _l("Assign authorities"),
    ApplicationAction.RETURN: _l("Return to the company"),
    ApplicationAction.REDIRECT: _l("Direct the company elsewhere"),
    ApplicationAction.DECLINE_PROHIBITED: _l("Decline a prohibited use"),
}
"""What the secretariat may do on several cases with one reason; whoever judges a case does not."""


def read(text: Text) -> str:
    """Return a text of the pack in the reader's language, as a single line."""
    return in_one_line(text.in_(current_language()))


def in_one_line(words: str) -> str:
    """Return words with a single space where there are several, or line breaks."""
    return " ".join(words.split())


def refusal_names(pack: PolicyPack | None, codes: str) -> str:
    """Name the reasons for a refusal whose codes stand in a deed, parted by commas.

    Shape: `pack` are the rules of then; where these cannot be read the codes have to do.
    """
    find = (lambda _: None) if pack is None else pack.find_refusal_reason
    found = ((code, find(code)) for code in codes.split(", ") if code)
    return "; ".join(code if reason is None else read(reason.name) for code, reason in found)


def condition_words(
    condition: Condition, questions: Mapping[str, QuestionSpec], currency: str
) -> str:
    """Say when a condition holds, with the wording of the questions it looks at."""
    match condition:
        case AllOf(parts):
            return _(" and ").join(_inner(part, questions, currency) for part in parts)
        case AnyOf(parts):
            return _(" or ").join(_inner(part, questions, currency) for part in parts)
        case Not(part):
            return _("not: %(what)s", what=_inner(part, questions, currency))
        case Compare():
            return _comparison_words(condition, questions, currency)


def length_words(unit: ClockUnit, length: int) -> str:
    """Say how long a term is: `5 business days`, `2 months`."""
    match unit:
        case ClockUnit.BUSINESS_DAYS:
            return ngettext("%(num)d business day", "%(num)d business days", length)
        case ClockUnit.CALENDAR_DAYS:
            return ngettext("%(num)d calendar day", "%(num)d calendar days", length)
        case ClockUnit.MONTHS:
            return ngettext("%(num)d month", "%(num)d months", length)


def _inner(condition: Condition, questions: Mapping[str, QuestionSpec], currency: str) -> str:
    words = condition_words(condition, questions, currency)
    several = isinstance(condition, Compare) and isinstance(condition.value, tuple)
    return words if isinstance(condition, Compare) and not several else f"({words})"


def _comparison_words(
    compare: Compare, questions: Mapping[str, QuestionSpec], currency: str
) -> str:
    spec = questions.get(compare.question)
    asked = compare.question if spec is None else read(spec.label)
    values = compare.value if isinstance(compare.value, tuple) else (compare.value,)
    answers = _(" or ").join(quoted(_answer(spec, value, currency)) for value in values)
    match compare.operator:
        case Operator.EQUALS | Operator.ONE_OF:
            return _("“%(question)s” is %(answers)s", question=asked, answers=answers)
        case Operator.NOT_EQUALS:
            return _(
                "“%(question)s” is answered, but not %(answers)s", question=asked, answers=answers
            )
        case Operator.INCLUDES:
            return _("“%(question)s” includes %(answers)s", question=asked, answers=answers)
        case Operator.AT_LEAST:
            return _("“%(question)s” is at least %(answers)s", question=asked, answers=answers)
        case Operator.AT_MOST:
            return _("“%(question)s” is at most %(answers)s", question=asked, answers=answers)
        case Operator.ANSWERED if compare.value is False:
            return _("“%(question)s” is not answered", question=asked)
        case Operator.ANSWERED:
            return _("“%(question)s” is answered", question=asked)


def _answer(spec: QuestionSpec | None, value: str | bool | int, currency: str) -> str:
    if isinstance(value, bool) or value in ("yes", "no"):
        return _("Yes") if value in (True, "yes") else _("No")
    if isinstance(value, int):
        is_money = spec is not None and spec.kind is QuestionKind.MONEY
        return money(value, currency) if is_money else number(value)
    option = None if spec is None else spec.option(value)
    return value if option is None else read(option.label)

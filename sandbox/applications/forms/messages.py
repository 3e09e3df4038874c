"""Say in words what is wrong with an answer or a file."""

from collections.abc import Mapping

from flask_babel import LazyString, format_decimal, gettext, ngettext
from flask_babel import lazy_gettext as _l

from sandbox.applications.forms.fields import in_language
from sandbox.applications.wording import condition_words
from sandbox.domain.answers import Problem, ProblemKind
from sandbox.domain.packs import (
    PolicyPack,
    QuestionKind,
    QuestionSpec,
)
from sandbox.domain.refusals import Refusal
from sandbox.kernel.files import (
    CONTENT_TYPES,
    FileEmpty,
    FileSuspicious,
    FileTooLarge,
)
from sandbox.kernel.formats import money

_SAME_FOR_ALL: Mapping[ProblemKind, LazyString] = {
    ProblemKind.NOT_A_NUMBER: _l("Write a number, for example 120."),
    ProblemKind.NOT_A_DATE: _l("Write a date that exists, for example 27 3 2026."),
    ProblemKind.NOT_AN_OPTION: _l("Choose one of the options."),
    ProblemKind.NOT_A_TAX_NUMBER: _l("Write the tax number with letters and digits alone."),
    ProblemKind.NOT_AN_EMAIL: _l("Write an e-mail address, for example name@company.org."),
    ProblemKind.NOT_A_TELEPHONE: _l("Write a telephone number with its area code, in digits."),
    ProblemKind.MISSING: _l("This question is not answered yet."),
}


def problem_message(pack: PolicyPack, problem: Problem) -> str:
    """Say what is wrong with an answer and how to mend it."""
    question = pack.questions[problem.question]
    if problem.column is not None and question.kind is not QuestionKind.ORGANISATION:
        question = next(each for each in question.columns if each.key == problem.column)
    limit = problem.limit or 0
    match problem.kind:
        case ProblemKind.TOO_LONG:
            return ngettext("Use %(num)s word at most.", "Use %(num)s words at most.", limit)
        case ProblemKind.OUT_OF_RANGE:
            return _range_message(pack, question, limit)
        case ProblemKind.TOO_MANY_ROWS:
            return ngettext("List %(num)s at most.", "List %(num)s at most.", limit)
        case ProblemKind.MISSING if question.required_if is not None:
            when = condition_words(question.required_if, pack.questions, pack.currency)
            return gettext("Answer this question: it is required if %(condition)s.", condition=when)
        case ProblemKind.ROW_INCOMPLETE if question.kind is QuestionKind.ORGANISATION:
            return gettext("Write the name of the organisation.")
        case ProblemKind.ROW_INCOMPLETE:
            return gettext(
                "Row %(row)s: complete “%(column)s”.",
                row=problem.row,
                column=in_language(question.label),
            )
        case _:
            return str(_SAME_FOR_ALL[problem.kind])


def _range_message(pack: PolicyPack, question: QuestionSpec, limit: int) -> str:
    is_low = limit == question.minimum
    match question.kind:
        case QuestionKind.MANY | QuestionKind.FILE:
            if is_low:
                return ngettext("Choose at least %(num)s.", "Choose at least %(num)s.", limit)
            return ngettext("Choose %(num)s at most.", "Choose %(num)s at most.", limit)
        case QuestionKind.MONEY:
            amount = money(limit, pack.currency)
        case _:
            amount = str(format_decimal(limit))
    if is_low:
        return gettext("Write %(amount)s or more.", amount=amount)
    return gettext("Write %(amount)s or less.", amount=amount)


def file_message(refusal: Refusal) -> str:
    """Say why a file cannot be attached."""
    name = refusal.details.get("name", "")
    if isinstance(refusal, FileTooLarge):
        limit = refusal.details.get("limit_bytes")
        size = limit // (1024 * 1024) if isinstance(limit, int) else ""
        return gettext("“%(name)s” is too large: the limit is %(size)s MB.", name=name, size=size)
    if isinstance(refusal, FileEmpty):
        return gettext(
            "“%(name)s” is empty: it has no content. Save it again and choose it anew.", name=name
        )
    if isinstance(refusal, FileSuspicious):
        return gettext(
            "“%(name)s” contains parts that could act by themselves, such as macros. Save it "
            "without them and try again.",
            name=name,
        )
    endings = ", ".join(ending.upper() for ending in CONTENT_TYPES)
    return gettext(
        "“%(name)s” is not of a kind that we accept: %(endings)s.", name=name, endings=endings
    )

"""Check that conditions compare what can be compared, with values that can be answers."""

from collections.abc import Iterator, Mapping, Sequence

from sandbox.domain.packs import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    EligibilityVerdict,
    Not,
    Operator,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
)
from sandbox.packs.checking.findings import Finding, among, repeated
from sandbox.packs.checking.questions import NUMBERS, check_questions, form_questions
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.saying import Sentence, listed
from sandbox.packs.saying import sentence as _l

_YES_NO = ("yes", "no")
_BEFORE = _l("asked before it")
_IN_FORM = _l("in the form")
_IN_CHECK = _l("in the eligibility check")


def judge_conditions(pack: PolicyPack) -> Iterator[Finding]:
    """Find comparisons with questions, operators and values that do not go together."""
    for questions in (form_questions(pack), check_questions(pack)):
        before: dict[str, QuestionSpec] = {}
        for path, question in questions:
            yield from _own_conditions(path, question, before)
            row = dict(before)
            for index, column in enumerate(question.columns):
                yield from _own_conditions((*path, "columns", index), column, row)
                row[column.key] = column
            before[question.key] = question
    asked = {question.key: question for _, question in form_questions(pack)}
    for index, use in enumerate(pack.prohibited_uses):
        yield from _condition(("prohibited_uses", index, "when"), use.when, asked, _IN_FORM)
    for index, rule in enumerate(pack.hard_rules):
        yield from _condition(("hard_rules", index, "when"), rule.when, asked, _IN_FORM)
    for index, priority in enumerate(pack.priorities):
        yield from _condition(("priorities", index, "when"), priority.when, asked, _IN_FORM)
        yield from _closed(("priorities", index, "when"), priority.when, asked)
    asked = {question.key: question for _, question in check_questions(pack)}
    for index, reason in enumerate(pack.eligibility.rules):
        yield from _condition(
            ("eligibility", "rules", index, "when"), reason.when, asked, _IN_CHECK
        )


def _own_conditions(
    path: Path, question: QuestionSpec, before: Mapping[str, QuestionSpec]
) -> Iterator[Finding]:
    for name, condition in (("ask_if", question.ask_if), ("required_if", question.required_if)):
        if condition is not None:
            yield from _condition((*path, name), condition, before, _BEFORE)


def _condition(
    path: Path, condition: Condition, known: Mapping[str, QuestionSpec], where: Sentence
) -> Iterator[Finding]:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            name = "all" if isinstance(condition, AllOf) else "any"
            for index, part in enumerate(parts):
                yield from _condition((*path, name, index), part, known, where)
        case Not(part):
            yield from _condition((*path, "not"), part, known, where)
        case Compare():
            yield from _comparison(path, condition, known, where)


def _closed(
    path: Path, condition: Condition, known: Mapping[str, QuestionSpec]
) -> Iterator[Finding]:
    """Find comparisons that would tell readers what a company may keep closed to them."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            name = "all" if isinstance(condition, AllOf) else "any"
            for index, part in enumerate(parts):
                yield from _closed((*path, name, index), part, known)
        case Not(part):
            yield from _closed((*path, "not"), part, known)
        case Compare(question=key) if key in known and known[key].may_be_confidential:
            yield Finding(
                (*path, "question"),
                Fault.INCONSISTENT,
                _l('"%(key)s" may be marked confidential, so no priority may tell it', key=key),
                _l("a question without may_be_confidential, so remove that or this"),
            )


def _comparison(
    path: Path, compare: Compare, known: Mapping[str, QuestionSpec], where: Sentence
) -> Iterator[Finding]:
    question = known.get(compare.question)
    if question is None:
        yield Finding(
            (*path, "question"),
            Fault.UNKNOWN_REFERENCE,
            _l(
                'there is no question "%(question)s" %(where)s',
                question=compare.question,
                where=where,
            ),
            among(known),
        )
        return
    path = (*path, compare.operator.value)
    kinds = COMPARABLE[compare.operator]
    if question.kind not in kinds:
        yield Finding(
            path,
            Fault.NOT_ALLOWED,
            _l(
                'an answer of kind "%(kind)s" cannot be compared by %(operator)s',
                kind=question.kind,
                operator=compare.operator,
            ),
            _l("only with kind %(kinds)s", kinds=tuple(kinds)),
        )
        return
    if compare.operator is Operator.ANSWERED:
        return
    if compare.operator in (Operator.AT_LEAST, Operator.AT_MOST):
        if isinstance(compare.value, str) is not (question.kind is QuestionKind.DATE):
            is_day = question.kind is QuestionKind.DATE
            needed = _l("a day without quotes") if is_day else _l("a number")
            yield Finding(
                path,
                Fault.WRONG_TYPE,
                _l(
                    'the answer to "%(question)s" can only be compared with %(needed)s',
                    question=question.key,
                    needed=needed,
                ),
                needed,
            )
        return
    if question.kind is QuestionKind.YES_NO:
        allowed: Sequence[str] = _YES_NO
    else:
        allowed = [option.value for option in question.options]
    values = compare.value if isinstance(compare.value, tuple) else (compare.value,)
    yield from repeated(path, [str(value) for value in values])
    for value in values:
        if value not in allowed:
            yield Finding(
                path,
                Fault.UNKNOWN_REFERENCE,
                _l(
                    '"%(value)s" is not an answer to "%(question)s"',
                    value=value,
                    question=question.key,
                ),
                listed(*allowed),
            )


COMPARABLE: Mapping[Operator, Sequence[QuestionKind]] = {
    Operator.EQUALS: (QuestionKind.CHOICE, QuestionKind.YES_NO),
    Operator.NOT_EQUALS: (QuestionKind.CHOICE, QuestionKind.YES_NO),
    Operator.ONE_OF: (QuestionKind.CHOICE, QuestionKind.YES_NO),
    Operator.INCLUDES: (QuestionKind.MANY,),
    Operator.AT_LEAST: (*NUMBERS, QuestionKind.DATE),
    Operator.AT_MOST: (*NUMBERS, QuestionKind.DATE),
    Operator.ANSWERED: tuple(QuestionKind),
}


def judge_verdicts(pack: PolicyPack) -> Iterator[Finding]:
    """Find answers of the eligibility check that have no text."""
    for verdict in EligibilityVerdict:
        if verdict not in pack.eligibility.verdicts:
            yield Finding(
                ("eligibility", "verdicts"),
                Fault.MISSING,
                _l('the text of "%(verdict)s" is missing', verdict=verdict),
                _l("a text for each of: %(verdicts)s", verdicts=tuple(EligibilityVerdict)),
            )

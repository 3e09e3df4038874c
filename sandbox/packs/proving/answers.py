"""Prove that every question is reached, that every answer matters, and that the check is honest."""

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.domain.packs import EligibilityVerdict, PolicyPack, QuestionSpec
from sandbox.packs.checking import (
    NEEDED_RELIEF_COLUMNS,
    Finding,
    check_questions,
    form_questions,
)
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.proving.claims import (
    NO_RULE,
    Proof,
    Shown,
    Warned,
    always,
    fires,
    intricate,
)
from sandbox.packs.proving.judging import RULES, Judgements
from sandbox.packs.proving.swaying import Sway, swaying
from sandbox.packs.saying import Sentence
from sandbox.packs.saying import sentence as _l

NO, YES = EligibilityVerdict.NOT_POSSIBLE, EligibilityVerdict.LIKELY


def prove_questions_reached(pack: PolicyPack, judged: Judgements) -> Iterator[Shown]:
    """Prove that some answers lead to every question."""
    count = 0
    for path, question in (*form_questions(pack), *check_questions(pack)):
        columns: list[tuple[Path, QuestionSpec]] = [
            ((*path, "columns", index), column) for index, column in enumerate(question.columns)
        ]
        for where, each in ((path, question), *columns):
            yield from _reached(where, each, judged)
            yield from _demanded(where, each, judged)
            count += (each.ask_if is not None) + (each.required_if is not None)
    yield Proof(
        _l("Every question can be reached."),
        _l(
            "For each of the %(count)s conditions under which a question or column is asked "
            "or required, answers were found that meet it.",
            count=count,
        ),
    )


def _reached(path: Path, question: QuestionSpec, judged: Judgements) -> Iterator[Shown]:
    if question.ask_if is None:
        return
    path = (*path, "ask_if")
    can = judged.can_hold(path)
    if can is None:
        yield intricate(path)
    elif not can:
        yield Finding(
            path,
            Fault.UNREACHABLE,
            _l('no answers ever lead to the question "%(question)s"', question=question.key),
            _l("a condition that some answers meet, or no ask_if"),
        )
    else:
        yield from always(
            path,
            judged,
            _l("always holds, so the question is asked of everybody"),
            _l("a condition that some answers do not meet, or no ask_if"),
        )


def _demanded(path: Path, question: QuestionSpec, judged: Judgements) -> Iterator[Shown]:
    """Find whether a question is required of some whom it is asked, and not of all of them."""
    if question.required_if is None:
        return
    path = (*path, "required_if")
    can = judged.can_hold(path)
    if can is None:
        yield intricate(path)
    elif not can:
        yield Finding(
            path,
            Fault.UNREACHABLE,
            _l('no answers ever make the question "%(question)s" required', question=question.key),
            _l("a condition that some meet who are asked, or required = false"),
        )
    else:
        odd = _l("always holds, so the question is required of everybody who is asked")
        plainly = _l("a condition that some do not meet who are asked, or required = true")
        yield from always(path, judged, odd, plainly)


def prove_answers_matter(pack: PolicyPack, judged: Judgements) -> Iterator[Shown]:
    """Prove that something hangs on every answer that is not there to be read alone."""
    form = [*_answers_of_form(pack)]
    looked_at = []
    for answer in (*form, *_answers_of_check(pack)):
        if answer.counts and answer.is_read:
            yield Finding(
                (*answer.path, "information"),
                Fault.INCONSISTENT,
                _l("is marked as information, yet its answer counts"),
                _l("nothing here, so remove the key, or what makes the answer count"),
            )
        elif not (answer.matters or answer.is_read):
            looked_at.append(answer)
    sway = swaying(judged, len(looked_at))
    is_known = True
    for answer in looked_at:
        for shown in _swaying(answer, sway.of(answer.question)):
            is_known = is_known and isinstance(shown, Finding)
            yield shown
    sway.give_back(judged)
    if not is_known:
        return
    yield Proof(
        _l("Every answer matters to something, or is marked as information."),
        _l(
            "Of %(total)s questions and columns %(marked)s are marked as information, by "
            "themselves or with the question that they are columns of; each of the others gives "
            "points or competences, can change what a condition says, is evidence for a criterion, "
            "names the case, lists the reliefs, goes into their register or stands in the public "
            "one.",
            total=len(form),
            marked=sum(answer.is_read for answer in form),
        ),
    )


_MATTERS = _l("criteria = […], points, competences, a condition, or information = true")
_MATTERS_IN_ROW = _l("a condition on it, competences of a relief, or information = true")


@dataclass(frozen=True, slots=True)
class _Answer:
    """Say what hangs on an answer beside conditions: whether it counts, matters, or is only read.

    Shape: `unseen` says what is wrong where no condition looks at it, `allowed` what would do.
    """

    path: Path
    question: QuestionSpec
    unseen: Sentence
    allowed: Sentence
    counts: bool = False
    matters: bool = False
    is_read: bool = False


def _answers_of_form(pack: PolicyPack) -> Iterator[_Answer]:
    used = {*pack.disclosed_fields, pack.coordination.activity_question or ""}
    for path, question in form_questions(pack):
        counts = bool(question.criteria) or _weighs(question) or _lists_reliefs(pack, question)
        matters = counts or question.key in used or question.is_title
        unseen, read = _nothing(question), question.information
        yield _Answer(path, question, unseen, _MATTERS, counts, matters, read)
        for index, column in enumerate(question.columns):
            here: Path = (*path, "columns", index)
            counts = _weighs_in_row(pack, question, column)
            # What is published is published with all its columns.
            matters = counts or question.key in pack.disclosed_fields
            read = column.information or (question.information and not counts)
            unseen = _nothing(column)
            yield _Answer(here, column, unseen, _MATTERS_IN_ROW, counts, matters, read)


def _nothing(question: QuestionSpec) -> Sentence:
    return _l('nothing hangs on the answer to "%(question)s"', question=question.key)


def _answers_of_check(pack: PolicyPack) -> Iterator[_Answer]:
    for path, question in check_questions(pack):
        unseen = _l(
            'no rule of the check looks at the answer to "%(question)s"', question=question.key
        )
        allowed = _l("a rule or an ask_if of the check that looks at it, or no such question")
        yield _Answer(path, question, unseen, allowed)


def _swaying(answer: _Answer, sway: Sway) -> Iterator[Finding | Warned]:
    """Find an answer at which nothing looks; warn of one that changes nothing, or nobody knows."""
    key = answer.question.key
    match sway:
        case Sway.UNSEEN:
            yield Finding(answer.path, Fault.USELESS, answer.unseen, answer.allowed)
        case Sway.NONE:
            idle = _l('whatever is answered to "%(question)s", no condition changes', question=key)
            yield Warned(Finding(answer.path, Fault.ODD, idle, answer.allowed))
        case Sway.UNKNOWN:
            unknown = _l(
                'nobody could say whether anything hangs on the answer to "%(question)s"',
                question=key,
            )
            fewer = _l("fewer questions, options or comparisons")
            yield Warned(Finding(answer.path, Fault.ODD, unknown, fewer))


def _lists_reliefs(pack: PolicyPack, question: QuestionSpec) -> bool:
    return question.key == pack.coordination.reliefs_question


def _weighs(question: QuestionSpec) -> bool:
    options = any(option.points or option.competences for option in question.options)
    return options or bool(question.points or question.competences)


def _weighs_in_row(pack: PolicyPack, question: QuestionSpec, column: QuestionSpec) -> bool:
    """Tell whether a column brings in authorities, or goes into the register of reliefs."""
    if not _lists_reliefs(pack, question):
        return False
    return column.key in NEEDED_RELIEF_COLUMNS or _weighs(column)


def prove_check_honest(pack: PolicyPack, judged: Judgements) -> Iterator[Shown]:
    """Prove that every rule of the eligibility check can come into play."""
    for index in range(len(pack.eligibility.rules)):
        yield from fires((*RULES, index, "when"), judged, NO_RULE)
    yield from _foregone(pack, judged)
    yield Proof(
        _l("Every rule of the eligibility check can come into play."),
        _l(
            "For each of the %(rules)s rules answers were found that meet it; where none "
            "does, the check says that an application is likely to be admitted.",
            rules=len(pack.eligibility.rules),
        ),
    )


def _foregone(pack: PolicyPack, judged: Judgements) -> Iterator[Warned]:
    """Warn of a check that says the same to everybody, or never that a case may be admitted."""
    allowed = _l("a condition that some answers do not meet")
    told = False
    for index, rule in enumerate(pack.eligibility.rules):
        if rule.verdict is EligibilityVerdict.LIKELY:
            continue
        odd = (
            _l('always holds, so that the check says "%(verdict)s" to everybody', verdict=NO)
            if rule.verdict is NO
            else _l('always holds, so that the check says "%(verdict)s" to nobody', verdict=YES)
        )
        for warned in always((*RULES, index, "when"), judged, odd, allowed):
            told = True
            yield warned
    together = (
        (NO, _l('together they say "%(verdict)s" to everybody', verdict=NO)),
        (YES, _l('together they say "%(verdict)s" to nobody', verdict=YES)),
    )
    unknown = _l("hang on so many answers that nobody could say whether one always holds")
    for verdict, odd in () if told else together:
        can = judged.can_fail((*RULES, verdict))
        if not can:
            said = odd if can is False else unknown
            yield Warned(Finding(RULES, Fault.ODD, said, _l("rules that some answers do not meet")))
            return

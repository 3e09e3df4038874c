"""Check that the answers which bring authorities together say what they are read for."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sandbox.domain.packs import (
    PolicyPack,
    QuestionKind,
    QuestionSpec,
    RefusalReasonSpec,
    StandardConditionSpec,
)
from sandbox.packs.checking.findings import REMOVED, Finding, among
from sandbox.packs.checking.questions import form_questions
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.saying import Sentence, listed
from sandbox.packs.saying import sentence as _l

# Relief rows become entries of the relief register, which reads these columns by name.
_WRITTEN = (QuestionKind.TEXT, QuestionKind.LONG_TEXT)
NEEDED_RELIEF_COLUMNS: Mapping[str, Sequence[QuestionKind]] = {
    "provision": _WRITTEN,
    "kind": (QuestionKind.CHOICE,),
    "asked": _WRITTEN,
    "why": _WRITTEN,
}


def judge_reliefs(pack: PolicyPack) -> Iterator[Finding]:
    """Find what keeps the rows of reliefs from becoming entries of the relief register."""
    key = pack.coordination.reliefs_question
    found = _named(
        pack,
        ("coordination", "reliefs_question"),
        key,
        QuestionKind.ROWS,
        otherwise=_l('"%(key)s" is not a question of kind rows', key=key),
    )
    if isinstance(found, Finding):
        yield found
        return
    path, question = found
    columns = {column.key: index for index, column in enumerate(question.columns)}
    for name in NEEDED_RELIEF_COLUMNS:
        if name not in columns:
            yield Finding(
                (*path, "columns"),
                Fault.MISSING,
                _l('the column "%(name)s" is missing', name=name),
                _l("all of: %(names)s", names=tuple(NEEDED_RELIEF_COLUMNS)),
            )
    for name, kinds in NEEDED_RELIEF_COLUMNS.items():
        if name in columns and question.columns[columns[name]].kind not in kinds:
            yield Finding(
                (*path, "columns", columns[name], "kind"),
                Fault.NOT_ALLOWED,
                _l("is a kind of answer that the register of reliefs cannot read here"),
                listed(*kinds),
            )
    if "kind" in columns:
        yield from _whole(
            (*path, "columns", columns["kind"]),
            question.columns[columns["kind"]],
            _l("must be answered, because it says what is asked for"),
            _l("must be asked always, because it says what is asked for"),
        )
        known = {kind.key for kind in pack.relief_kinds}
        options = question.columns[columns["kind"]].options
        place: Path = (*path, "columns", columns["kind"], "options")
        for index, option in enumerate(options):
            if option.value not in known:
                yield Finding(
                    (*place, index, "value"),
                    Fault.UNKNOWN_REFERENCE,
                    _l('there is no kind of relief "%(option)s"', option=option.value),
                    among(sorted(known)),
                )


def judge_quorum(pack: PolicyPack) -> Iterator[Finding]:
    """Find a quorum that no case can meet, because so many authorities never exist at once."""
    quorum = pack.coordination.quorum
    if quorum is None:
        return
    # Authorities become more only on a day on which one of them begins.
    days = {date.min, *(each.valid_from for each in pack.authorities if each.valid_from)}
    most = max(
        sum(
            (each.valid_from or date.min) <= day <= (each.valid_until or date.max)
            for each in pack.authorities
        )
        for day in days
    )
    if quorum > most:
        yield Finding(
            ("coordination", "quorum"),
            Fault.INCONSISTENT,
            _l("can never be met: at most %(most)s authorities exist at once", most=most),
            _l("1 to %(most)s", most=most),
        )


def judge_activity(pack: PolicyPack) -> Iterator[Finding]:
    """Find what keeps the answer on the preponderant activity from naming a lead in every case."""
    key = pack.coordination.activity_question
    if key is None:
        return
    found = _named(
        pack,
        ("coordination", "activity_question"),
        key,
        QuestionKind.CHOICE,
        otherwise=_l('"%(key)s" is not a question of kind choice', key=key),
    )
    if isinstance(found, Finding):
        yield found
        return
    path, question = found
    yield from _whole(
        path,
        question,
        _l("must be answered, because it names the lead"),
        _l("must be asked always, because it names the lead"),
    )
    for index, option in enumerate(question.options):
        if not option.competences:
            yield Finding(
                (*path, "options", index),
                Fault.INCONSISTENT,
                _l('"%(option)s" touches no competence, so it names no lead', option=option.value),
                _l("competences = […] with at least one competence of the pack"),
            )


def _whole(
    path: Path, question: QuestionSpec, unanswered: Sentence, unasked: Sentence
) -> Iterator[Finding]:
    """Find what leaves a question without the answer that the platform reads, and say why."""
    if not question.required:
        yield Finding(
            (*path, "required"),
            Fault.INCONSISTENT,
            unanswered,
            listed("true"),
        )
    if question.ask_if is not None:
        yield Finding(
            (*path, "ask_if"),
            Fault.INCONSISTENT,
            unasked,
            REMOVED,
        )


def _named(
    pack: PolicyPack, here: Path, key: str, kind: QuestionKind, *, otherwise: Sentence
) -> tuple[Path, QuestionSpec] | Finding:
    """Return the question of the form that the value `here` names, or what is wrong with it.

    Shape: `otherwise` is said of a question of another kind.
    """
    found = [(path, question) for path, question in form_questions(pack) if question.key == key]
    if not found:
        return Finding(
            here,
            Fault.UNKNOWN_REFERENCE,
            _l('there is no question "%(question)s" in the form', question=key),
            among(question.key for _, question in form_questions(pack) if question.kind is kind),
        )
    path, question = found[0]
    if question.kind is not kind:
        return Finding(
            here,
            Fault.NOT_ALLOWED,
            otherwise,
            among(each.key for _, each in form_questions(pack) if each.kind is kind),
        )
    return path, question


def judge_refusal_reasons(pack: PolicyPack) -> Iterator[Finding]:
    """Find reasons for refusal that belong to a criterion which there is not."""
    yield from _unknown_criteria(pack, "refusal_reasons", pack.refusal_reasons)


def judge_standard_conditions(pack: PolicyPack) -> Iterator[Finding]:
    """Find standard conditions of a criterion that there is not, and wordings that stand twice."""
    yield from _unknown_criteria(pack, "standard_conditions", pack.standard_conditions)
    for language in pack.languages:
        seen: set[str] = set()
        for index, condition in enumerate(pack.standard_conditions):
            wording = " ".join(condition.text.in_(language).split())
            # A position keeps the words alone: two conditions in the same words are one.
            if wording in seen:
                yield Finding(
                    ("standard_conditions", index, "text"),
                    Fault.DUPLICATE,
                    _l('the words "%(words)s" stand in another condition', words=wording),
                    _l("a wording of its own in every language"),
                )
            seen.add(wording)


def _unknown_criteria(
    pack: PolicyPack, name: str, parts: Sequence[RefusalReasonSpec | StandardConditionSpec]
) -> Iterator[Finding]:
    known = sorted(criterion.key for criterion in pack.criteria)
    for index, part in enumerate(parts):
        if part.criterion is not None and part.criterion not in known:
            yield Finding(
                (name, index, "criterion"),
                Fault.UNKNOWN_REFERENCE,
                _l('the pack has no "%(name)s"', name=part.criterion),
                among(known),
            )

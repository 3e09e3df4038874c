"""Check the questions of the form and of the eligibility check."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

from sandbox.domain.packs import (
    MOST_FILES,
    OptionSpec,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
)
from sandbox.packs.checking.findings import (
    ONCE,
    REMOVED,
    Finding,
    among,
    duplicates,
    repeated,
    unknown_names,
)
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.saying import listed
from sandbox.packs.saying import sentence as _l

_PICKS = (QuestionKind.CHOICE, QuestionKind.MANY)
NUMBERS = (QuestionKind.NUMBER, QuestionKind.MONEY)
# Of a question with many answers, or of files, the bounds say how many there may be.
_BOUNDED = (*NUMBERS, QuestionKind.MANY, QuestionKind.FILE)
_CHECK_KINDS = (QuestionKind.CHOICE, QuestionKind.YES_NO)
_COLUMN_KINDS = (
    QuestionKind.TEXT,
    QuestionKind.LONG_TEXT,
    QuestionKind.NUMBER,
    QuestionKind.MONEY,
    QuestionKind.DATE,
    QuestionKind.CHOICE,
    QuestionKind.YES_NO,
)

ONLY_WITH: Mapping[str, Sequence[QuestionKind]] = {
    "options": _PICKS,
    "columns": (QuestionKind.ROWS,),
    "points": (QuestionKind.YES_NO,),
    "max_words": (QuestionKind.TEXT, QuestionKind.LONG_TEXT),
    "format": (QuestionKind.TEXT,),
    "minimum": _BOUNDED,
    "maximum": _BOUNDED,
    "max_rows": (QuestionKind.ROWS,),
    "unit": (QuestionKind.NUMBER,),
}
"""The keys of a question that only some kinds of question can use."""

_ONE_TITLE = _l("is_title = true on exactly one question of the form")
_UNSET = {each.name: each.default for each in fields(QuestionSpec) if each.name in ONLY_WITH}


def form_questions(pack: PolicyPack) -> Iterator[tuple[Path, QuestionSpec]]:
    """Walk over the questions of the application's form."""
    for index, section in enumerate(pack.sections):
        for inner, question in enumerate(section.questions):
            yield ("sections", index, "questions", inner), question


def check_questions(pack: PolicyPack) -> Iterator[tuple[Path, QuestionSpec]]:
    """Walk over the questions of the eligibility check."""
    for index, question in enumerate(pack.eligibility.questions):
        yield ("eligibility", "questions", index), question


def all_questions(pack: PolicyPack) -> Iterator[tuple[Path, QuestionSpec]]:
    """Walk over every question, columns of rows included."""
    for path, question in (*form_questions(pack), *check_questions(pack)):
        yield path, question
        for index, column in enumerate(question.columns):
            yield (*path, "columns", index), column


def judge_question_keys(pack: PolicyPack) -> Iterator[Finding]:
    """Find questions, columns and options whose key is taken."""
    for questions in (form_questions(pack), check_questions(pack)):
        seen: set[str] = set()
        for path, question in questions:
            if question.key in seen:
                yield Finding(
                    (*path, "key"),
                    Fault.DUPLICATE,
                    _l(
                        'the question "%(question)s" is there more than once', question=question.key
                    ),
                    ONCE,
                )
            seen.add(question.key)
            yield from duplicates((*path, "columns"), question.columns, "key")
    for path, question in all_questions(pack):
        yield from duplicates((*path, "options"), question.options, "value")


def judge_question_parts(pack: PolicyPack) -> Iterator[Finding]:
    """Refuse what a kind of question cannot use, because it would be written and never apply."""
    criteria = {criterion.key for criterion in pack.criteria}
    for path, question in all_questions(pack):
        yield from unknown_names((*path, "criteria"), question.criteria, criteria)
        yield from repeated((*path, "criteria"), question.criteria)
        kind = question.kind
        if kind in _PICKS and not question.options:
            yield Finding(
                (*path, "options"),
                Fault.MISSING,
                _l('a question of kind "%(kind)s" needs options', kind=kind),
                _l("options = [{value = …, label = …}, …], or another kind of question"),
            )
        if kind is QuestionKind.ROWS and not question.columns:
            yield Finding(
                (*path, "columns"),
                Fault.MISSING,
                _l('a question of kind "rows" needs columns'),
                _l("columns = [{key = …, kind = …, label = …}, …], or another kind of question"),
            )
        for name, kinds in ONLY_WITH.items():
            if getattr(question, name) != _UNSET[name] and kind not in kinds:
                yield Finding(
                    (*path, name),
                    Fault.NOT_ALLOWED,
                    _l('a question of kind "%(kind)s" has no %(name)s', kind=kind, name=name),
                    _l("only with kind %(kinds)s", kinds=tuple(kinds)),
                )
        if (
            question.minimum is not None
            and question.maximum is not None
            and question.minimum > question.maximum
        ):
            yield Finding(
                (*path, "minimum"),
                Fault.INCONSISTENT,
                _l("is above the maximum"),
                _l("at most %(most)s", most=question.maximum),
            )
        yield from _counts(path, question)
        if question.required and question.required_if is not None:
            yield Finding(
                (*path, "required_if"),
                Fault.INCONSISTENT,
                _l("is required already, whatever the condition"),
                _l("required = true or required_if, not both"),
            )


def _counts(path: Path, question: QuestionSpec) -> Iterator[Finding]:
    """Find how many answers or files there must be, or may be, that nobody could ever give."""
    bounds: dict[str, tuple[int, int | None]] = {}
    message = _l("is a number of answers that nobody could give")
    if question.kind is QuestionKind.FILE:
        bounds = {"minimum": (0, MOST_FILES), "maximum": (1, MOST_FILES)}
        message = _l("is a number of files that nobody could send")
    elif question.kind is QuestionKind.MANY and question.options:
        bounds = {"minimum": (0, len(question.options)), "maximum": (1, None)}
    for name, (least, most) in bounds.items():
        bound = getattr(question, name)
        if bound is None or least <= bound <= (bound if most is None else most):
            continue
        allowed = (
            _l("at least %(least)s", least=least)
            if most is None
            else _l("%(least)s to %(most)s", least=least, most=most)
        )
        yield Finding((*path, name), Fault.NOT_ALLOWED, message, allowed)


def judge_columns(pack: PolicyPack) -> Iterator[Finding]:
    """Find columns of a kind, or with keys, that a row cannot have."""
    reliefs = pack.coordination.reliefs_question
    # One that names no rows is a fault of its own.
    has_reliefs = any(each.key == reliefs and each.columns for _, each in form_questions(pack))
    for path, question in (*form_questions(pack), *check_questions(pack)):
        for index, column in enumerate(question.columns):
            here: Path = (*path, "columns", index)
            if column.kind not in _COLUMN_KINDS:
                yield Finding(
                    (*here, "kind"),
                    Fault.NOT_ALLOWED,
                    _l('a column cannot be of kind "%(kind)s"', kind=column.kind),
                    listed(*_COLUMN_KINDS),
                )
            for name, is_there in (
                ("is_title", column.is_title),
                ("criteria", bool(column.criteria)),
                ("competences", bool(column.competences)),
                ("points", column.points > 0),
                ("may_be_confidential", column.may_be_confidential),
            ):
                if is_there:
                    yield Finding(
                        (*here, name),
                        Fault.NOT_ALLOWED,
                        _l("a column cannot have %(name)s", name=name),
                        REMOVED,
                    )
            touches_nothing = has_reliefs and question.key != reliefs
            for place, option in enumerate(column.options):
                if option.points:
                    yield Finding(
                        (*here, "options", place, "points"),
                        Fault.NOT_ALLOWED,
                        _l("the options of a column give no points"),
                        REMOVED,
                    )
                if option.competences and touches_nothing:
                    yield Finding(
                        (*here, "options", place, "competences"),
                        Fault.NOT_ALLOWED,
                        _l("only the rows of reliefs bring in competences"),
                        REMOVED,
                    )


ONLY_IN_FORM = (
    "example",
    "points",
    "is_title",
    "may_be_confidential",
    "competences",
    "criteria",
    "information",
)
"""The keys of a question or an option that mean something in the form alone."""


def judge_check_kinds(pack: PolicyPack) -> Iterator[Finding]:
    """Find questions of the check that are not answered by choosing, or could be left empty.

    Visitors are anonymous: what they could type about themselves is not asked of them.
    """
    for path, question in check_questions(pack):
        if question.kind not in _CHECK_KINDS:
            yield Finding(
                (*path, "kind"),
                Fault.NOT_ALLOWED,
                _l('the check cannot ask a question of kind "%(kind)s"', kind=question.kind),
                listed(*_CHECK_KINDS),
            )
        for name, is_there in (
            ("required", not question.required and question.required_if is None),
            ("required_if", question.required_if is not None),
        ):
            if is_there:
                yield Finding(
                    (*path, name),
                    Fault.NOT_ALLOWED,
                    _l("the check needs the answer to every question that it asks"),
                    REMOVED,
                )
        for here, part in ((path, question), *_options_of(path, question)):
            for name in ONLY_IN_FORM:
                if getattr(part, name, None):
                    yield Finding(
                        (*here, name),
                        Fault.NOT_ALLOWED,
                        _l("the check is anonymous and weighs nothing, so it has no such key"),
                        REMOVED,
                    )


def _options_of(path: Path, question: QuestionSpec) -> Iterator[tuple[Path, OptionSpec]]:
    """Walk over the options of a question with their places."""
    for index, option in enumerate(question.options):
        yield (*path, "options", index), option


def judge_one_title(pack: PolicyPack) -> Iterator[Finding]:
    """Find whether exactly one question, asked of everybody, names the case."""
    titles = [(path, question) for path, question in form_questions(pack) if question.is_title]
    if not titles:
        yield Finding(
            ("sections",), Fault.MISSING, _l("no question has is_title = true"), _ONE_TITLE
        )
    for path, _ in titles[1:]:
        yield Finding(
            (*path, "is_title"),
            Fault.DUPLICATE,
            _l("is the title a second time"),
            _ONE_TITLE,
        )
    for path, question in titles[:1]:
        if question.kind is not QuestionKind.TEXT:
            yield Finding(
                (*path, "kind"), Fault.NOT_ALLOWED, _l("the title must be a text"), listed("text")
            )
        if not question.required and question.required_if is None:
            yield Finding(
                (*path, "required"),
                Fault.NOT_ALLOWED,
                _l("the title must be required"),
                listed("true"),
            )
        for name, is_there in (
            ("ask_if", question.ask_if is not None),
            ("required_if", question.required_if is not None),
            ("may_be_confidential", question.may_be_confidential),
        ):
            if is_there:
                yield Finding(
                    (*path, name),
                    Fault.NOT_ALLOWED,
                    _l("the title cannot have %(name)s", name=name),
                    REMOVED,
                )


def judge_public_fields(pack: PolicyPack) -> Iterator[Finding]:
    """Find public fields that are no questions or could be confidential, and presumed nothing."""
    by_key = {question.key: question for _, question in form_questions(pack)}
    if pack.disclosure_is_presumed and set(pack.disclosed_fields) == set(pack.public_fields):
        yield Finding(
            ("disclosure_is_presumed",),
            Fault.INCONSISTENT,
            _l("no answer may be marked confidential, so nothing is public unless marked"),
            _l("a question with may_be_confidential = true, or this key left out"),
        )
    yield from unknown_names(("public_fields",), pack.public_fields, set(by_key))
    for index, key in enumerate(pack.public_fields):
        question = by_key.get(key)
        if question is None:
            continue
        if question.may_be_confidential:
            yield Finding(
                ("public_fields", index),
                Fault.INCONSISTENT,
                _l('"%(key)s" may be marked confidential, so it cannot be public', key=key),
                _l("a question without may_be_confidential, so remove that or this"),
            )
        if question.kind is QuestionKind.FILE:
            yield Finding(
                ("public_fields", index),
                Fault.INCONSISTENT,
                _l('"%(key)s" is a file, not an answer', key=key),
                _l("a question of another kind than file, so remove this one"),
            )
    for index, later in enumerate(pack.public_later):
        if later.key not in pack.disclosed_fields:
            yield Finding(
                ("public_later", index, "key"),
                Fault.UNKNOWN_REFERENCE,
                _l('"%(later)s" is not among the public fields', later=later.key),
                among(pack.disclosed_fields),
            )
        elif later.key in by_key and by_key[later.key].is_title:
            yield Finding(
                ("public_later", index, "key"),
                Fault.INCONSISTENT,
                _l(
                    '"%(later)s" names the case, so that the register shows it at once',
                    later=later.key,
                ),
                _l("a public field that is not the title, so remove this entry"),
            )

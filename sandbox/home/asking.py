"""Say of every question of the form what it asks and why, for whoever prepares an application."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from sandbox.domain.packs import PolicyPack, QuestionKind, QuestionSpec, SectionSpec
from sandbox.programme.names import WORDS
from sandbox.programme.summary.lines import need_words, when_words
from sandbox.programme.words import part_words


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold a question with how it is answered and what hangs on the answer, in words."""

    spec: QuestionSpec
    how: tuple[str, ...]
    when: str
    why: tuple[str, ...]
    columns: tuple["Asked", ...] = ()


def questions_of(pack: PolicyPack) -> list[tuple[SectionSpec, tuple[Asked, ...]]]:
    """Tell the sections of the form in their order, each with its questions."""
    return [
        (section, tuple(_asked(pack, question) for question in section.questions))
        for section in pack.sections
    ]


def _asked(pack: PolicyPack, spec: QuestionSpec, beside: Sequence[QuestionSpec] = ()) -> Asked:
    return Asked(
        spec,
        tuple(_how(pack, spec, beside)),
        "" if spec.ask_if is None else when_words(pack, spec.ask_if, beside),
        tuple(_why(pack, spec)),
        tuple(_asked(pack, column, spec.columns) for column in spec.columns),
    )


def _how(pack: PolicyPack, spec: QuestionSpec, beside: Sequence[QuestionSpec]) -> Iterator[str]:
    yield str(WORDS[spec.format or spec.kind])
    yield need_words(pack, spec, beside)
    if spec.max_words is not None:
        yield ngettext("at most %(num)s word", "at most %(num)s words", spec.max_words)
    if spec.kind is QuestionKind.ROWS:
        yield ngettext("at most %(num)s row", "at most %(num)s rows", spec.max_rows)


def _why(pack: PolicyPack, spec: QuestionSpec) -> Iterator[str]:
    if spec.criteria:
        names = ", ".join(part_words(pack.criterion(key)) for key in spec.criteria)
        yield _("The authorities judge by it: %(criteria)s.", criteria=names)
    if spec.competences or any(option.competences for option in spec.options):
        yield _("It says which authorities are competent.")
    if spec.points or any(option.points for option in spec.options):
        yield _("It counts towards the risk tier, and so towards how the test is supervised.")
    if spec.key in pack.disclosed_fields:
        since = pack.published_since(spec.key)
        yield (
            _("The answer of an admitted application is published.")
            if since is None
            else _(
                "The answer of an admitted application is published %(when)s.", when=WORDS[since]
            )
        )
    if spec.may_be_confidential:
        yield (
            _("Mark the answer as confidential if it must not be published.")
            if spec.key in pack.disclosed_fields
            else _("You may mark the answer as confidential.")
        )

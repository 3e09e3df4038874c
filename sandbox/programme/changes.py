"""Say what differs between two policy packs, each value in the words of the pack it stands in."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import ngettext

from sandbox.applications.wording import in_one_line, read
from sandbox.domain.packs import (
    AllOf,
    AmendmentSpec,
    AnyOf,
    Compare,
    ExtensionSpec,
    FastAnswerSpec,
    Not,
    PolicyPack,
    PreliminaryResultSpec,
    QuestionKind,
    QuestionSpec,
    RequirementSpec,
    RubricSpec,
    Text,
    Who,
)
from sandbox.kernel.formats import money, quoted
from sandbox.kernel.language import language_name
from sandbox.packs.comparing import Change, ChangeKind, Part
from sandbox.programme.names import FIELD, PART, WORDS
from sandbox.programme.words import key_of, party_words, text_of, value_words, vocabulary_of

_RULES = (RubricSpec, ExtensionSpec, AmendmentSpec, FastAnswerSpec, PreliminaryResultSpec)


@dataclass(frozen=True, slots=True)
class _Place:
    """Say where something changed: the way to the part, and the name of its value if it has one."""

    where: str
    what: str = ""

    def named(self, words: str) -> "_Place":
        """Return the place with other words for the value, or for the part that is one itself."""
        return _Place(self.where, words) if self.what else _Place(words)

    @property
    def last(self) -> str:
        """Return the words for what changed."""
        return self.what or self.where


def change_sentence(old: PolicyPack, new: PolicyPack, change: Change) -> str:
    """Say one difference between two packs.

    What was is said with the words and the currency of the older pack, whose parts the newer one
    may no longer have.
    """
    where = ", ".join(_step_words(old, new, part) for part in change.trail) or _("The pack")
    place = _Place(where, _field_name(change.field))
    match change.kind:
        case ChangeKind.ADDED if not change.field:
            facts = "; ".join(_facts(new, change.trail, change.after))
            if facts:
                return _("%(where)s: added with %(facts)s.", where=where, facts=facts)
            return _("%(where)s: added.", where=where)
        case ChangeKind.REMOVED if not change.field:
            return _("%(where)s: removed.", where=where)
        case ChangeKind.REORDERED:
            return _(
                "%(where)s: what stands under “%(what)s” comes in another order.",
                where=where,
                what=place.what,
            )
        case ChangeKind.REPEATED:
            return _repeated_sentence(old, place, change)
        case _ if isinstance(change.before, tuple) or isinstance(change.after, tuple):
            return " ".join(_list_sentences(old, new, place, change))
        case _:
            return _value_sentence(old, new, place, change)


def _field_name(name: str) -> str:
    return str(FIELD.get(name, PART.get(name, name)))


def _was_and_is(place: _Place, before: str, after: str) -> str:
    if not place.what:
        return _(
            "%(where)s was %(before)s and is now %(after)s.",
            where=place.where,
            before=before,
            after=after,
        )
    return _(
        "%(where)s: %(what)s was %(before)s and is now %(after)s.",
        where=place.where,
        what=place.what,
        before=before,
        after=after,
    )


def _value_sentence(old: PolicyPack, new: PolicyPack, place: _Place, change: Change) -> str:
    if isinstance(change.before, Text) and isinstance(change.after, Text):
        return _text_sentence(place, change.before, change.after)
    return _was_and_is(
        place, _words_in(old, change, change.before), _words_in(new, change, change.after)
    )


def _text_sentence(place: _Place, before: Text, after: Text) -> str:
    """Say a text in the reader's language, or where that is the same in those that changed."""
    if read(before) != read(after):
        return _was_and_is(place, quoted(read(before)), quoted(read(after)))
    changed = [
        language
        for language in dict.fromkeys([*after.by_language, *before.by_language])
        if _written(before, language) != _written(after, language)
    ]
    if not changed:
        return _(
            "%(what)s: only spaces and line breaks are different.",
            what=": ".join(words for words in (place.where, place.what) if words),
        )
    sentences = []
    for language in changed:
        words = _("%(what)s in %(language)s", what=place.last, language=language_name(language))
        sides = (_written(before, language), _written(after, language))
        sentences.append(_was_and_is(place.named(words), *sides))
    return " ".join(sentences)


def _written(text: Text, language: str) -> str:
    written = text.by_language.get(language)
    return _("nothing") if written is None else quoted(in_one_line(written))


def _list_sentences(
    old: PolicyPack, new: PolicyPack, place: _Place, change: Change
) -> Iterator[str]:
    """Say what a list lost and gained; texts that only another language tells apart in pairs."""
    lost, gained = _entries(change.before), _entries(change.after)
    same = {read(entry): entry for entry in gained if isinstance(entry, Text)}
    pairs = [
        (entry, same.pop(read(entry)))
        for entry in lost
        if isinstance(entry, Text) and read(entry) in same
    ]
    paired = {id(entry) for pair in pairs for entry in pair}
    rest = replace(
        change,
        before=tuple(entry for entry in lost if id(entry) not in paired) or None,
        after=tuple(entry for entry in gained if id(entry) not in paired) or None,
    )
    if rest.before or rest.after:
        yield _lost_and_gained(old, new, place, rest)
    for before, after in pairs:
        entry = _("an entry of “%(what)s”", what=place.last)
        yield _text_sentence(place.named(entry), before, after)


def _entries(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def _lost_and_gained(old: PolicyPack, new: PolicyPack, place: _Place, change: Change) -> str:
    where, what = place.where, place.what
    before, after = _words_in(old, change, change.before), _words_in(new, change, change.after)
    if change.before is None:
        return _("%(where)s: %(what)s gain %(after)s.", where=where, what=what, after=after)
    if change.after is None:
        return _("%(where)s: %(what)s lose %(before)s.", where=where, what=what, before=before)
    return _(
        "%(where)s: %(what)s lose %(before)s and gain %(after)s.",
        where=where,
        what=what,
        before=before,
        after=after,
    )


def _repeated_sentence(old: PolicyPack, place: _Place, change: Change) -> str:
    before, after = _entries(change.before), _entries(change.after)
    return _(
        "%(where)s: under “%(what)s”, %(entry)s stood %(before)s and stands %(after)s now.",
        where=place.where,
        what=place.what,
        entry=_words_in(old, change, before[0]),
        before=_times(len(before)),
        after=_times(len(after)),
    )


def _times(count: int) -> str:
    if count == 1:
        return _("once")
    if count == 2:  # noqa: PLR2004  # languages have a word for it
        return _("twice")
    return ngettext("%(num)d time", "%(num)d times", count)


def _words_in(pack: PolicyPack, change: Change, value: object) -> str:
    """Say a value of one pack; who satisfies a requirement hangs on what it demands."""
    part = change.trail[-1].part if change.trail else None
    if isinstance(value, Who) and change.field == "by" and isinstance(part, RequirementSpec):
        return party_words(part.kind, value)
    if _is_money(change):
        value = _amount(value, pack.currency)
    return value_words(value, vocabulary_of(pack, change))


def _is_money(change: Change) -> bool:
    """Tell whether the values are amounts in cents."""
    if change.field in ("amount_per_person_cap", "amount_total_cap"):
        return True
    part = change.trail[-1].part if change.trail else None
    is_bound = change.field in ("minimum", "maximum")
    return is_bound and isinstance(part, QuestionSpec) and part.kind is QuestionKind.MONEY


def _amount(value: object, currency: str) -> object:
    return money(value, currency) if isinstance(value, int) else value


def _facts(pack: PolicyPack, trail: tuple[Part, ...], part: object) -> Iterator[str]:
    """Say what stands in a part that is new, but for the name by which it is called already."""
    if isinstance(part, Text):
        yield quoted(read(part))
    if isinstance(part, Text) or not is_dataclass(part):
        return
    called = text_of(part)
    for each in fields(part):
        value = getattr(part, each.name)
        is_said = each.name in ("key", "code") or value is called
        if is_said or value in (each.default, ()):
            continue
        change = Change(ChangeKind.CHANGED, trail, each.name, None, value)
        yield f"{_field_name(each.name)}: {_new_words(pack, change, value)}"


def _new_words(pack: PolicyPack, change: Change, value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_new_words(pack, change, item) for item in value)
    if _is_money(change):
        value = _amount(value, pack.currency)
    is_nameless = is_dataclass(value) and text_of(value) is None
    if is_nameless and not isinstance(value, (Text, AllOf, AnyOf, Not, Compare, *_RULES)):
        facts = "; ".join(_facts(pack, change.trail, value))
        key = key_of(value)
        return f"{key} ({facts})" if key and facts else key or facts
    return value_words(value, vocabulary_of(pack, change))


def _step_words(old: PolicyPack, new: PolicyPack, part: Part) -> str:
    kind = str(PART.get(part.field, part.field))
    if not part.name:
        return kind
    text = text_of(part.part)
    if part.field == "public_later":
        # It has no other name than that of the question whose answer it holds back.
        question = new.questions.get(part.name, old.questions.get(part.name))
        text = None if question is None else question.label
    key = getattr(part.part, "key", None)
    name = str(WORDS.get(key, part.name)) if isinstance(key, StrEnum) else part.name
    return f"{kind} {quoted(name if text is None else read(text))}"

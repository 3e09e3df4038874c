"""Check that names are unique, and that every text stands in every language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass

from sandbox.domain.awaiting import PUBLISHER
from sandbox.domain.packs import PolicyPack, Suspender, Text, Who
from sandbox.packs.checking.findings import Finding, duplicates, repeated
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.saying import listed
from sandbox.packs.saying import sentence as _l
from sandbox.packs.unread import is_unread

PARTY_WORDS = tuple(dict.fromkeys([*(who.value for who in (*Who, *Suspender)), PUBLISHER]))
"""What stands for a party beside the codes of authorities, wherever it is said who acts."""


def judge_duplicate_names(pack: PolicyPack) -> Iterator[Finding]:
    """Find keys and codes that stand more than once in their list."""
    for name in (
        "competences",
        "authorities",
        "principles",
        "exit_kinds",
        "stakeholders",
        "refusal_reasons",
        "standard_conditions",
        "priorities",
    ):
        items: Sequence[object] = getattr(pack, name)
        yield from duplicates((name,), items, "code")
    for name in (
        "clocks",
        "sections",
        "criteria",
        "prohibited_uses",
        "hard_rules",
        "tiers",
        "metrics",
        "plan_fields",
        "incident_classes",
        "relief_kinds",
        "proportionality",
        "report_sections",
        "public_later",
        "retention",
        "suspension_grounds",
        "suspension_windows",
        "successions",
        "calls",
        "glossary",
    ):
        items = getattr(pack, name)
        yield from duplicates((name,), items, "key")
    yield from duplicates(("eligibility", "rules"), pack.eligibility.rules, "key")
    for index, authority in enumerate(pack.authorities):
        yield from repeated(("authorities", index, "competences"), authority.competences)
        yield from duplicates(("authorities", index, "posts"), authority.posts, "code")
    for index, tier in enumerate(pack.tiers):
        path: Path = ("tiers", index)
        yield from duplicates((*path, "stages"), tier.stages, "key")
        yield from duplicates((*path, "start_conditions"), tier.start_conditions, "key")
    yield from repeated(("languages",), pack.languages)
    yield from repeated(("public_fields",), pack.public_fields)


def judge_authority_codes(pack: PolicyPack) -> Iterator[Finding]:
    """Find codes that people could take for another authority, or the platform for a party."""
    by_letters: dict[str, str] = {}
    for index, authority in enumerate(pack.authorities):
        path: Path = ("authorities", index, "code")
        letters = authority.code.casefold()
        other = by_letters.setdefault(letters, authority.code)
        if other != authority.code:
            yield Finding(
                path,
                Fault.DUPLICATE,
                _l('differs from "%(other)s" in capital letters alone', other=other),
                _l("a code that differs in more than capital letters"),
            )
        if letters in PARTY_WORDS:
            yield Finding(
                path,
                Fault.NOT_ALLOWED,
                _l('"%(code)s" is what the platform calls a party to every case', code=letters),
                _l("a code other than: %(names)s", names=PARTY_WORDS),
            )


def judge_texts_in_every_language(pack: PolicyPack) -> Iterator[Finding]:
    """Find texts that lack a language of the pack, or have one that it has not."""
    every = _l("a text in each of: %(languages)s", languages=pack.languages)
    for path, text in each_text(pack):
        for language in pack.languages:
            if language not in text.by_language:
                yield Finding(
                    path,
                    Fault.LANGUAGE,
                    _l('has no text in "%(language)s"', language=language),
                    every,
                )
        for language in text.by_language:
            if language not in pack.languages:
                yield Finding(
                    (*path, language),
                    Fault.LANGUAGE,
                    _l('"%(language)s" is not a language of the pack', language=language),
                    listed(*pack.languages),
                )


def each_text(value: object, path: Path = ()) -> Iterator[tuple[Path, Text]]:
    """Walk over every text; the names of the dataclasses' fields are the keys of the file."""
    if is_unread(value):
        return
    if isinstance(value, Text):
        yield path, value
    elif is_dataclass(value):
        for part in fields(value):
            yield from each_text(getattr(value, part.name), (*path, part.name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from each_text(item, (*path, index))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from each_text(item, (*path, str(key)))

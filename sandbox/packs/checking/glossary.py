"""Check the words that a pack explains."""

from collections.abc import Iterator

from sandbox.domain.glossary import LONGEST_TERM, MOST_WORDS, pieces
from sandbox.domain.packs import PolicyPack
from sandbox.packs.checking.findings import Finding
from sandbox.packs.errors import Fault
from sandbox.packs.saying import sentence as _l


def judge_glossary(pack: PolicyPack) -> Iterator[Finding]:
    """Find terms too long to be looked for in texts, and those that are the same everywhere."""
    seen: dict[frozenset[tuple[str, tuple[str, ...]]], str] = {}
    for index, term in enumerate(pack.glossary):
        words_of = {(language, pieces(said)) for language, said in term.term.by_language.items()}
        other = seen.setdefault(frozenset(words_of), term.key)
        if other != term.key:
            yield Finding(
                ("glossary", index, "term"),
                Fault.DUPLICATE,
                _l('is the same in every language as that of "%(term)s"', term=other),
                _l("one entry for both senses, or another word in at least one language"),
            )
        for language, words in term.term.by_language.items():
            if len(words) > LONGEST_TERM or len(pieces(words)) > MOST_WORDS:
                yield Finding(
                    ("glossary", index, "term", language),
                    Fault.TOO_LARGE,
                    _l("is too long for a word that is looked for in texts"),
                    _l(
                        "at most %(longest)s characters and %(most)s words",
                        longest=LONGEST_TERM,
                        most=MOST_WORDS,
                    ),
                )

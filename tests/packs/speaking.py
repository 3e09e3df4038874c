"""Hold what is said of a pack to two languages, in an application that knows nothing else."""

from collections.abc import Iterator
from functools import cache

from flask import Flask
from flask_babel import Babel, force_locale, gettext

from config import PROJECT
from sandbox.packs.errors import Fault, PackProblem
from sandbox.packs.proving import Proof
from sandbox.packs.saying import Sentence, listed
from sandbox.programme.words import said


@cache
def speaker() -> Flask:
    app = Flask("speaker")
    folder = str(PROJECT / "sandbox" / "translations")
    Babel(app, default_locale="es_MX", default_translation_directories=folder)
    return app


def inside(words: str) -> Iterator[Sentence]:
    """Return a sentence and every sentence that is a part of it."""
    assert isinstance(words, Sentence), f"{words!r} cannot be translated"
    yield words
    for part in words.parts.values():
        for each in part if isinstance(part, tuple) else (part,):
            if isinstance(each, Sentence):
                yield from inside(each)


def in_spanish(words: str) -> str:
    """Return what a page says, having made sure that no part of it stayed English."""
    with speaker().app_context():
        with force_locale("en"):
            assert said(words) == words
        with force_locale("es_MX"):
            for each in inside(words):
                own = each.template == listed().template
                assert own or not each or gettext(each.template) != each.template, each
            return said(words)


def assert_said_in_full(*found: PackProblem) -> None:
    """Make sure that each names its place, what stands there, and what may stand there."""
    for each in found:
        # A file that cannot be read, or not from its first key on, has none to name.
        assert each.key or each.fault in (Fault.UNREADABLE, Fault.TOO_LARGE, Fault.SYNTAX), each
        assert each.file, each
        assert each.line > 0, each
        assert all((each.found, each.allowed, each.message)), each


def assert_said_in_spanish(*found: PackProblem | Proof) -> None:
    for each in found:
        if isinstance(each, Proof):
            assert in_spanish(each.claim) != each.claim
            assert in_spanish(each.how) != each.how
        else:
            assert in_spanish(each.message) != each.message
            in_spanish(each.found)
            in_spanish(each.allowed)

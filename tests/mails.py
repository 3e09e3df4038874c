"""Read every mail that a test posts, as its recipient would in either language."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

from flask import Flask
from sqlalchemy import event

from config import PROJECT
from sandbox.domain.packs import Text
from sandbox.kernel.language import LANGUAGES
from sandbox.kernel.mail import OutboxMail, render_mail
from sandbox.packs import active
from tests.pages import UNRENDERED

TEMPLATES = PROJECT / "templates" / "emails"
LEAST_LETTERS = 12
"""What is shorter may be part of a name, or of what somebody wrote."""
SIGNED = {"applications/declined": "reason"}
"""What the rules propose, and a person then changes or signs, is said as that person signed it."""
_READ: set[object] = set()
_posted: list[SimpleNamespace] = []


@event.listens_for(OutboxMail, "init")
def _note(_mail: OutboxMail, _args: object, given: dict[str, Any]) -> None:
    """Keep what is posted; mails with the same template and the same kinds of values read alike."""
    values = {**given["params"], **(given["secrets"] or {})}
    kinds = sorted((name, type(value).__name__, bool(value)) for name, value in values.items())
    shape = (given["template"], *kinds)
    # Tests of the outbox have templates of their own.
    if shape not in _READ and (TEMPLATES / f"{given['template']}.txt").exists():
        _READ.add(shape)
        wanted = ("template", "params", "secrets", "person_id", "application_id", "enquiry_id")
        _posted.append(SimpleNamespace(**{name: given.get(name) for name in wanted}))


def read_mails(app: Flask) -> None:
    """Render what was posted since the last time; whoever posted it hears what is wrong with it."""
    posted, _posted[:] = _posted[:], []
    with app.app_context():
        for mail in posted:
            texts = [render_mail(cast("OutboxMail", mail), each) for each in LANGUAGES]
            for text in texts:
                whole = f"{text.subject}\n{text.body}"
                assert text.subject, mail.template
                assert text.body.strip(), mail.template
                found = [mark for mark in (*UNRENDERED, "None") if mark in whole]
                assert found == [], (mail.template, whole)
            assert len({text.body for text in texts}) == len(LANGUAGES), mail.template
            for language, text in zip(LANGUAGES, texts, strict=True):
                judge_words(mail, language, text.body)


def judge_words(mail: SimpleNamespace, language: str, body: str) -> None:
    """Fail on a text of the rules that stands in another language alone.

    What is kept as one plain text is what somebody wrote, in whatever language, or a text of the
    rules that was chosen too early: that is such a text as a whole.
    """
    foreign = foreign_words(language)
    for name, value in mail.params.items():
        # A company may call its case as the example of the form does.
        if isinstance(value, str) and value and name not in {"title", SIGNED.get(mail.template)}:
            assert value not in foreign, (mail.template, name, value)
    for value in mail.params.values():
        body = body.replace(value, "") if isinstance(value, str) and value else body
    assert [words for words in foreign if words in body] == [], mail


@cache
def foreign_words(language: str) -> frozenset[str]:
    """Return what the rules say in other languages alone, as far as nobody says it by chance."""
    # Which rules are in force stands in the database, which the test has left.
    rules = active.installed().current(active.code())
    texts = [text.by_language for text in texts_of(rules)]
    own = "\n".join(text[language] for text in texts)
    return frozenset(
        words
        for text in texts
        for other, words in text.items()
        if other != language and len(words) >= LEAST_LETTERS and words not in own
    )


def texts_of(part: object) -> Iterator[Text]:
    """Find every text of some rules, however deep it stands."""
    if isinstance(part, Text):
        yield part
    elif is_dataclass(part):
        for field in fields(part):
            yield from texts_of(getattr(part, field.name))
    elif isinstance(part, Mapping):
        for each in part.values():
            yield from texts_of(each)
    elif isinstance(part, tuple):
        for each in part:
            yield from texts_of(each)

"""Read every mail that a test posts, as its recipient would in either language."""

from types import SimpleNamespace
from typing import Any, cast

from flask import Flask
from sqlalchemy import event

from config import PROJECT
from sandbox.kernel.language import LANGUAGES
from sandbox.kernel.mail import OutboxMail, render_mail
from tests.pages import UNRENDERED

TEMPLATES = PROJECT / "templates" / "emails"
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

"""Mail leaves after the commit, once it can; nothing typed becomes a header, no secret stays."""

import email.policy
import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import PROJECT
from sandbox.kernel import carriers
from sandbox.kernel.carriers import SmtpCarrier
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.jobs import MAX_ATTEMPTS, count_waiting, list_dead_letters, run_next
from sandbox.kernel.mail import (
    MailState,
    OutboxMail,
    init_mail,
    list_dead_mails,
    list_mails,
    post,
    render_mail,
)
from sandbox.web.templating import init_templating
from tests.factories import pack

AT = datetime(2026, 3, 3, 20, 5, tzinfo=UTC)
ANA = UUID("11111111-1111-1111-1111-111111111111")
TEMPLATES = {
    "emails/test/plain.txt": """
{% extends "emails/base.txt" %}
{% block subject %}{{ reference }}: {{ _("Name") }}{% endblock %}
{% block body %}
{{ _("Name") }}: {{ title }}
{{ due_on|mail_day }} · {{ at|mail_instant }}
{{ link("show", application_id=application_id) }}
{% endblock %}
""",
    "emails/test/secret.txt": """
{% extends "emails/base.txt" %}
{% block subject %}{{ _("Name") }}{% endblock %}
{% block body %}
{{ link("confirm", token=token) }}
{% endblock %}
""",
}


class Server:
    """A mail server of this test: it answers as told and keeps what it was given."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.envelopes: list[str] = []
        self.recipient_answer = b"250 ok"
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as wire:
                self._talk(wire)

    def _talk(self, wire: Any) -> None:
        def say(line: bytes) -> None:
            wire.write(line + b"\r\n")
            wire.flush()

        say(b"220 test")
        while line := wire.readline():
            verb = line[:4].upper()
            if verb == b"RCPT":
                self.envelopes.append(line.decode().strip())
                say(self.recipient_answer)
            elif verb == b"DATA":
                say(b"354 go on")
                lines = []
                while (part := wire.readline()) != b".\r\n":
                    lines.append(part.removeprefix(b".") if part.startswith(b"..") else part)
                parser = BytesParser(policy=email.policy.SMTP)
                message = parser.parsebytes(b"".join(lines))
                assert isinstance(message, EmailMessage)
                self.messages.append(message)
                say(b"250 ok")
            elif verb == b"QUIT":
                say(b"221 bye")
                return
            else:
                say(b"250 ok")

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(timeout=5)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def make_app(tmp_path: Path) -> Callable[[str | None], Flask]:
    """Make an application that can do nothing but render and send."""

    def make(smtp_url: str | None = None) -> Flask:
        app = Flask("mail_test", template_folder=str(PROJECT / "templates"))
        init_templating(app, pack(), None)
        assert app.jinja_env.loader is not None
        app.jinja_env.loader = ChoiceLoader([DictLoader(TEMPLATES), app.jinja_env.loader])
        app.jinja_env.globals["programme"] = "Sandbox, de la Ciudad"
        app.add_url_rule("/applications/<uuid:application_id>", "show")
        app.add_url_rule("/confirm/<token>", "confirm")
        init_mail(
            app,
            smtp_url=smtp_url,
            from_address="sandbox@example.org",
            folder=tmp_path / "mail",
            base_url="https://sandbox.example.org",
        )
        return app

    return make


def post_plain(session: Session, **changes: Any) -> UUID:
    values: dict[str, Any] = {
        "to": ANA,
        "address": "ana@example.org",
        "language": "es",
        "template": "test/plain",
        "now": AT,
        "application_id": ANA,
        "reference": "SBX-2026-00017",
        "title": "Mastografía asistida",
        "due_on": date(2026, 3, 20),
        "at": AT,
    }
    with unit_of_work(session):
        return post(session, **{**values, **changes}).id


def deliver_all(app: Flask, session: Session, now: datetime | None = None) -> int:
    done = 0
    with app.app_context():
        while run_next(session, now):
            done += 1
    return done


def only_mail(session: Session) -> OutboxMail:
    mail = session.scalars(select(OutboxMail)).one()
    session.refresh(mail)
    return mail


# --- leaving --------------------------------------------------------------------------------------


def test_mail_of_a_failed_deed_never_leaves(
    session: Session, make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    def failing_deed() -> None:
        with unit_of_work(session):
            post(session, to=None, address="a@example.org", language="es", template="t", now=AT)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing_deed()
    assert deliver_all(make_app(), session) == 0
    assert session.scalars(select(OutboxMail)).all() == []
    assert not (tmp_path / "mail").exists()


def test_without_server_mail_is_written_to_the_folder(
    session: Session, make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    mail_id = post_plain(session)
    assert deliver_all(make_app(), session) == 1
    [path] = (tmp_path / "mail").iterdir()
    assert path.suffix == ".eml"
    message = BytesParser(policy=email.policy.default).parsebytes(path.read_bytes())
    assert isinstance(message, EmailMessage)
    assert message["To"] == "ana@example.org"
    assert message["From"] == '"Sandbox, de la Ciudad" <sandbox@example.org>'
    assert message["Subject"] == "SBX-2026-00017: Nombre"
    assert message["Message-ID"] == f"<{mail_id}@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().splitlines()[:3] == [
        "Nombre: Mastografía asistida",
        "20 de marzo de 2026 · 3 de marzo de 2026, 14:05",
        f"https://sandbox.example.org/applications/{ANA}",
    ]
    mail = only_mail(session)
    assert (mail.state, mail.attempts, mail.last_error) == (MailState.SENT, 1, None)
    assert mail.sent_at is not None


def test_mail_is_handed_to_the_server_in_the_recipients_language(
    session: Session, make_app: Callable[..., Flask], server: Server
) -> None:
    post_plain(session, language="en")
    assert deliver_all(make_app(f"smtp://127.0.0.1:{server.port}"), session) == 1
    [message] = server.messages
    assert message["Subject"] == "SBX-2026-00017: Name"
    assert message["Content-Language"] == "en"
    assert "20 March 2026" in message.get_content()
    assert server.envelopes == ["rcpt TO:<ana@example.org>"]


def test_server_that_is_away_loses_nothing(
    session: Session, make_app: Callable[..., Flask], server: Server
) -> None:
    post_plain(session)
    app = make_app(f"smtp://127.0.0.1:{server.port}")
    away = make_app("smtp://127.0.0.1:1")
    now = utc_now()
    assert deliver_all(away, session, now) == 1
    mail = only_mail(session)
    assert (mail.state, mail.attempts) == (MailState.QUEUED, 1)
    assert mail.last_error is not None
    assert mail.last_error.startswith("ConnectionRefusedError")
    assert deliver_all(app, session, now + timedelta(minutes=1)) == 1
    assert [message["Subject"] for message in server.messages] == ["SBX-2026-00017: Nombre"]
    assert only_mail(session).state == MailState.SENT


def test_mail_that_never_gets_through_is_listed(
    session: Session, make_app: Callable[..., Flask]
) -> None:
    post_plain(session)
    away = make_app("smtp://127.0.0.1:1")
    now = utc_now()
    tries = 0
    while count_waiting(session):
        session.rollback()
        now += timedelta(hours=7)
        tries += deliver_all(away, session, now)
    assert tries == MAX_ATTEMPTS
    assert [mail.attempts for mail in list_dead_mails(session)] == [MAX_ATTEMPTS]
    assert [letter.name for letter in list_dead_letters(session)] == ["mail.deliver"]


def test_address_refused_for_good_is_not_tried_again(
    session: Session, make_app: Callable[..., Flask], server: Server
) -> None:
    server.recipient_answer = b"550 no such person"
    post_plain(session)
    assert deliver_all(make_app(f"smtp://127.0.0.1:{server.port}"), session) == 1
    [mail] = list_dead_mails(session)
    assert mail.last_error == "Undeliverable: The address was refused (550)."
    assert count_waiting(session) == 0


def test_address_refused_for_now_is_tried_again(
    session: Session, make_app: Callable[..., Flask], server: Server
) -> None:
    server.recipient_answer = b"450 busy"
    post_plain(session)
    app = make_app(f"smtp://127.0.0.1:{server.port}")
    now = utc_now()
    deliver_all(app, session, now)
    assert only_mail(session).state == MailState.QUEUED
    server.recipient_answer = b"250 ok"
    deliver_all(app, session, now + timedelta(minutes=1))
    assert only_mail(session).state == MailState.SENT


def test_mail_sent_before_is_not_sent_again(
    session: Session, make_app: Callable[..., Flask], server: Server
) -> None:
    post_plain(session)
    app = make_app(f"smtp://127.0.0.1:{server.port}")
    deliver_all(app, session)
    from sandbox.kernel.jobs import enqueue

    with unit_of_work(session):
        enqueue(session, "mail.deliver", mail_id=only_mail(session).id)
    deliver_all(app, session)
    assert len(server.messages) == 1


def test_password_is_not_sent_without_tls_to_another_machine(
    monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:

    monkeypatch.setattr(carriers, "_LOOPBACK", frozenset())
    carrier = SmtpCarrier(f"smtp://user:pass@127.0.0.1:{server.port}")
    message = EmailMessage()
    message["To"] = "ana@example.org"
    message["From"] = "sandbox@example.org"
    with pytest.raises(smtplib.SMTPException, match="no TLS"):
        carrier.carry(message)


# --- headers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["One\r\nBcc: eve@example.org", "One\nBcc: eve@example.org", "One\u2028Bcc: eve"]
)
def test_line_break_in_a_subject_becomes_a_space(
    session: Session, make_app: Callable[..., Flask], server: Server, typed: str
) -> None:
    post_plain(session, reference=typed)
    deliver_all(make_app(f"smtp://127.0.0.1:{server.port}"), session)
    [message] = server.messages
    assert message["Bcc"] is None
    assert message["Subject"] == f"{' '.join(typed.split())}: Nombre"
    assert server.envelopes == ["rcpt TO:<ana@example.org>"]


@pytest.mark.parametrize(
    "address",
    ["a@example.org\r\nBcc: eve@example.org", "a@example.org, eve@example.org", "nobody", ""],
)
def test_address_that_is_not_one_address_is_refused(session: Session, address: str) -> None:
    with pytest.raises(ValueError, match="one plain address"):
        post_plain(session, address=address)
    assert session.scalars(select(OutboxMail)).all() == []


def test_very_long_subject_is_cut(session: Session, make_app: Callable[..., Flask]) -> None:
    post_plain(session, reference="x" * 5000)
    app = make_app()
    with app.app_context():
        assert len(render_mail(only_mail(session), "es").subject) == 200


# --- secrets and the inbox ------------------------------------------------------------------------


def post_secret(session: Session) -> None:
    with unit_of_work(session):
        post(
            session,
            to=ANA,
            address="ana@example.org",
            language="es",
            template="test/secret",
            now=AT,
            secrets={"token": "s3cret-token"},
        )


def test_secret_is_sent_and_then_forgotten(
    session: Session, make_app: Callable[..., Flask], server: Server
) -> None:
    post_secret(session)
    app = make_app(f"smtp://127.0.0.1:{server.port}")
    with app.app_context():
        assert "s3cret" not in render_mail(only_mail(session), "es").body
    assert only_mail(session).secrets == {"token": "s3cret-token"}
    deliver_all(app, session)
    assert "https://sandbox.example.org/confirm/s3cret-token" in server.messages[0].get_content()
    assert only_mail(session).secrets == {"token": "***"}
    with app.app_context():
        page = render_mail(only_mail(session), "es")
    assert page.body == "https://sandbox.example.org/confirm/***\n"


def test_inbox_shows_own_mails_in_the_readers_language(
    session: Session, make_app: Callable[..., Flask]
) -> None:
    post_plain(session, reference="first")
    post_plain(session, reference="second", now=AT + timedelta(days=1))
    post_plain(session, to=uuid4(), reference="somebody else's")
    post_plain(session, to=None, reference="nobody's")
    app = make_app()
    with app.app_context():
        shown = [render_mail(mail, "en") for mail in list_mails(session, ANA)]
    assert [mail.subject for mail in shown] == ["second: Name", "first: Name"]
    assert "20 March 2026" in shown[0].body
    # The foot of a letter ("sent automatically…") has no place on a page.
    assert "automatic" not in shown[0].body


def test_foot_speaks_of_the_inbox_only_to_people_who_have_one(
    session: Session, make_app: Callable[..., Flask], server: Server
) -> None:
    post_plain(session)
    post_plain(session, to=None, now=AT + timedelta(seconds=1))
    deliver_all(make_app(f"smtp://127.0.0.1:{server.port}"), session)
    bodies = [message.get_content() for message in server.messages]
    assert ["/inbox" in body for body in bodies] == [True, False]
    assert all("Sandbox, de la Ciudad" in body for body in bodies)


def test_instants_and_keys_are_stored_as_text(session: Session) -> None:
    post_plain(session, number=3, nothing=None, flag=True, who=ANA)
    params = only_mail(session).params
    assert params["at"] == AT.isoformat()
    assert (params["number"], params["nothing"], params["flag"]) == (3, None, True)
    assert params["who"] == str(ANA)

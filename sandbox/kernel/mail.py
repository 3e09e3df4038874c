"""Send mail through an outbox: a row in the deed's transaction, delivered later by a job.

What a person is told also stands in the inbox on the site, rendered from the same row by the
same template. Secrets, such as the token of a link, are kept apart, are never shown on a page,
and are forgotten as soon as the mail has left.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, current_app
from flask_babel import force_locale
from sqlalchemy import Index, delete, func, select, tuple_, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.routing import MapAdapter

from sandbox.domain.packs import Text
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Scalar, plain
from sandbox.kernel.carriers import (
    SMTP_TIMEOUT_SECONDS,
    Carrier,
    FolderCarrier,
    SmtpCarrier,
    Undeliverable,
)
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import Base, unit_of_work
from sandbox.kernel.jobs import MAX_ATTEMPTS, enqueue, job
from sandbox.kernel.language import locale_of

MASK = "***"
_LONGEST_SUBJECT = 200
_LONGEST_ERROR = 500
_PEOPLE_AT_ONCE = 400
_MANY = 10


class MailState(StrEnum):
    """Name where a mail stands."""

    QUEUED = "queued"
    HELD = "held"  # waits for the person's daily digest
    SENT = "sent"
    DEAD = "dead"


class OutboxMail(Base):
    """Keep what was or will be said to one address: a template's name and its parameters."""

    __tablename__ = "outbox_mail"
    __table_args__ = (
        Index("ix_outbox_mail_person_id_created_at", "person_id", "created_at"),
        Index("ix_outbox_mail_state", "state"),
    )

    person_id: Mapped[UUID | None]
    address: Mapped[str]
    template: Mapped[str]
    language: Mapped[str]
    params: Mapped[dict[str, Any]]
    secrets: Mapped[dict[str, Any] | None]  # masked once the mail has left
    application_id: Mapped[UUID | None]
    enquiry_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]  # when the person said to have read it, in the inbox
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=MailState.QUEUED.value)


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """Hold a mail as a person reads it; the subject is one line."""

    subject: str
    body: str


# --- posting --------------------------------------------------------------------------------------


def post(
    session: Session,
    *,
    to: UUID | None,
    address: str,
    language: str,
    template: str,
    now: datetime,
    application_id: UUID | None = None,
    enquiry_id: UUID | None = None,
    secrets: Mapping[str, str] | None = None,
    **params: Scalar | Text,
) -> OutboxMail:
    """Put a mail into the present transaction; it leaves after the commit, or never.

    Shape: a text of the rules is kept in all its languages, since the inbox shows the mail in the
    language of whoever reads it then.
    Raises: ValueError for an address that could smuggle in another header.
    """
    if not address.isprintable() or "@" not in address or any(mark.isspace() for mark in address):
        raise ValueError("A mail needs one plain address.")
    mail = OutboxMail(
        person_id=to,
        address=address,
        template=template,
        language=language,
        params={name: _kept(value) for name, value in params.items()},
        secrets=dict(secrets) if secrets else None,
        application_id=application_id,
        enquiry_id=enquiry_id,
        created_at=now,
        attempts=0,
        state=MailState.QUEUED.value,
    )
    unsent: _Unsent | None = session.info.get("mails_unsent")
    if unsent is not None:
        unsent.take(mail)
        return mail
    session.add(mail)
    enqueue(session, "mail.deliver", mail_id=mail.id)
    return mail


def _kept(value: Scalar | Text) -> Any:
    return dict(value.by_language) if isinstance(value, Text) else plain(value)


class Addressee(Protocol):
    """Describe whoever can be written to: a person, or a row of one."""

    @property
    def id(self) -> UUID:
        """Return the person's id, by which the mail stands in their inbox."""
        ...

    @property
    def email(self) -> str:
        """Return the address."""
        ...

    @property
    def language(self) -> str:
        """Return the language in which the mail is written."""
        ...


def post_to(
    session: Session, person: Addressee, template: str, now: datetime, **params: Any
) -> OutboxMail:
    """Put a mail to a person into the present transaction, in their own language."""
    return post(
        session,
        to=person.id,
        address=person.email,
        language=person.language,
        template=template,
        now=now,
        **params,
    )


@contextmanager
def only_to_inboxes(session: Session, *, newest: int) -> Iterator[None]:
    """Send nothing of what is posted inside; each person finds their newest mails on the site.

    Whoever replays the past must not write to anybody about it. Older mails of the same people
    go, so that no inbox holds more than `newest`. It ends inside a unit of work.
    """
    unsent = _Unsent(newest)
    session.info["mails_unsent"] = unsent
    try:
        yield
    finally:
        del session.info["mails_unsent"]
    unsent.keep(session)


class _Unsent:
    """Hold the newest mails of each person until their inboxes are written."""

    def __init__(self, newest: int) -> None:
        self.newest = newest
        self.by_person: dict[UUID, list[OutboxMail]] = {}

    def take(self, mail: OutboxMail) -> None:
        if mail.person_id is None:
            return  # There is no inbox without an account.
        mail.state = MailState.SENT.value
        mail.sent_at = mail.created_at
        mail.secrets = dict.fromkeys(mail.secrets or {}, MASK) or None
        own = self.by_person.setdefault(mail.person_id, [])
        own.append(mail)
        if len(own) > _MANY * self.newest:
            self.by_person[mail.person_id] = self.latest(own)

    def latest(self, mails: list[OutboxMail]) -> list[OutboxMail]:
        return sorted(mails, key=lambda mail: mail.created_at)[-self.newest :]

    def keep(self, session: Session) -> None:
        for own in self.by_person.values():
            session.add_all(self.latest(own))
        session.flush()
        place = func.row_number().over(
            partition_by=OutboxMail.person_id,
            order_by=(OutboxMail.created_at.desc(), OutboxMail.id.desc()),
        )
        people = list(self.by_person)
        for start in range(0, len(people), _PEOPLE_AT_ONCE):
            ranked = (
                select(OutboxMail.id, place.label("place"))
                .where(OutboxMail.person_id.in_(people[start : start + _PEOPLE_AT_ONCE]))
                .subquery()
            )
            older = select(ranked.c.id).where(ranked.c.place > self.newest)
            session.execute(
                delete(OutboxMail)
                .where(OutboxMail.id.in_(older))
                .execution_options(synchronize_session=False)
            )


def list_mails(session: Session, person_id: UUID, limit: int = 50) -> Sequence[OutboxMail]:
    """List what a person was told, the latest first."""
    own = select(OutboxMail).where(OutboxMail.person_id == person_id)
    latest = own.order_by(OutboxMail.created_at.desc(), OutboxMail.id.desc())
    return session.scalars(latest.limit(limit)).all()


def mark_read(
    session: Session,
    person_id: UUID,
    *,
    newest: tuple[Any, ...],
    oldest: tuple[Any, ...],
    now: datetime,
) -> None:
    """Take as read what a person was told from one mail to another, both included.

    Shape: `newest` and `oldest` are instants of creation, each with the mail's id.
    """
    key = tuple_(OutboxMail.created_at, OutboxMail.id)
    session.execute(
        update(OutboxMail)
        .where(
            OutboxMail.person_id == person_id,
            OutboxMail.read_at.is_(None),
            key <= newest,
            key >= oldest,
        )
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )


def list_dead_mails(session: Session, limit: int = 100) -> Sequence[OutboxMail]:
    """List the mails that could not be delivered, the latest first."""
    dead = select(OutboxMail).where(OutboxMail.state == MailState.DEAD)
    return session.scalars(dead.order_by(OutboxMail.created_at.desc()).limit(limit)).all()


def list_held(session: Session, person_id: UUID) -> Sequence[OutboxMail]:
    """List what waits for a person's digest, the oldest first."""
    held = select(OutboxMail).where(
        OutboxMail.person_id == person_id, OutboxMail.state == MailState.HELD
    )
    return session.scalars(held.order_by(OutboxMail.created_at, OutboxMail.id)).all()


def list_people_with_held(session: Session) -> Sequence[UUID]:
    """List the people for whom something waits for their digest."""
    held = select(OutboxMail.person_id).where(OutboxMail.state == MailState.HELD).distinct()
    return [person_id for person_id in session.scalars(held) if person_id is not None]


# --- rendering ------------------------------------------------------------------------------------


def render_mail(mail: OutboxMail, language: str) -> RenderedMail:
    """Render a mail for a page, in the reader's language, without secrets and letter foot."""
    masked = dict.fromkeys(mail.secrets or {}, MASK)
    return _render(mail, language, masked, whole=False)


def _render(
    mail: OutboxMail, language: str, secrets: Mapping[str, str], *, whole: bool
) -> RenderedMail:
    mailer = current_mailer()
    template = current_app.jinja_env.get_template(f"emails/{mail.template}.txt")
    values: dict[str, Any] = {
        **{name: _said(value, language) for name, value in mail.params.items()},
        **secrets,
        "application_id": mail.application_id,
        "enquiry_id": mail.enquiry_id,
        "base_url": mailer.base_url,
        "has_inbox": mail.person_id is not None,
        "language": language,
        "link": mailer.link,
    }
    with force_locale(locale_of(language)):
        context = template.new_context(values)
        subject = "".join(template.blocks["subject"](context))
        body = template.render(values) if whole else "".join(template.blocks["body"](context))
    # Whatever a name or title holds, a subject is one line: the next line would be a header.
    one_line = " ".join("".join(c if c.isprintable() else " " for c in subject).split())
    return RenderedMail(one_line[:_LONGEST_SUBJECT], body.strip() + "\n")


def _said(value: Any, language: str) -> Any:
    """Return a parameter as one reader meets it; a mapping is a text in several languages."""
    return Text(value).in_(language) if isinstance(value, dict) else value


# --- delivering -----------------------------------------------------------------------------------


Holds = Callable[[Session, OutboxMail], bool]
"""Tell whether a mail waits for the digest of whoever it goes to."""


@dataclass(frozen=True, slots=True)
class Mailer:
    """Hold what delivering and rendering need to know about this installation."""

    carrier: Carrier
    from_address: str
    base_url: str
    addresses: MapAdapter
    holds: Holds

    def link(self, endpoint: str, **values: Any) -> str:
        """Return the public address of a page; no request, and so no forged host, is involved."""
        return self.addresses.build(endpoint, values, force_external=True)


def init_mail(
    app: Flask,
    *,
    smtp_url: str | None,
    from_address: str,
    folder: Path,
    base_url: str,
    holds: Holds = lambda _session, _mail: False,
) -> None:
    """Prepare an application to render and deliver mail."""
    parts = urlsplit(base_url)
    app.extensions["mailer"] = Mailer(
        carrier=SmtpCarrier(smtp_url) if smtp_url else FolderCarrier(folder),
        from_address=from_address,
        base_url=base_url,
        addresses=app.url_map.bind(parts.netloc, url_scheme=parts.scheme),
        holds=holds,
    )
    filters = app.jinja_env.filters
    # Parameters are stored as text; these two read it back before the usual filters write it out.
    filters["mail_day"] = lambda text: filters["day"](date.fromisoformat(text) if text else None)
    filters["mail_instant"] = lambda text: filters["instant"](
        datetime.fromisoformat(text) if text else None
    )


def current_mailer() -> Mailer:
    """Return the mailer of the present application."""
    mailer: Mailer = current_app.extensions["mailer"]
    return mailer


def compose(mail: OutboxMail, rendered: RenderedMail, mailer: Mailer) -> EmailMessage:
    """Build the message; a mail sent twice has one id, so that a receiver can tell twins."""
    message = EmailMessage(policy=SMTP)
    programme = str(current_app.jinja_env.filters["localised"](_programme()))
    message["From"] = Address(display_name=programme, addr_spec=mailer.from_address)
    message["To"] = Address(addr_spec=mail.address)
    message["Subject"] = rendered.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.id}@{mailer.from_address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.body)
    message["Content-Language"] = mail.language
    return message


def _programme() -> object:
    return current_app.jinja_env.globals.get("programme", "Sandbox")


@job("mail.deliver", own_transactions=True, lease_seconds=4 * SMTP_TIMEOUT_SECONDS)
def deliver(session: Session, _actor: Actor, *, mail_id: UUID) -> None:
    """Deliver one mail; no transaction is open while the mail server is being talked to."""
    mail = session.get_one(OutboxMail, mail_id)
    if mail.state != MailState.QUEUED:
        return
    mailer = current_mailer()
    if mailer.holds(session, mail):
        session.rollback()
        with unit_of_work(session):
            session.get_one(OutboxMail, mail_id).state = MailState.HELD.value
        return
    secrets = {name: str(value) for name, value in (mail.secrets or {}).items()}
    try:
        with force_locale(locale_of(mail.language)):
            message = compose(mail, _render(mail, mail.language, secrets, whole=True), mailer)
        session.rollback()
        mailer.carrier.carry(message)
    except Exception as error:
        final = isinstance(error, Undeliverable)
        _note_failure(session, mail_id, error, final=final)
        if not final:
            raise
        return
    with unit_of_work(session):
        mail = session.get_one(OutboxMail, mail_id)
        mail.state = MailState.SENT.value
        mail.sent_at = utc_now()
        mail.attempts += 1
        mail.last_error = None
        mail.secrets = dict.fromkeys(secrets, MASK) or None


def _note_failure(session: Session, mail_id: UUID, error: Exception, *, final: bool) -> None:
    session.rollback()
    with unit_of_work(session):
        mail = session.get_one(OutboxMail, mail_id)
        mail.attempts += 1
        mail.last_error = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
        if final or mail.attempts >= MAX_ATTEMPTS:
            mail.state = MailState.DEAD.value

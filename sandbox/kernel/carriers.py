"""Carry a finished message away: to a mail server, or into a folder where there is none."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

SMTP_TIMEOUT_SECONDS = 20
_REFUSED_FOR_GOOD = range(500, 600)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Carrier(Protocol):
    """Describe what takes a finished message to where it is read."""

    def carry(self, message: EmailMessage) -> None:
        """Hand over one message. Raises: Undeliverable, OSError, smtplib.SMTPException."""
        ...


class Undeliverable(Exception):
    """Give up a mail at once: its address was refused for good, so that no later try can help."""


@dataclass(frozen=True, slots=True)
class FolderCarrier:
    """Write messages to a folder, where no server is configured."""

    folder: Path

    def carry(self, message: EmailMessage) -> None:
        """Write the message as one .eml file, which appears whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{message['Date'].datetime:%Y%m%dT%H%M%S}-{message['Message-ID'][1:37]}.eml"
        draft = self.folder / f".{name}"
        draft.write_bytes(message.as_bytes())
        draft.replace(self.folder / name)


@dataclass(frozen=True, slots=True)
class SmtpCarrier:
    """Hand messages to a mail server: TLS where `smtp://` is offered it, always with `smtps://`."""

    url: str

    def carry(self, message: EmailMessage) -> None:
        """Send one message over a connection of its own."""
        with self._connected() as server:
            try:
                server.send_message(message)
            except smtplib.SMTPRecipientsRefused as error:
                codes = [code for code, _ in error.recipients.values()]
                if codes and all(code in _REFUSED_FOR_GOOD for code in codes):
                    raise Undeliverable(f"The address was refused ({codes[0]}).") from error
                raise

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(
                host, parts.port or 465, timeout=SMTP_TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(host, parts.port or 25, timeout=SMTP_TIMEOUT_SECONDS)
        with server:
            server.ehlo()
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            elif parts.scheme == "smtp" and parts.username and host not in _LOOPBACK:
                raise smtplib.SMTPException("The server offers no TLS; no password is sent.")
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            yield server

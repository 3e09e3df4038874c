"""Settings of one running platform, read once from the environment and never changed afterwards."""

import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

PROJECT = Path(__file__).resolve().parent
PACKS = PROJECT / "sandbox" / "packs" / "data"
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})

MEBIBYTE = 1024 * 1024
MAX_FILE_BYTES = 25 * MEBIBYTE
"""The largest file that may be attached. Units: bytes."""
SEVERAL_FILES = 5
"""So many of the largest files may come in one request, where a form asks for several."""
FORM_OVERHEAD_BYTES = MEBIBYTE
"""What a request may carry beside its file: the other fields and the multipart borders."""
SHORTEST_SECRET = 32


class ConfigError(ValueError):
    """Refuse to start, with one sentence for each setting that cannot be used."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything that may differ between two installations of the platform."""

    secret_key: str = field(repr=False)
    database_url: str = field(repr=False)
    data_folder: Path
    cache_folder: Path | None = None  # what can be made again at any time; None keeps nothing
    pack_folder: Path = PACKS
    pack_code: str = "mx"
    base_url: str = "http://127.0.0.1:8000"
    smtp_url: str | None = field(default=None, repr=False)
    from_address: str = "sandbox@example.org"
    limits_url: str = field(default="memory://", repr=False)
    rate_limits: bool = True
    demo: bool = False
    testing: bool = False
    log_json: bool = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read all settings at once, so that an operator sees every mistake in one go.

        Raises: ConfigError.
        """
        reader = _Reader(environ)
        data_folder = reader.folder("DATA_FOLDER", PROJECT / "var")
        base_url = reader.base_url("BASE_URL", "http://127.0.0.1:8000")
        loopback = is_loopback(base_url)
        settings = cls(
            database_url=reader.database_url(
                "DATABASE_URL", f"sqlite:///{data_folder / 'sandbox.sqlite3'}"
            ),
            data_folder=data_folder,
            cache_folder=reader.folder("CACHE_FOLDER", data_folder / "cache"),
            pack_folder=reader.folder("PACK_FOLDER", PACKS),
            pack_code=reader.pack_code("PACK_CODE", "mx"),
            base_url=base_url,
            smtp_url=reader.smtp_url("SMTP_URL"),
            from_address=reader.address("FROM_ADDRESS", "sandbox@example.org"),
            limits_url=reader.text("LIMITS_URL", "memory://"),
            demo=reader.flag("DEMO", default=False),
            log_json=reader.flag("LOG_JSON", default=not loopback),
            secret_key=reader.secret_key("SECRET_KEY", data_folder, may_create=loopback),
        )
        if reader.problems:
            raise ConfigError(reader.problems)
        return settings

    @classmethod
    def for_tests(cls, database_url: str, folder: Path) -> Self:
        """Describe an installation that keeps its data in `folder` and reaches nobody.

        Compiled templates are kept with the project: every process and run may use them.
        """
        return cls(
            secret_key="a secret that only tests know, long enough",  # noqa: S106
            database_url=normalised_database_url(database_url),
            data_folder=folder,
            base_url="http://localhost",
            cache_folder=PROJECT / "var" / "cache",
            rate_limits=False,
            testing=True,
        )

    @property
    def is_local(self) -> bool:
        """Tell whether only this machine can reach the site, so that plain HTTP is enough."""
        return is_loopback(self.base_url)

    @property
    def files_folder(self) -> Path:
        """Name the folder that holds attachments, outside anything the server serves."""
        return self.data_folder / "files"

    @property
    def mail_folder(self) -> Path:
        """Name the folder where a demonstration writes the mails that it does not send."""
        return self.data_folder / "mail"

    def flask_settings(self) -> dict[str, object]:
        """Translate the configuration into the names that Flask and its extensions expect."""
        https = self.base_url.startswith("https://")
        return {
            "SECRET_KEY": self.secret_key,
            "TESTING": self.testing,
            "DEBUG": False,
            "PREFERRED_URL_SCHEME": "https" if https else "http",
            # A forged Host header must never reach the links in a mail.
            "TRUSTED_HOSTS": sorted(LOOPBACK_HOSTS | {_host(self.base_url)}),
            "MAX_CONTENT_LENGTH": MAX_FILE_BYTES + FORM_OVERHEAD_BYTES,
            "MAX_FORM_MEMORY_SIZE": FORM_OVERHEAD_BYTES,
            "SESSION_COOKIE_NAME": "__Host-session" if https else "session",
            "SESSION_COOKIE_SECURE": https,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "PERMANENT_SESSION_LIFETIME": timedelta(minutes=30),
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            # The token lives as long as the session: a form left open over lunch still sends.
            "WTF_CSRF_TIME_LIMIT": None,
            "BABEL_TRANSLATION_DIRECTORIES": str(PROJECT / "sandbox" / "translations"),
            "RATELIMIT_ENABLED": self.rate_limits,
            "RATELIMIT_STORAGE_URI": self.limits_url,
        }


@dataclass
class _Reader:
    """Take single settings out of the environment and collect a sentence for each bad one."""

    environ: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    def text(self, name: str, default: str) -> str:
        return self.environ.get(name, "").strip() or default

    def flag(self, name: str, *, default: bool) -> bool:
        word = self.text(name, "").lower()
        if word in TRUE_WORDS:
            return True
        if word and word not in FALSE_WORDS:
            self.problems.append(f"{name} must be 1 or 0, but it is {word!r}.")
        return False if word else default

    def folder(self, name: str, default: Path) -> Path:
        path = Path(self.text(name, str(default))).expanduser()
        if not path.is_absolute():
            self.problems.append(f"{name} must be an absolute path, but it is {str(path)!r}.")
        return path

    def pack_code(self, name: str, default: str) -> str:
        code = self.text(name, default)
        if not code.replace("-", "").isalnum() or code != code.lower():
            self.problems.append(
                f"{name} must be the short name of a policy pack such as 'mx', but it is {code!r}."
            )
        return code

    def base_url(self, name: str, default: str) -> str:
        url = self.text(name, default).rstrip("/")
        if not _host(url) or urlsplit(url).path or urlsplit(url).scheme not in {"http", "https"}:
            self.problems.append(
                f"{name} must be the public address of the site such as"
                f" 'https://sandbox.example.org', but it is {url!r}."
            )
        elif url.startswith("http://") and not is_loopback(url):
            self.problems.append(
                f"{name} must begin with https:// because people sign in there, but it is {url!r}."
            )
        return url

    def database_url(self, name: str, default: str) -> str:
        url = normalised_database_url(self.text(name, default))
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            # The address may hold a password, so the message names its scheme alone.
            self.problems.append(
                f"{name} must begin with postgresql:// or sqlite:///,"
                f" but it begins with {url.partition(':')[0]!r}."
            )
        return url

    def smtp_url(self, name: str) -> str | None:
        url = self.text(name, "")
        if not url:
            return None
        if urlsplit(url).scheme not in {"smtp", "smtps"} or not _host(url):
            self.problems.append(
                f"{name} must be an address such as 'smtp://user:password@mail.example.org:587',"
                f" but it begins with {url.partition(':')[0]!r}."
            )
        return url

    def address(self, name: str, default: str) -> str:
        address = self.text(name, default)
        user, _, host = address.partition("@")
        if not user or not host or any(mark.isspace() for mark in address):
            self.problems.append(f"{name} must be one mail address, but it is {address!r}.")
        return address

    def secret_key(self, name: str, data_folder: Path, *, may_create: bool) -> str:
        """Prefer the environment; a local site may keep a key of its own making in a file."""
        key = self.text(name, "")
        path = data_folder / "secret_key"
        if not key and may_create and not self.problems:
            try:
                key = kept_secret(path)
            except OSError as error:
                self.problems.append(f"{name} cannot be kept in {path}: {error.strerror}.")
                return ""
        if not key and not self.problems:
            self.problems.append(
                f"{name} is not set; a public site needs one of at least {SHORTEST_SECRET}"
                " characters, the same for all of its processes."
            )
        elif key and len(key) < SHORTEST_SECRET:
            self.problems.append(
                f"{name} must have at least {SHORTEST_SECRET} characters, but it has {len(key)}."
            )
        return key


def normalised_database_url(url: str) -> str:
    """Name the driver in use for the spellings of a PostgreSQL address that hosts hand out."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def is_loopback(url: str) -> bool:
    """Tell whether an address stays on this machine."""
    return _host(url) in LOOPBACK_HOSTS


def kept_secret(path: Path) -> str:
    """Read the key of this installation, or make it once for all processes that start together.

    Raises: OSError.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # The key appears under its name complete or not at all; whoever links first wins.
        descriptor, draft = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    return path.read_text().strip()


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""

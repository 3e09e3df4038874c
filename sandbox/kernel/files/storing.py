"""Keep files once under the hash of their content, in a folder or an object store."""

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast
from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import ObjectStore, from_url

_PIECE = 256 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


class FileDamaged(RuntimeError):
    """Report a stored file whose content no longer has the hash it is stored under."""


class FileMissing(LookupError):
    """Report a hash under which nothing is stored."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Name what was stored: the hash is the address."""

    sha256: str
    size: int
    content_type: str


class FileStore:
    """Store files once under the hash of their content, outside anything the server serves."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    @classmethod
    def from_url(cls, url: str) -> "FileStore":
        """Open the store at `file:///folder`, `s3://bucket/prefix`, `gs://…` or `az://…`."""
        parts = urlsplit(url)
        if parts.scheme != "file":
            return cls(from_url(url))
        folder = Path(unquote(parts.path))
        folder.mkdir(parents=True, exist_ok=True)
        return cls(from_url(folder.as_uri()), folder)

    def put(self, content: bytes | BinaryIO, content_type: str) -> StoredFile:
        """Store the content durably and return its hash; do this before the row is committed."""
        data = content if isinstance(content, bytes) else content.read()
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.exists(sha256):
            if self._folder is None:
                obstore.put(self._store, _path(sha256), data)
            else:
                _write_durably(self._folder / _path(sha256), data)
        return StoredFile(sha256, len(data), content_type)

    def open(self, sha256: str) -> bytes:
        """Read a file and make sure that it is still what was stored.

        Raises: FileMissing, FileDamaged.
        """
        try:
            data = obstore.get(self._store, _path(sha256)).bytes().to_bytes()
        except FileNotFoundError as error:
            raise FileMissing(sha256) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise FileDamaged(sha256)
        return data

    def put_stream(self, content: BinaryIO, content_type: str) -> StoredFile:
        """Store what a file holds durably, however large, with little memory."""
        sha256, size = _measured(content)
        if not self.exists(sha256):
            content.seek(0)
            if self._folder is None:
                obstore.put(self._store, _path(sha256), content)
            else:
                _copy_durably(self._folder / _path(sha256), content)
        return StoredFile(sha256, size, content_type)

    def stream(self, sha256: str) -> Iterator[bytes]:
        """Read a file in pieces and make sure at its end that it is still what was stored.

        Raises: FileMissing, FileDamaged.
        """
        try:
            found = obstore.get(self._store, _path(sha256))
        except FileNotFoundError as error:
            raise FileMissing(sha256) from error
        digest = hashlib.sha256()
        for piece in found.stream(min_chunk_size=_PIECE):
            digest.update(piece)
            yield bytes(piece)
        if digest.hexdigest() != sha256:
            raise FileDamaged(sha256)

    @contextlib.contextmanager
    def draft(self) -> Iterator[BinaryIO]:
        """Give room for a large file that is being written, where there is room for all files."""
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self._folder) as file:
            yield cast("BinaryIO", file)

    @contextlib.contextmanager
    def opened(self, sha256: str) -> Iterator[BinaryIO]:
        """Open a large file to be read here and there, without judging it. Raises: FileMissing."""
        path = _path(sha256)
        if self._folder is None:
            with self.draft() as file:
                for piece in self.stream(sha256):
                    file.write(piece)
                file.seek(0)
                yield file
            return
        if not (self._folder / path).is_file():
            raise FileMissing(sha256)
        with (self._folder / path).open("rb") as stored:
            yield stored

    def exists(self, sha256: str) -> bool:
        """Tell whether a file is stored under this hash."""
        try:
            obstore.head(self._store, _path(sha256))
        except FileNotFoundError:
            return False
        return True

    def sweep(self, known: Container[str], older_than: datetime) -> int:
        """Delete what no row knows and what is old enough not to be awaiting its row; count it."""
        swept = 0
        for path in list(self._orphans(known, older_than)):
            obstore.delete(self._store, path)
            swept += 1
        return swept

    def _orphans(self, known: Container[str], older_than: datetime) -> Iterator[str]:
        for page in obstore.list(self._store):
            for each in page:
                name = PurePosixPath(each["path"]).name
                if each["last_modified"] < older_than and name not in known:
                    yield each["path"]


def _path(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise FileMissing(sha256)
    return f"{sha256[:2]}/{sha256}"


def _measured(content: BinaryIO) -> tuple[str, int]:
    """Return the hash and the size of what a file holds."""
    content.seek(0)
    digest, size = hashlib.sha256(), 0
    while piece := content.read(_PIECE):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def _write_durably(path: Path, data: bytes) -> None:
    _copy_durably(path, BytesIO(data))


def _copy_durably(path: Path, content: BinaryIO) -> None:
    """Write, fsync, rename, fsync the folder: after that a power cut cannot take the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(content, file, _PIECE)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    for folder in (path.parent, path.parent.parent):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

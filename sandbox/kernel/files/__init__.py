"""Inspect, name and keep the files that people attach and that jobs make."""

from sandbox.kernel.files.inspecting import (
    CONTENT_TYPES,
    DOCX,
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    MAX_UNPACKED_BYTES,
    XLSX,
    Accepted,
    FileEmpty,
    FileSuspicious,
    FileTooLarge,
    FileTypeRefused,
    accept,
    sniff,
)
from sandbox.kernel.files.names import (
    MAX_NAME_LENGTH,
    clean_filename,
    content_disposition,
)
from sandbox.kernel.files.storing import (
    FileDamaged,
    FileMissing,
    FileStore,
    StoredFile,
)

__all__ = [
    "CONTENT_TYPES",
    "DOCX",
    "MAX_ENTRIES",
    "MAX_FILE_BYTES",
    "MAX_NAME_LENGTH",
    "MAX_UNPACKED_BYTES",
    "XLSX",
    "Accepted",
    "FileDamaged",
    "FileEmpty",
    "FileMissing",
    "FileStore",
    "FileSuspicious",
    "FileTooLarge",
    "FileTypeRefused",
    "StoredFile",
    "accept",
    "clean_filename",
    "content_disposition",
    "sniff",
]

"""Give what was sent a fingerprint that is the same wherever it was typed."""

import hashlib
import unicodedata
from collections.abc import Mapping
from typing import Any

import rfc8785


def content_hash(content: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of the content as canonical JSON.

    Texts are brought to Unicode NFC first, so that the same words typed on another keyboard
    give the same hash.

    Raises: rfc8785.CanonicalizationError for what JSON cannot say; ValueError for two keys that
    differ only in their Unicode form.
    Source: RFC 8785 (JSON Canonicalization Scheme).
    """
    return hashlib.sha256(rfc8785.dumps(_normalised(content))).hexdigest()


def _normalised(value: Any) -> Any:
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case Mapping():
            pairs = {_normalised(key): _normalised(item) for key, item in value.items()}
            if len(pairs) != len(value):
                raise ValueError("two keys differ only in their Unicode form")
            return pairs
        case list() | tuple():
            return [_normalised(item) for item in value]
        case _:
            return value

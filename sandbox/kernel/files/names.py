"""Give files names that are safe to show and to send."""

import re
import unicodedata
from urllib.parse import quote

MAX_NAME_LENGTH = 120
_LONGEST_ENDING = 10


def clean_filename(name: str) -> str:
    """Return a name that is safe to show and to send: no path, no controls, not too long."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    # Category C holds controls and the marks that turn the reading direction ("fdp.exe").
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in last)
    tidy = " ".join(kept.split()).strip(". ")
    if not tidy:
        return "file"
    stem, dot, ending = tidy.rpartition(".")
    if not dot or len(ending) > _LONGEST_ENDING:
        return tidy[:MAX_NAME_LENGTH]
    return f"{stem[: MAX_NAME_LENGTH - len(ending) - 1].rstrip()}.{ending}"


def content_disposition(name: str) -> str:
    """Return the header that makes a browser save a file instead of showing it."""
    cleaned = clean_filename(name)
    folded = unicodedata.normalize("NFKD", cleaned).encode("ascii", "ignore").decode()
    plain = re.sub(r'["\\%;]', "_", folded) or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(cleaned, safe='')}"

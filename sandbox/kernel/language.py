"""Tell the language of the reader, for texts that come from data."""

from flask_babel import get_locale

FIRST_LANGUAGE = "es"


def current_language() -> str:
    """Return the code that packs and addresses use: `es` or `en`."""
    locale = get_locale()
    return FIRST_LANGUAGE if locale is None else str(locale.language)

"""Tell the language of the reader, for texts that come from data."""

from babel import Locale, UnknownLocaleError
from flask import current_app
from flask_babel import get_locale

FIRST_LANGUAGE = "es"
LANGUAGES = ("es", "en")


def locales(country: str) -> dict[str, str]:
    """Map each language of the pages to its locale: the first is written as the country does."""
    try:
        first = str(Locale.parse(f"{FIRST_LANGUAGE}_{country}"))
    except UnknownLocaleError:
        first = FIRST_LANGUAGE
    return {language: first if language == FIRST_LANGUAGE else language for language in LANGUAGES}


def locale_of(language: str) -> str:
    """Return the locale in which a language's dates and numbers are written here."""
    found: str = current_app.config["LOCALES"].get(language, language)
    return found


def language_tag() -> str:
    """Return the present language as pages name it to browsers and readers aloud: `es-MX`, `en`."""
    return locale_of(current_language()).replace("_", "-")


def current_language() -> str:
    """Return the code that packs and addresses use: `es` or `en`."""
    locale = get_locale()
    return FIRST_LANGUAGE if locale is None else str(locale.language)


def language_name(code: str) -> str:
    """Name a language within a sentence of the page: `inglés` in Spanish, `Spanish` in English.

    A language that nobody can name, which a pack may declare, is called by its code.
    """
    try:
        return str(Locale.parse(code, sep="-").get_display_name(current_language()))
    except UnknownLocaleError:
        return code

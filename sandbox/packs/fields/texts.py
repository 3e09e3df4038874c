"""Read texts in several languages."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from sandbox.domain.packs import Text
from sandbox.packs.errors import Fault
from sandbox.packs.fields.base import Kind, Said, Value, wrong_type
from sandbox.packs.saying import Sentence
from sandbox.packs.saying import sentence as _l

LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
# What no page can show and no drawing may hold; tabs and line ends are white space.
# Nor what turns the letters after it round, so that a page would say what the file does not.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_BLANK = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"})
# Letters and one symbol that are drawn as nothing.
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
LONGEST_TEXT = 10_000


class Words(Value[Text]):
    """Hold a text in several languages: `{es = "…", en = "…"}`."""

    @property
    def kind(self) -> Kind:
        """Describe the values that are read."""
        return Kind("text by language")

    @property
    def allowed(self) -> Sentence:
        """Say what may stand there."""
        return _l('a text by language, such as {es = "…", en = "…"}')

    def _read(self, value: object) -> Text:
        if not isinstance(value, Mapping):
            raise wrong_type(self.allowed)
        complaints: dict[str, Any] = {}
        for language, text in value.items():
            if not LANGUAGE.fullmatch(language):
                allowed = _l("a language such as es, en or pt-BR")
                complaints[language] = [
                    Said(_l("must be %(allowed)s", allowed=allowed), Fault.UNKNOWN_KEY, allowed)
                ]
            elif not isinstance(text, str):
                complaints[language] = [Said(_l("must be a text"), Fault.WRONG_TYPE, _l("a text"))]
            elif control := _CONTROL.search(text):
                complaints[language] = [
                    Said(
                        _l(
                            'holds the character "%(character)s", which cannot be shown',
                            character=control.group(),
                        ),
                        Fault.NOT_ALLOWED,
                        _l("a text without control characters"),
                    )
                ]
            elif _is_blank(text):
                complaints[language] = [Said(_l("is empty"), Fault.MISSING, _l("a text"))]
            elif len(text) > LONGEST_TEXT:
                allowed = _l("at most %(most)s characters", most=LONGEST_TEXT)
                complaints[language] = [
                    Said(_l("must have %(allowed)s", allowed=allowed), Fault.TOO_LARGE, allowed)
                ]
        if complaints:
            raise ValidationError(complaints)
        return Text({language: text.strip() for language, text in value.items()})


def _is_blank(text: str) -> bool:
    return all(letter in _FILLERS or unicodedata.category(letter) in _BLANK for letter in text)


class TextBy(Value[Mapping[Any, Text]]):
    """Hold a table whose keys stand for something and whose values are texts."""

    def __init__(self, key: Value[Any], **kwargs: Any) -> None:
        self._key = key
        self._words = Words()
        super().__init__(**kwargs)

    @property
    def kind(self) -> Kind:
        """Describe the values that are read."""
        key = self._key.kind
        return Kind("table of texts", f"each key is a {key.words}: {key.allowed}")

    @property
    def allowed(self) -> Sentence:
        """Say what may stand there."""
        return _l("a table of texts, each under %(key)s", key=self._key.allowed)

    def _read(self, value: object) -> Mapping[Any, Text]:
        if not isinstance(value, Mapping):
            raise wrong_type(self.allowed)
        results: dict[Any, Text] = {}
        complaints: dict[str, Any] = {}
        for name, text in value.items():
            try:
                key = self._key.read(name)
                results[key] = self._words.read(text)
            except ValidationError as fault:
                complaints[name] = fault.messages
        if complaints:
            raise ValidationError(complaints)
        return results

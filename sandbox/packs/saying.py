"""Say what is wrong with a pack in a sentence that keeps its parts, for whoever translates it.

The rooms of packs know no reader and no language: a sentence is English where it is printed, and
`programme/words` says it in the language of a page.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

Part = str | int | Decimal | tuple[str, ...]

# Line ends and other controls, marks that turn the direction of what follows, and what is no
# character at all: in a fault of one line they would hide or forge what it says.
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


def legible(text: str) -> str:
    """Return a text with an escape in place of each character that a line cannot show."""
    return _UNSEEN.sub(lambda found: ascii(found.group())[1:-1], text)


class Sentence(str):
    """Read as its English text, and hold the template and the parts that it was made of.

    Shape: a part may be a sentence again; of a tuple of them a list with commas is made.
    """

    template: str
    parts: Mapping[str, Part]

    def __new__(cls, template: str, **parts: Part) -> "Sentence":
        """Put the parts into the template; one without parts may hold a bare percent sign."""
        sentence = super().__new__(cls, filled(template, parts))
        sentence.template = template
        sentence.parts = parts
        return sentence


def filled(template: str, parts: Mapping[str, Part]) -> str:
    """Put parts into a template in any language."""
    said = {
        name: part if isinstance(part, int | Decimal) else legible(_joined(part))
        for name, part in parts.items()
    }
    return template % said if said else template


def _joined(part: str | tuple[str, ...]) -> str:
    return part if isinstance(part, str) else ", ".join(part)


def sentence(template: str, **parts: Part) -> Sentence:
    """Make a sentence; imported as `_l`, so that its template is collected for translation."""
    return Sentence(template, **parts)


def listed(*names: str) -> Sentence:
    """List words that are the same in every language, such as keys and values of the pack."""
    return Sentence("%(names)s", names=names)


ABSENT = sentence("nothing")
"""Say that nothing stands where something should."""

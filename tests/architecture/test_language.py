"""No word reaches a page that is not in both languages."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from config import PROJECT
from tests.architecture.reading import TEMPLATES, modules, modules_named, place, templates, tree_of

CATALOG = PROJECT / "sandbox" / "translations" / "es" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
GRAMMAR = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"])
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|(?<!%)%[sd]")
LETTERS = re.compile(r"[^\W\d_]{2,}")
OWN_NAMES = frozenset({"Español", "English", "CSV", "JSON", "PDF", "XLSX"})
"""What is written the same in every language: a language's own name, the names of formats."""
BILINGUAL = frozenset({"errors/500.html"})
"""Where nothing may be relied upon, not even the choice of a language, both stand side by side."""
TEXT_PARAMETERS = re.compile(
    r"(?:^|[a-z])(?:text|html|label|title|hint|legend|caption|heading|message|summary)$",
    re.IGNORECASE,
)
TEXT_ATTRIBUTES = re.compile(r'\b(?:aria-label|title|alt|placeholder)="([^"]*)"')


def translated_templates() -> list[Path]:
    exempt = {TEMPLATES / name for name in BILINGUAL}
    assert exempt <= set(templates())
    return [path for path in templates() if path not in exempt]


@cache
def extracted() -> dict[tuple[str, str | None], str]:
    """Return every text of code and templates with the place where it is used."""
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["babel"]
    methods = [(mapping["pattern"], mapping["method"]) for mapping in settings["mappings"]]
    options = {
        mapping["pattern"]: {k: v for k, v in mapping.items() if k not in {"pattern", "method"}}
        for mapping in settings["mappings"]
    }
    found: dict[tuple[str, str | None], str] = {}
    for root in ("sandbox", "templates"):
        inside = [(p.removeprefix(f"{root}/"), m) for p, m in methods if p.startswith(root)]
        settings_of = {p.removeprefix(f"{root}/"): o for p, o in options.items()}
        for name, line, message, _comments, context in extract_from_dir(
            PROJECT / root, inside, settings_of, KEYWORDS
        ):
            identifier = message if isinstance(message, str) else message[0]
            if identifier:
                found.setdefault((identifier, context), f"{root}/{name}:{line}")
    assert len(found) > 100, "Hardly any text was found in code and templates."
    return found


@cache
def spanish() -> Catalog:
    with CATALOG.open("rb") as file:
        return read_po(file, locale="es_MX")


def entries() -> dict[tuple[str, str | None], Message]:
    return {
        (message.id if isinstance(message.id, str) else message.id[0], message.context): message
        for message in spanish()
        if message.id
    }


def forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_spanish_has_quotation_marks_of_its_own() -> None:
    wrong = [form for each in entries().values() for form in forms(each) if set(form) & set("“”")]
    assert wrong == []


def test_every_text_is_translated() -> None:
    known = entries()
    missing = {
        f"{where}: {text}"
        for (text, context), where in extracted().items()
        if (text, context) not in known or not all(forms(known[text, context]))
    }
    assert sorted(missing) == []


def test_no_translation_is_a_guess() -> None:
    assert [message.id for message in spanish() if message.id and message.fuzzy] == []


def test_no_translation_is_left_over() -> None:
    left = {text for text, context in entries() if (text, context) not in extracted()}
    assert sorted(left) == []
    assert list(spanish().obsolete) == []


def test_placeholders_are_the_same_in_both_languages() -> None:
    def named(text: str) -> set[str]:
        return {match.group() for match in PLACEHOLDER.finditer(text)}

    wrong = [
        message.id
        for message in entries().values()
        for form in forms(message)
        # One plural form may write the number out: "one day".
        if not named(form) <= named("".join(message.id))
        or (isinstance(message.id, str) and named(form) != named(message.id))
    ]
    assert wrong == []


@pytest.mark.parametrize("path", translated_templates(), ids=place)
def test_template_has_no_text_of_its_own(path: Path) -> None:
    source = path.read_text()
    outside, depth = [], 0
    block: list[str] = []
    for _line, kind, value in GRAMMAR.lex(source):
        if kind == "block_begin":
            block = []
        elif kind == "name" and block is not None:
            block.append(value)
        elif kind == "block_end" and block[:1] == ["trans"]:
            depth += 1
        elif kind == "block_end" and block[:1] == ["endtrans"]:
            depth -= 1
        if kind == "data" and depth == 0:
            outside.append(value)
        elif kind in {"variable_begin", "block_begin"}:
            # Whatever stands here is decided elsewhere; it may stand inside a tag.
            outside.append("\0")
    text = "".join(outside)
    attributes = [value for value in TEXT_ATTRIBUTES.findall(text) if LETTERS.search(value)]
    shown = re.sub(r"<!--.*?-->|<[^>]*>|&\w+;|https?://\S+|\0/[\w/-]*", " ", text, flags=re.DOTALL)
    bare = [word for word in LETTERS.findall(shown) if word not in OWN_NAMES]
    assert (bare, attributes) == ([], [])


@pytest.mark.parametrize("path", templates(), ids=place)
def test_template_passes_no_bare_text_to_macros(path: Path) -> None:
    tree = GRAMMAR.parse(path.read_text())
    pairs = [
        (node.key.value, node.value)
        for node in tree.find_all(nodes.Pair)
        if isinstance(node.key, nodes.Const)
    ]
    pairs += [(node.key, node.value) for node in tree.find_all(nodes.Keyword)]
    bare = [
        f"{key}: {value.value}"
        for key, value in pairs
        if TEXT_PARAMETERS.search(str(key))
        and isinstance(value, nodes.Const)
        and isinstance(value.value, str)
        and LETTERS.search(value.value)
    ]
    assert bare == []


def test_form_labels_and_messages_are_lazy() -> None:
    # A text translated when the module is loaded stays in the language of that moment.
    bare = []
    for path in modules_named("forms"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                values = node.args[:1] if name.endswith("Field") else []
                values += [k.value for k in node.keywords if k.arg in {"message", "description"}]
                bare += [
                    place(path, value.lineno)
                    for value in values
                    if isinstance(value, ast.Constant)
                    and isinstance(value.value, str)
                    and LETTERS.search(value.value)
                ]
    assert bare == []


def run_at_import(node: ast.AST) -> Iterator[ast.Call]:
    """Return the calls that are made when a module is loaded: those outside of functions."""
    for part in ast.iter_child_nodes(node):
        if not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            if isinstance(part, ast.Call):
                yield part
            yield from run_at_import(part)


def test_module_level_texts_are_lazy() -> None:
    early = [
        place(path, call.lineno)
        for path in modules()
        for call in run_at_import(tree_of(path))
        if isinstance(call.func, ast.Name) and call.func.id in {"_", "gettext", "ngettext"}
    ]
    assert early == []


def test_no_text_hides_in_a_formatted_string() -> None:
    # The collector reads Python's tokens, and up to 3.11 a formatted string is a single one: a
    # text inside it is never collected, so nobody would notice that it has no Spanish.
    hidden = [
        place(path, call.lineno)
        for path in modules()
        for formatted in ast.walk(tree_of(path))
        if isinstance(formatted, ast.JoinedStr)
        for call in ast.walk(formatted)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in {"_", "_l", "gettext", "ngettext", "lazy_gettext"}
    ]
    assert hidden == []


def test_a_notice_hands_on_a_text_of_the_rules_in_every_language() -> None:
    # The mail stands in an inbox that may be read in another language tomorrow.
    chosen = [
        place(path, node.lineno)
        for path in modules_named("notices")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "in_"
        and any(isinstance(each, ast.Attribute) and each.attr == "language" for each in node.args)
    ]
    assert chosen == []

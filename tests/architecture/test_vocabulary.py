"""Everything that can be done or allowed has a rule, and a sentence in both languages."""

import ast
from collections.abc import Iterable

from flask import Flask
from flask_babel import force_locale

from sandbox.access.permissions import P
from sandbox.access.policy import POLICY, Grant
from sandbox.applications.queries.history import REASONS
from sandbox.kernel.audit import Deed
from tests.architecture.reading import SANDBOX, modules, tree_of


def test_every_permission_has_a_rule() -> None:
    assert len(P) > 20
    assert set(POLICY) == set(P)
    assert [p for p, grant in POLICY.items() if not isinstance(grant, Grant)] == []


def test_permissions_and_deeds_are_named_subject_and_verb() -> None:
    for name in (*P, *Deed):
        subject, _, verb = name.value.partition(":")
        assert name.name == f"{subject}_{verb}".upper(), name
        assert verb.replace("_", "").isalpha(), name


def test_every_deed_has_a_sentence_in_both_languages(house: Flask) -> None:
    from sandbox.web.deeds import DEED_SENTENCES

    assert set(DEED_SENTENCES) == set(Deed)
    with house.test_request_context():
        sentences = {}
        for language in ("es", "en"):
            with force_locale(language):
                sentences[language] = {deed: str(DEED_SENTENCES[deed]) for deed in Deed}
    assert [deed for deed in Deed if not sentences["en"][deed].strip()] == []
    same = [deed for deed in Deed if sentences["en"][deed] == sentences["es"][deed]]
    assert same == [], "These are not translated."


def test_every_deed_that_keeps_a_reason_says_who_reads_it() -> None:
    keeping = set()
    for path in modules(SANDBOX):
        tree = tree_of(path)
        handed_on = [
            word.value
            for call in calls(tree)
            for word in call.keywords
            if word.arg == "deed" and not isinstance(word.value, ast.Name)
        ]
        for call in calls(tree):
            details = {word.arg for word in call.keywords}
            if isinstance(call.func, ast.Name) and call.func.id == "record":
                assert not details & {"remark", "explanation", "note", "text"}, path
                if "reason" in details:
                    given = call.args[2]
                    keeping |= deeds_in([given]) or deeds_in(handed_on)
    assert keeping == set(REASONS)


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def deeds_in(nodes: Iterable[ast.AST]) -> set[Deed]:
    """Return the deeds that are written out in some expressions."""
    return {
        Deed[part.attr]
        for node in nodes
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute)
        and isinstance(part.value, ast.Name)
        and part.value.id == "Deed"
    }

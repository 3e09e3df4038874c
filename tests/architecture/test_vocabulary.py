"""Everything that can be done or allowed has a rule, and a sentence in both languages."""

from flask import Flask
from flask_babel import force_locale

from sandbox.access.permissions import P
from sandbox.access.policy import POLICY, Grant
from sandbox.kernel.audit import Deed


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

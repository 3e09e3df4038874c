from itertools import product

import pytest

from sandbox.domain.eligibility import asked, check
from sandbox.domain.packs import (
    Answers,
    EligibilityRule,
    EligibilitySpec,
    EligibilityVerdict,
    QuestionKind,
)
from tests.domain.tiny_pack import is_yes, question, text

V = EligibilityVerdict
# One yes/no question speaks for each verdict.
RULES = {"early": V.NOT_YET, "plain": V.GUIDANCE, "banned": V.NOT_POSSIBLE, "new": V.LIKELY}
WORST_FIRST: list[str] = ["banned", "plain", "early"]
SPEC = EligibilitySpec(
    intro=text("intro"),
    questions=tuple(question(key, QuestionKind.YES_NO) for key in RULES),
    rules=tuple(
        EligibilityRule(key, is_yes(key), verdict, text(key)) for key, verdict in RULES.items()
    ),
    verdicts={verdict: text(f"verdict {verdict}") for verdict in V},
)


def words(answers: Answers) -> tuple[str, list[str]]:
    result = check(SPEC, answers)
    assert result.headline == SPEC.verdicts[result.verdict]
    return result.verdict.value, [reason.in_("en") for reason in result.reasons]


@pytest.mark.parametrize("said", list(product(("yes", "no"), repeat=4)), ids="-".join)
def test_least_favourable_verdict_stands_with_every_reason_against(said: tuple[str, ...]) -> None:
    yes = {key for key, answer in zip(RULES, said, strict=True) if answer == "yes"}
    against = [key for key in WORST_FIRST if key in yes]
    expected = RULES[against[0]].value if against else "likely"
    reasons = against or (["new"] if "new" in yes else [])
    assert words(dict(zip(RULES, said, strict=True))) == (expected, reasons)


def test_check_without_any_answer_finds_nothing_against() -> None:
    assert words({}) == ("likely", [])


def test_check_ignores_answers_to_what_is_not_asked() -> None:
    spec = EligibilitySpec(
        intro=text("intro"),
        questions=(
            question("a", QuestionKind.YES_NO),
            question("banned", QuestionKind.YES_NO, ask_if=is_yes("a")),
        ),
        rules=SPEC.rules,
        verdicts=SPEC.verdicts,
    )
    assert [each.key for each in asked(spec, {"a": "no", "banned": "yes"})] == ["a"]
    assert check(spec, {"a": "no", "banned": "yes"}).verdict is V.LIKELY
    assert check(spec, {"a": "yes", "banned": "yes"}).verdict is V.NOT_POSSIBLE

"""Say which coded reasons for refusing an application may be given, and which are proposed.

The rules name the reasons; where they name none, a refusal is reasoned in words alone.
"""

from collections.abc import Collection, Iterable

from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.deliberation import CriterionMark, Mark
from sandbox.domain.packs import PolicyPack, RefusalReasonSpec, Text
from sandbox.domain.refusals import NotPossible, Why


def offered_reasons(
    pack: PolicyPack, outcome: DecisionOutcome | None, announced: Collection[str] = ()
) -> tuple[RefusalReasonSpec, ...]:
    """List the reasons that may be given for an outcome; only a refusal has any.

    Shape: `announced` are the codes that the company was told in a preliminary result. It was heard
    on these alone, so that the decision gives no other, unless the rules know none of them now.
    """
    if outcome is not DecisionOutcome.DECLINED:
        return ()
    heard = tuple(each for each in pack.refusal_reasons if each.code in announced)
    return heard or pack.refusal_reasons


def suggested_reasons(reasons: Iterable[RefusalReasonSpec], marks: Iterable[Mark]) -> list[str]:
    """List the codes whose criterion any authority marked as not met."""
    unmet = {mark.criterion for mark in marks if mark.mark is CriterionMark.NOT_MET}
    return [each.code for each in reasons if each.criterion in unmet]


def settle_reasons(reasons: Iterable[RefusalReasonSpec], chosen: Collection[str]) -> list[str]:
    """Return the codes that were chosen, each once, in the order of the rules.

    Raises: NotPossible(REFUSAL_REASON_MISSING) where none was chosen of those offered,
    NotPossible(REFUSAL_REASON_UNKNOWN) where one was that is not offered.
    """
    codes = [each.code for each in reasons]
    if not set(chosen) <= set(codes):
        raise NotPossible(Why.REFUSAL_REASON_UNKNOWN)
    if codes and not chosen:
        raise NotPossible(Why.REFUSAL_REASON_MISSING)
    return [code for code in codes if code in chosen]


def list_in_words(reasons: Iterable[RefusalReasonSpec], languages: Iterable[str]) -> Text:
    """Write reasons one below the other, each with what it means, in every one of these languages.

    Shape: a text without words where there are no reasons.
    """
    kept = tuple(reasons)
    return Text(
        {language: "\n".join(_line(each, language) for each in kept) for language in languages}
    )


def _line(reason: RefusalReasonSpec, language: str) -> str:
    name = reason.name.in_(language)
    return name if reason.text is None else f"{name}: {reason.text.in_(language)}"

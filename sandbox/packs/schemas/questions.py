"""Describe for reading the form, the check and the criteria."""

from typing import Any

from marshmallow import post_load

from sandbox.domain import packs
from sandbox.packs.fields import Each, Flag, Key, Part, Pattern, TextBy, When, Whole, Word, Words
from sandbox.packs.saying import sentence as _l
from sandbox.packs.schemas.base import PartSchema


class OptionSchema(PartSchema):
    part = packs.OptionSpec
    value = Key(required=True)
    label = Words(required=True)
    hint = Words()
    points = Whole(0, 1_000)
    competences = Each(Key())


class QuestionSchema(PartSchema):
    part = packs.QuestionSpec
    key = Pattern(
        r"[a-z][a-z0-9_]{0,63}",
        _l("small letters, digits and _, at most 64, the first a letter"),
        required=True,
    )
    kind = Word(packs.QuestionKind, required=True)
    label = Words(required=True)
    hint = Words()
    example = Words()
    required = Flag()
    required_if = When()
    ask_if = When()
    options = Each(Part(OptionSchema))
    # A late name, because the class is not there yet while its own body is read.
    columns = Each(Part(lambda: QuestionSchema()))  # noqa: PLW0108
    max_words = Whole(1, 5_000)
    format = Word(packs.TextFormat)
    minimum = Whole(-1_000_000_000)
    maximum = Whole(-1_000_000_000)
    max_rows = Whole(1, 100)
    unit = Words()
    competences = Each(Key())
    points = Whole(0, 1_000)
    may_be_confidential = Flag()
    is_title = Flag()
    criteria = Each(Key())
    information = Flag()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> packs.QuestionSpec:
        """Return the question; a condition on which it is required stands for `required`."""
        if "required_if" in data:
            data.setdefault("required", False)
        return packs.QuestionSpec(**data)


class SectionSchema(PartSchema):
    part = packs.SectionSpec
    key = Key(required=True)
    title = Words(required=True)
    intro = Words(required=True)
    questions = Each(Part(QuestionSchema), at_least=1, required=True)


class EligibilityRuleSchema(PartSchema):
    part = packs.EligibilityRule
    key = Key(required=True)
    when = When(required=True)
    verdict = Word(packs.EligibilityVerdict, required=True)
    reason = Words(required=True)


class EligibilitySchema(PartSchema):
    part = packs.EligibilitySpec
    intro = Words(required=True)
    questions = Each(Part(QuestionSchema), at_least=1, required=True)
    rules = Each(Part(EligibilityRuleSchema), at_least=1, required=True)
    verdicts = TextBy(Word(packs.EligibilityVerdict), required=True)


class RubricSchema(PartSchema):
    part = packs.RubricSpec
    met = Words(required=True)
    partly = Words(required=True)
    not_met = Words(required=True)


class CriterionSchema(PartSchema):
    part = packs.CriterionSpec
    key = Key(required=True)
    name = Words(required=True)
    key_question = Words(required=True)
    positive = Each(Words(), at_least=1, required=True)
    negative = Each(Words(), at_least=1, required=True)
    must_be_met = Flag()
    rubric = Part(RubricSchema)


class PrioritySchema(PartSchema):
    part = packs.PrioritySpec
    code = Key(required=True)
    name = Words(required=True)
    reason = Words(required=True)
    when = When(required=True)


class ProhibitedUseSchema(PartSchema):
    part = packs.ProhibitedUse
    key = Key(required=True)
    name = Words(required=True)
    when = When(required=True)

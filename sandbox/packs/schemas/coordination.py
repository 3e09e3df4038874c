"""Describe for reading how authorities decide together."""

from sandbox.domain import packs
from sandbox.packs.fields import (
    Each,
    Flag,
    Key,
    Whole,
    Word,
    Words,
)
from sandbox.packs.schemas.base import PartSchema


class CoordinationSchema(PartSchema):
    part = packs.CoordinationSpec
    answer_weight = Whole(0, 1_000, required=True)
    relief_weight = Whole(0, 1_000, required=True)
    reliefs_question = Key(required=True)
    acceptance_days = Whole(1, 365)
    acceptance_silence = Word(packs.Silence, required=True)
    position_days = Whole(1, 365)
    position_silence = Word(packs.Silence, required=True)
    decision_rule = Word(packs.DecisionRule, required=True)
    objection_opens_deliberation = Flag(required=True)
    returns_allowed = Whole(0, 100, required=True)
    returns_within_days = Whole(1, 1_000)
    return_answer_days = Whole(1, 365)
    activity_question = Key()
    quorum = Whole(1, 100)


class PreliminaryResultSchema(PartSchema):
    part = packs.PreliminaryResultSpec
    outcomes = Each(Word(packs.Announceable), at_least=1, required=True)


class RefusalReasonSchema(PartSchema):
    part = packs.RefusalReasonSpec
    code = Key(required=True)
    name = Words(required=True)
    text = Words()
    criterion = Key()


class StandardConditionSchema(PartSchema):
    part = packs.StandardConditionSpec
    code = Key(required=True)
    name = Words(required=True)
    text = Words(required=True)
    purpose = Words(required=True)
    criterion = Key()


class ProportionalitySchema(PartSchema):
    part = packs.ProportionalitySpec
    key = Key(required=True)
    question = Words(required=True)
    help = Words()


class ReliefKindSchema(PartSchema):
    part = packs.ReliefKindSpec
    key = Key(required=True)
    name = Words(required=True)

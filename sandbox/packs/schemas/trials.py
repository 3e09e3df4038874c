"""Describe for reading risk, tiers, stages and what happens in a test."""

from sandbox.domain import packs
from sandbox.packs.fields import (
    Amount,
    Each,
    Flag,
    Key,
    Part,
    When,
    Whole,
    Word,
    Words,
)
from sandbox.packs.schemas.base import PartSchema


class HardRuleSchema(PartSchema):
    part = packs.HardRule
    key = Key(required=True)
    when = When(required=True)
    at_least = Key(required=True)
    reason = Words(required=True)


class RequirementSchema(PartSchema):
    part = packs.RequirementSpec
    key = Key(required=True)
    kind = Word(packs.RequirementKind, required=True)
    label = Words(required=True)
    by = Word(packs.Who, required=True)
    persons = Whole(1, 10)
    days = Whole(0, 3_650)
    may_be_waived = Flag()
    answer_days = Whole(1, 365)
    silence = Word(packs.Silence)


class StageSchema(PartSchema):
    part = packs.StageSpec
    key = Key(required=True)
    name = Words(required=True)
    purpose = Words(required=True)
    max_days = Whole(1, 3_650, required=True)
    gate = Each(Part(RequirementSchema))
    participants_cap = Whole(1)
    places_cap = Whole(1, 10_000)
    amount_per_person_cap = Whole(1)
    amount_total_cap = Whole(1)
    report_every_days = Whole(1, 3_650)
    live = Flag()


class StartConditionSchema(PartSchema):
    part = packs.StartConditionSpec
    key = Key(required=True)
    label = Words(required=True)
    owner = Word(packs.Who, required=True)


class TierSchema(PartSchema):
    part = packs.TierSpec
    key = Key(required=True)
    name = Words(required=True)
    summary = Words(required=True)
    min_points = Whole(load_default=None)
    max_points = Whole(load_default=None)
    prohibited = Flag()
    stages = Each(Part(StageSchema))
    completion = Each(Part(RequirementSchema))
    start_conditions = Each(Part(StartConditionSchema))
    metrics = Each(Key())


class MetricSchema(PartSchema):
    part = packs.MetricSpec
    key = Key(required=True)
    name = Words(required=True)
    unit = Words(required=True)
    direction = Word(packs.Direction, required=True)
    target = Amount(required=True)
    warning = Amount(required=True)
    breach = Amount(required=True)
    breach_class = Key()
    breach_suspends = Flag()


class PlanFieldSchema(PartSchema):
    part = packs.PlanFieldSpec
    key = Key(required=True)
    label = Words(required=True)
    hint = Words(required=True)
    required = Flag()


class IncidentClassSchema(PartSchema):
    part = packs.IncidentClassSpec
    key = Key(required=True)
    name = Words(required=True)
    report_hours = Whole(1, 8_760, required=True)
    serious = Flag(required=True)
    complete_report_days = Whole(1, 365)
    reaction_days = Whole(1, 365)


class ExtensionSchema(PartSchema):
    part = packs.ExtensionSpec
    ask_days_before = Whole(0, 365, required=True)
    approved_by = Each(Word(packs.Who), at_least=1, required=True)
    most = Whole(1, 20)
    days = Whole(1, 3_650)


class AmendmentSchema(PartSchema):
    part = packs.AmendmentSpec
    agreed_by = Each(Word(packs.Who), at_least=1, required=True)


class SuspensionGroundSchema(PartSchema):
    part = packs.SuspensionGroundSpec
    key = Key(required=True)
    name = Words(required=True)
    by = Each(Word(packs.Suspender), at_least=1, required=True)

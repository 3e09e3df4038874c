"""Describe for reading the whole."""

import re

from sandbox.domain import packs
from sandbox.packs.fields import (
    Each,
    Flag,
    Key,
    Part,
    Pattern,
    Whole,
)
from sandbox.packs.saying import sentence as _l
from sandbox.packs.schemas.base import PartSchema
from sandbox.packs.schemas.coordination import (
    CoordinationSchema,
    PreliminaryResultSchema,
    ProportionalitySchema,
    RefusalReasonSchema,
    ReliefKindSchema,
    StandardConditionSchema,
)
from sandbox.packs.schemas.dialogue import ConsultationSchema, RoundTableSchema
from sandbox.packs.schemas.outcomes import (
    ExitKindSchema,
    NamedSchema,
    PublicLaterSchema,
    ReportSectionSchema,
    RetentionSchema,
    TermSchema,
)
from sandbox.packs.schemas.programme import (
    AuthoritySchema,
    CalendarSchema,
    CallSchema,
    ClockSchema,
    CompetenceSchema,
    FastAnswerSchema,
    PrincipleSchema,
    ProgrammeSchema,
    SuccessionSchema,
    SuspensionWindowSchema,
)
from sandbox.packs.schemas.questions import (
    CriterionSchema,
    EligibilitySchema,
    PrioritySchema,
    ProhibitedUseSchema,
    SectionSchema,
)
from sandbox.packs.schemas.trials import (
    AmendmentSchema,
    ExtensionSchema,
    HardRuleSchema,
    IncidentClassSchema,
    MetricSchema,
    PlanFieldSchema,
    SuspensionGroundSchema,
    TierSchema,
)

CODE = re.compile(r"[a-z][a-z0-9-]{0,31}")
VERSION = re.compile(r"(0|[1-9][0-9]{0,3})(\.(0|[1-9][0-9]{0,3})){2}")


class PackSchema(PartSchema):
    """Read a whole pack; the keys of all its files together are the keys of this one table."""

    part = packs.PolicyPack
    code = Pattern(CODE.pattern, _l("small letters, digits and -"), required=True)
    version = Pattern(
        VERSION.pattern,
        _l("three numbers such as 1.0.0"),
        required=True,
    )
    languages = Each(
        Pattern(r"[a-z]{2}(-[A-Z]{2})?", _l("a language such as es, en or pt-BR")),
        at_least=1,
        required=True,
    )
    currency = Pattern(r"[A-Z]{3}", _l("a currency's three capital letters"), required=True)
    programme = Part(ProgrammeSchema, required=True)
    competences = Each(Part(CompetenceSchema), at_least=1, required=True)
    authorities = Each(Part(AuthoritySchema), at_least=1, required=True)
    calendar = Part(CalendarSchema, required=True)
    clocks = Each(Part(ClockSchema), required=True)
    principles = Each(Part(PrincipleSchema), at_least=1, required=True)
    sections = Each(Part(SectionSchema), at_least=1, required=True)
    eligibility = Part(EligibilitySchema, required=True)
    criteria = Each(Part(CriterionSchema), at_least=1, required=True)
    prohibited_uses = Each(Part(ProhibitedUseSchema), required=True)
    hard_rules = Each(Part(HardRuleSchema), required=True)
    tiers = Each(Part(TierSchema), at_least=1, required=True)
    metrics = Each(Part(MetricSchema), required=True)
    plan_fields = Each(Part(PlanFieldSchema), at_least=1, required=True)
    incident_classes = Each(Part(IncidentClassSchema), at_least=1, required=True)
    coordination = Part(CoordinationSchema, required=True)
    relief_kinds = Each(Part(ReliefKindSchema), at_least=1, required=True)
    exit_kinds = Each(Part(ExitKindSchema), at_least=1, required=True)
    stakeholders = Each(Part(NamedSchema), at_least=1, required=True)
    report_sections = Each(Part(ReportSectionSchema), at_least=1, required=True)
    public_fields = Each(Key(), required=True)
    public_later = Each(Part(PublicLaterSchema))
    retention = Each(Part(RetentionSchema))
    disclosure_is_presumed = Flag()
    conditions_are_public = Flag()
    report_needs_consent = Flag()
    final_report_days = Whole(1, 730)
    extension = Part(ExtensionSchema)
    amendment = Part(AmendmentSchema)
    suspension_grounds = Each(Part(SuspensionGroundSchema))
    suspension_windows = Each(Part(SuspensionWindowSchema))
    successions = Each(Part(SuccessionSchema))
    glossary = Each(Part(TermSchema))
    calls = Each(Part(CallSchema))
    outside_calls = Flag()
    round_tables = Part(RoundTableSchema)
    consultations = Part(ConsultationSchema)
    fast_answer = Part(FastAnswerSchema)
    preliminary_result = Part(PreliminaryResultSchema)
    priorities = Each(Part(PrioritySchema))
    refusal_reasons = Each(Part(RefusalReasonSchema))
    standard_conditions = Each(Part(StandardConditionSchema))
    proportionality = Each(Part(ProportionalitySchema))

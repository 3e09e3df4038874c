"""Describe each part of a pack for reading: its keys, which of them must be there, their kinds.

The keys are the names of the fields of `sandbox.domain.packs`, so that one vocabulary serves the
file, the code and the messages. Unknown keys are refused: a misspelt key would otherwise be a rule
that silently does not apply.
"""

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
from sandbox.packs.schemas.pack import CODE, VERSION, PackSchema
from sandbox.packs.schemas.programme import (
    AuthoritySchema,
    CalendarSchema,
    CallSchema,
    ClockSchema,
    CompetenceSchema,
    FastAnswerSchema,
    PrincipleSchema,
    ProgrammeSchema,
    RegisteredPostSchema,
    SuccessionSchema,
    SuccessorSchema,
    SuspensionWindowSchema,
)
from sandbox.packs.schemas.questions import (
    CriterionSchema,
    EligibilityRuleSchema,
    EligibilitySchema,
    OptionSchema,
    PrioritySchema,
    ProhibitedUseSchema,
    QuestionSchema,
    RubricSchema,
    SectionSchema,
)
from sandbox.packs.schemas.trials import (
    AmendmentSchema,
    ExtensionSchema,
    HardRuleSchema,
    IncidentClassSchema,
    MetricSchema,
    PlanFieldSchema,
    RequirementSchema,
    StageSchema,
    StartConditionSchema,
    SuspensionGroundSchema,
    TierSchema,
)

__all__ = [
    "CODE",
    "VERSION",
    "AmendmentSchema",
    "AuthoritySchema",
    "CalendarSchema",
    "CallSchema",
    "ClockSchema",
    "CompetenceSchema",
    "ConsultationSchema",
    "CoordinationSchema",
    "CriterionSchema",
    "EligibilityRuleSchema",
    "EligibilitySchema",
    "ExitKindSchema",
    "ExtensionSchema",
    "FastAnswerSchema",
    "HardRuleSchema",
    "IncidentClassSchema",
    "MetricSchema",
    "NamedSchema",
    "OptionSchema",
    "PackSchema",
    "PartSchema",
    "PlanFieldSchema",
    "PreliminaryResultSchema",
    "PrincipleSchema",
    "PrioritySchema",
    "ProgrammeSchema",
    "ProhibitedUseSchema",
    "ProportionalitySchema",
    "PublicLaterSchema",
    "QuestionSchema",
    "RefusalReasonSchema",
    "RegisteredPostSchema",
    "ReliefKindSchema",
    "ReportSectionSchema",
    "RequirementSchema",
    "RetentionSchema",
    "RoundTableSchema",
    "RubricSchema",
    "SectionSchema",
    "StageSchema",
    "StandardConditionSchema",
    "StartConditionSchema",
    "SuccessionSchema",
    "SuccessorSchema",
    "SuspensionGroundSchema",
    "SuspensionWindowSchema",
    "TermSchema",
    "TierSchema",
]

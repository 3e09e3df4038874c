"""Show the whole schema in one place: every table of the slices, one file each."""

from sandbox.models.applications import (
    Application,
    ApplicationReturn,
    ApplicationSection,
    Attachment,
    ClockStop,
    InformationRequest,
    ReferenceCounter,
    Submission,
)
from sandbox.models.coordination import (
    AuthorityAssignment,
    ConflictDeclaration,
    CriterionReview,
    Decision,
    OfficerAssignment,
    Position,
)
from sandbox.models.outcomes import OutcomeReport
from sandbox.models.people import (
    Authority,
    AuthorityMembership,
    Invitation,
    Membership,
    Organisation,
    Person,
    StaffGrant,
)
from sandbox.models.programme import PackFile, PackVersion
from sandbox.models.round_tables import RoundTable
from sandbox.models.successions import AppliedSuccession, InheritedPlace
from sandbox.models.trials import (
    ApprovalTerm,
    FinalReport,
    GateEvidence,
    Incident,
    MonitoringReport,
    PlanAgreement,
    Reading,
    StartCondition,
    Suspension,
    Trial,
    TrialPlan,
    TrialStage,
)

__all__ = [
    "Application",
    "ApplicationReturn",
    "ApplicationSection",
    "AppliedSuccession",
    "ApprovalTerm",
    "Attachment",
    "Authority",
    "AuthorityAssignment",
    "AuthorityMembership",
    "ClockStop",
    "ConflictDeclaration",
    "CriterionReview",
    "Decision",
    "FinalReport",
    "GateEvidence",
    "Incident",
    "InformationRequest",
    "InheritedPlace",
    "Invitation",
    "Membership",
    "MonitoringReport",
    "OfficerAssignment",
    "Organisation",
    "OutcomeReport",
    "PackFile",
    "PackVersion",
    "Person",
    "PlanAgreement",
    "Position",
    "Reading",
    "ReferenceCounter",
    "RoundTable",
    "StaffGrant",
    "StartCondition",
    "Submission",
    "Suspension",
    "Trial",
    "TrialPlan",
    "TrialStage",
]

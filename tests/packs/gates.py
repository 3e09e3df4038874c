"""Facts that satisfy nothing, or everything, that the gates of any pack may ask for."""

from sandbox.domain.gates import GateFacts
from sandbox.domain.monitoring import Level
from sandbox.domain.packs import PolicyPack, RequirementSpec, TierSpec

Gate = tuple[RequirementSpec, ...]


def gates_of(tier: TierSpec) -> list[tuple[object, Gate]]:
    """List each stage with the gate in front of it, and the gate of completion without one."""
    return [*((stage, stage.gate) for stage in tier.stages[1:]), (None, tier.completion)]


def facts_of_nothing(pack: PolicyPack, tier: TierSpec) -> GateFacts:
    lead, *associates = (authority.code for authority in pack.authorities)
    return GateFacts(
        lead=lead,
        associates=tuple(associates),
        start_conditions_open=len(tier.start_conditions),
        metrics=tier.metrics,
        open_serious_incidents=1,
    )


def facts_of_everything(pack: PolicyPack, tier: TierSpec, gate: Gate) -> GateFacts:
    lead, *associates = (authority.code for authority in pack.authorities)
    parties = frozenset({"company", lead, *associates, "secretariat"})
    persons = frozenset({"first", "second"})
    return GateFacts(
        lead=lead,
        associates=tuple(associates),
        plan_agreed_by=parties,
        documents={requirement.key: "document.pdf" for requirement in gate},
        approvals={requirement.key: dict.fromkeys(parties, persons) for requirement in gate},
        reports_due=3,
        reports_accepted=3,
        metrics=tier.metrics,
        worst_reading_by_metric=dict.fromkeys(tier.metrics, Level.WITHIN),
        days_in_stage=365,
    )

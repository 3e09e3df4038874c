"""Tell what was decided from whatever it is not, by a hash."""

from sandbox.domain.content import content_hash
from sandbox.models import Application, Decision, PreliminaryResult


def decision_hash(application: Application, decision: Decision) -> str:
    """Return the fingerprint of what was decided, so that a copy can be told from the original."""
    return content_hash(
        {
            "application": str(application.id),
            "reference": application.reference or "",
            "outcome": decision.outcome,
            "rule": decision.rule,
            "grounds": decision.grounds,
            "conditions": decision.conditions,
            "dissent": decision.dissent,
            "positions": decision.positions,
            "marks": decision.marks,
            "remarks": decision.remarks,
            "decided_at": decision.decided_at.isoformat(),
            # Decisions of before companies were heard keep their fingerprint.
            **({"hearings": decision.hearings} if decision.hearings else {}),
            **coded(decision),
        }
    )


def coded(result: Decision | PreliminaryResult) -> dict[str, list[str]]:
    """Return the reasons for a refusal as a fingerprint takes them in, if there are any.

    What was decided or announced before there were such reasons keeps its fingerprint.
    """
    return {"refusal_codes": result.refusal_codes} if result.refusal_codes else {}

"""Find what a gate asks for, and keep what one person says of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.domain.packs import RequirementKind, RequirementSpec
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.models import GateEvidence
from sandbox.trials.queries import Supervisor, TrialFile
from sandbox.trials.services.parts import person_of, touch


def add_evidence(
    session: Session,
    actor: Actor,
    file: TrialFile,
    *,
    stage: str,
    spec: RequirementSpec,
    kind: str,
    note: str,
    authority: Supervisor | None,
    now: datetime,
) -> None:
    """Add what one person says of one requirement; nobody says the same thing twice."""
    require_unsaid(file, actor, stage=stage, spec=spec, kind=kind)
    person_id = person_of(actor)
    session.add(
        GateEvidence(
            trial_id=file.trial.id,
            stage=stage,
            requirement=spec.key,
            kind=kind,
            person_id=person_id,
            authority_id=authority.authority_id if authority else None,
            note=note.strip(),
            given_at=now,
        )
    )
    touch(file.trial, now)


def require_unsaid(
    file: TrialFile, actor: Actor, *, stage: str, spec: RequirementSpec, kind: str
) -> None:
    """Refuse what this person has said of a requirement before. Raises: NotPossible."""
    person_id = person_of(actor)
    if any(
        row.stage == stage
        and row.requirement == spec.key
        and row.kind == kind
        and row.person_id == person_id
        for row in file.evidence
    ):
        raise NotPossible(Why.ALREADY_DONE)


def requirement_of(
    file: TrialFile, stage: str, requirement: str, kind: RequirementKind | None
) -> RequirementSpec:
    """Return a requirement of the next gate. Raises: NotPossible(WRONG_REQUIREMENT)."""
    if stage != file.next_gate:
        raise NotPossible(Why.WRONG_REQUIREMENT)
    for spec in file.requirements_of(stage):
        if spec.key == requirement and kind in (None, spec.kind):
            return spec
    raise NotPossible(Why.WRONG_REQUIREMENT)

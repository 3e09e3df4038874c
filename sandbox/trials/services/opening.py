"""Open the trial that an admitted application becomes."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.applications.queries import list_marked
from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.packs import Answers, PolicyPack, QuestionKind
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.risk import Tiering, tiering
from sandbox.domain.trials import TrialStatus, is_shown_sooner
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.models import (
    Application,
    StartCondition,
    Trial,
    TrialPlan,
    TrialStage,
)
from sandbox.packs import active
from sandbox.trials import notices, queries

REFERENCE_SUFFIX = "-P"  # "P" for prueba; the rest is the reference of the application
IN_WORDS = frozenset({QuestionKind.TEXT, QuestionKind.LONG_TEXT})
ADMITTED = frozenset({DecisionOutcome.ADMITTED, DecisionOutcome.ADMITTED_WITH_CONDITIONS})


def open_trial(session: Session, actor: Actor, application: Application, *, now: datetime) -> Trial:
    """Open the trial of an admitted application; opening it twice leads to the same one.

    Raises: Denied, NotPossible(NOT_ACCEPTED) unless admitted, NotPossible(PROHIBITED).
    """
    require(session, actor, P.TRIAL_OPEN, application)
    existing = queries.find_trial_of(session, application.id)
    if existing is not None:
        return existing
    if application.outcome is None or DecisionOutcome(application.outcome) not in ADMITTED:
        raise NotPossible(Why.NOT_ACCEPTED)
    pack = active.pack_of(application)
    submission = queries.get_last_submission(session, application.id)
    answers: Answers = submission.content["answers"]
    found = tiering(pack, answers)
    tier = pack.tier(found.tier)
    if tier.prohibited:
        raise NotPossible(Why.PROHIBITED)
    trial = Trial(
        application_id=application.id,
        organisation_id=application.organisation_id,
        reference=f"{application.reference}{REFERENCE_SUFFIX}",
        title=application.title,
        pack_code=application.pack_code,
        pack_version=application.pack_version,
        tier=tier.key,
        tiering=as_json(found),
        status=TrialStatus.PREPARING.value,
        stage=tier.stages[0].key,
        stage_sequence=1,
        opened_at=now,
        changed_at=now,
        public_summary=_promised_part(application, submission.content),
    )
    session.add(trial)
    session.flush()
    session.add(TrialStage(trial_id=trial.id, sequence=1, key=tier.stages[0].key, entered_at=now))
    session.add(
        TrialPlan(
            trial_id=trial.id,
            fields=first_wording(pack, answers, list_marked(session, application.id)),
            saved_by_id=submission.submitted_by_id,
            saved_at=now,
        )
    )
    for condition in tier.start_conditions:
        session.add(StartCondition(trial_id=trial.id, key=condition.key))
    record(session, actor, Deed.TRIAL_OPENED, trial, now=now, tier=tier.key, points=found.points)
    notices.tell_everybody(session, trial, "trials/opened", now)
    return trial


def _promised_part(application: Application, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the public answers of which the rules of the submission said so, and no sooner.

    A case may have moved to other rules before it was decided; a move hides, and shows nothing.
    """
    pack, version = active.pack_of(application), content["pack"]["version"]
    public = public_part(pack, content["answers"], content.get("confidential", ()))
    if version == pack.version:
        return public
    then = active.find_pack_then(application, version)
    return {
        key: answer
        for key, answer in public.items()
        if then and key in then.disclosed_fields and not is_shown_sooner(then, pack, key)
    }


def first_wording(pack: PolicyPack, answers: Answers, marked: Collection[str]) -> dict[str, str]:
    """Start the plan from what the form asked for in words under the same name.

    What the company `marked` as confidential is not copied where everybody on the test reads it.
    Numbers, days and choices stay out: without their question they say nothing.
    """
    found = {}
    for spec in pack.plan_fields:
        if spec.key in marked:
            continue
        question, answer = pack.questions.get(spec.key), answers.get(spec.key)
        if question is not None and question.kind in IN_WORDS and isinstance(answer, str):
            found[spec.key] = answer
    return found


def as_json(found: Tiering) -> dict[str, Any]:
    """Return a tiering as plain JSON, with every reason in every language of the pack."""
    return {
        "points": found.points,
        "reasons": [
            {
                "question": reason.question,
                "label": dict(reason.label.by_language),
                "answer": dict(reason.answer.by_language) if reason.answer else None,
                "points": reason.points,
                "raises_to": reason.raises_to,
            }
            for reason in found.reasons
        ],
    }


def public_part(pack: PolicyPack, answers: Answers, confidential: Any) -> dict[str, Any]:
    """Return the answers that the pack lets the register show and nobody marked confidential."""
    hidden = set(confidential)
    shown = (key for key in pack.disclosed_fields if key in answers and key not in hidden)
    return {key: answers[key] for key in shown}

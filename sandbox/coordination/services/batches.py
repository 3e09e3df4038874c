"""Let the secretariat do one deed on several cases, each as if it were done alone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.checks import Denied, NotFound, conceivable
from sandbox.access.permissions import P
from sandbox.applications import services as applications
from sandbox.applications.queries import is_prohibited_use, lock_person, map_answers
from sandbox.coordination import queries
from sandbox.coordination.actions import make_sure_assignable
from sandbox.coordination.refused import written
from sandbox.coordination.services.assigning import assign
from sandbox.domain.applications import ApplicationAction
from sandbox.domain.packs import Answers, PolicyPack
from sandbox.domain.refusals import NotPossible, Refusal, Why
from sandbox.domain.routing import Routing, propose
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import local_day
from sandbox.kernel.db import Stale
from sandbox.models import Application, Batch
from sandbox.packs import active


@dataclass(frozen=True, slots=True)
class Judged:
    """Hold a case that somebody chose: why the deed is refused on it, and whom the rules propose.

    Shape: `proposal` is None for deeds that ask no authority.
    """

    application: Application
    refusal: Refusal | None
    proposal: Routing | None


def judge_batch(
    session: Session,
    actor: Actor,
    deed: ApplicationAction,
    *,
    chosen: Collection[UUID],
    applied: Collection[str] = (),
    now: datetime,
) -> Sequence[Judged]:
    """Say of each chosen case whether the deed could be done on it now, without doing it.

    What is out of the actor's scope is left out. Each case is judged by the checks of its deed.
    Shape: `applied` are the codes of the authorities whose succession was applied.
    """
    rows = queries.list_chosen(session, actor, permission_of(deed), chosen)
    answers = map_answers(session, [each.id for each in rows])
    return [_judged(deed, each, answers.get(each.id), applied, now) for each in rows]


def permission_of(deed: ApplicationAction) -> P:
    """Return the right that a deed on several cases asks for on each of them."""
    return P.APPLICATION_ASSIGN if deed is ApplicationAction.ASSIGN else P.APPLICATION_TRIAGE


def _judged(
    deed: ApplicationAction,
    application: Application,
    answers: Answers | None,
    applied: Collection[str],
    now: datetime,
) -> Judged:
    proposal = None
    try:
        _check(deed, application, answers, now)
        if deed is ApplicationAction.ASSIGN:
            pack = active.pack_of(application)
            today = local_day(now, pack.calendar.timezone)
            proposal = propose(pack, answers or {}, today, applied)
    except Refusal as refusal:
        return Judged(application, refusal, None)
    return Judged(application, None, proposal)


def _check(
    deed: ApplicationAction, application: Application, answers: Answers | None, now: datetime
) -> None:
    match deed:
        case ApplicationAction.START_TRIAGE:
            applications.advance(application, deed)
        case ApplicationAction.REDIRECT:
            applications.advance(application, deed)
            active.pack_of(application)
        case ApplicationAction.RETURN:
            applications.check_returning(application, now)
        case ApplicationAction.DECLINE_PROHIBITED:
            applications.advance(application, deed)
            if not is_prohibited_use(application, answers):
                raise NotPossible(Why.NOT_PROHIBITED)
            _check_reasons(active.pack_of(application))
        case _:
            make_sure_assignable(application, active.pack_of(application))


def _check_reasons(rules: PolicyPack) -> None:
    """Refuse a case to whose rules none of the reasons belongs that are offered for all."""
    known = {each.code for each in rules.refusal_reasons}
    offered = {each.code for each in active.current().refusal_reasons}
    if known != offered and not known & offered:
        raise NotPossible(Why.REFUSAL_REASON_UNKNOWN if offered else Why.REFUSAL_REASON_MISSING)


def begin_batch(
    session: Session,
    actor: Actor,
    deed: ApplicationAction,
    *,
    cases: Mapping[UUID, int],
    words: Mapping[str, Any],
    key: str,
    now: datetime,
) -> UUID:
    """Note what is to be done on which cases; the same form, sent twice, begins nothing new.

    Shape: `cases` maps ids to the versions that were seen; `key` is the form's own.
    Raises: Denied; NotPossible(FORM_SENT) where the form was sent before with other content.
    """
    if not conceivable(actor, permission_of(deed)):
        raise Denied
    person_id = applications.person_of(actor)
    lock_person(session, person_id)
    batch = queries.find_batch(session, person_id, key)
    chosen = [{"id": str(each), "version": seen} for each, seen in cases.items()]
    if batch is not None and not _is_same(batch, deed, chosen, words):
        raise NotPossible(Why.FORM_SENT)
    if batch is None:
        batch = Batch(
            person_id=person_id,
            key=key,
            deed=deed.value,
            words=dict(words),
            cases=chosen,
            begun_at=now,
        )
        session.add(batch)
    return batch.id


def _is_same(
    batch: Batch,
    deed: ApplicationAction,
    chosen: Sequence[Mapping[str, Any]],
    words: Mapping[str, Any],
) -> bool:
    """Tell whether a form asks once more for what a batch was begun for."""
    begun = {(each["id"], each["version"]) for each in batch.cases}
    asked = {(each["id"], each["version"]) for each in chosen}
    return (batch.deed, dict(batch.words), begun) == (deed.value, dict(words), asked)


def go_on_with_batch(session: Session, actor: Actor, batch_id: UUID, *, now: datetime) -> bool:
    """Do the deed on the next case that waits, or note why not; tell whether one was left.

    One call is one transaction, so that what was done stays done whatever happens to the rest; a
    refusal takes back what it had changed and nothing else. Raises: NotFound.
    """
    batch = queries.lock_batch(session, actor, batch_id)
    waiting = next((n for n, each in enumerate(batch.cases) if "result" not in each), None)
    if waiting is None:
        return False
    cases = list(batch.cases)
    cases[waiting] = {**cases[waiting], "result": _result(session, actor, batch, waiting, now)}
    batch.cases = cases
    return True


def _result(
    session: Session, actor: Actor, batch: Batch, number: int, now: datetime
) -> dict[str, Any]:
    deed, case = ApplicationAction(batch.deed), batch.cases[number]
    try:
        with session.begin_nested():
            found = queries.list_chosen(session, actor, permission_of(deed), [UUID(case["id"])])
            if not found:
                raise NotFound
            application = queries.lock_application(session, found[0].id)
            if application.version != case["version"]:
                raise Stale
            _do(session, actor, application, batch, now)
    except Refusal as refusal:
        return written(refusal)
    return {}


def _do(
    session: Session,
    actor: Actor,
    application: Application,
    batch: Batch,
    now: datetime,
) -> None:
    reason = batch.words.get("reason", "")
    match ApplicationAction(batch.deed):
        case ApplicationAction.START_TRIAGE:
            applications.start_triage(session, actor, application, now=now)
        case ApplicationAction.RETURN:
            applications.return_to_company(
                session, actor, application, reasons={}, general=reason, now=now
            )
        case ApplicationAction.REDIRECT:
            applications.redirect_elsewhere(session, actor, application, reason=reason, now=now)
        case ApplicationAction.DECLINE_PROHIBITED:
            codes = batch.words.get("codes", ())
            applications.decline_prohibited(
                session, actor, application, reason=reason, codes=codes, now=now
            )
        case _:
            _assign(session, actor, application, batch.words, now)


def _assign(
    session: Session,
    actor: Actor,
    application: Application,
    words: Mapping[str, Any],
    now: datetime,
) -> None:
    """Ask the authorities that were chosen for all cases, or those proposed for this one."""
    lead, associates = words.get("lead"), words.get("associates", ())
    if lead is None:
        pack = active.pack_of(application)
        make_sure_assignable(application, pack)
        today = local_day(now, pack.calendar.timezone)
        proposal = queries.routing_of(session, application, pack, today)
        lead, associates = proposal.lead, proposal.associates
    if lead is None:
        raise NotPossible(Why.NOTHING_PROPOSED)
    reason = words.get("reason", "")
    assign(session, actor, application, lead=lead, associates=associates, reason=reason, now=now)

"""Work off what went wrong: the first report, the complete one, the answer, the end."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.domain.calendar import ClockReading, suspensions_of
from sandbox.domain.incidents import incident_terms, reaction_clock
from sandbox.domain.monitoring import breach_words
from sandbox.domain.packs import IncidentClassSpec, Text
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.trials import LIFECYCLE, TrialAction, TrialStatus, TrialWork
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day
from sandbox.models import Incident, Trial
from sandbox.packs import active
from sandbox.trials import notices, queries
from sandbox.trials.queries import TrialFile
from sandbox.trials.services.parts import acting, key_of, lock, person_of, start_work, touch
from sandbox.trials.services.suspension import suspend_by_rule


def open_incident(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    class_key: str,
    what_happened: str,
    persons_affected: int,
    now: datetime,
    known_at: datetime | None = None,
    is_complete: bool = True,
    form_key: str | None = None,
) -> Incident:
    """Report that something went wrong; the same form reports it once, however often it is sent.

    Shape: `known_at` is when the company learned of it, now by default; `is_complete` says that
    nothing more is to follow from the company. What an authority reports is never complete: it is
    the company that knows.
    Raises: Denied, TransitionRefused, NotPossible(REASON_MISSING, WRONG_REQUIREMENT,
    INCIDENT_NOT_YET, INCIDENT_REPORTED_AT_ONCE, FORM_SENT) if it was sent with other content.
    """
    require(session, actor, P.INCIDENT_OPEN, trial)
    lock(session, trial)
    key = key_of(actor, trial, form_key)
    done = queries.find_incident_made(session, key)
    if done is not None:
        said = (done.class_key, done.what_happened, done.persons_affected)
        if said != (class_key, what_happened.strip(), persons_affected):
            raise NotPossible(Why.FORM_SENT)
        return done
    start_work(session, trial, TrialWork.OPEN_INCIDENT)
    if not what_happened.strip():
        raise NotPossible(Why.REASON_MISSING)
    if known_at is not None and known_at > now:
        raise NotPossible(Why.INCIDENT_NOT_YET)
    spec = _class_of(trial, class_key)
    if not is_complete and spec.complete_report_days is None:
        raise NotPossible(Why.INCIDENT_REPORTED_AT_ONCE)
    return _open(
        session,
        actor,
        trial,
        spec=spec,
        what_happened=what_happened.strip(),
        persons_affected=persons_affected,
        known_at=known_at or now,
        is_complete=is_complete and trial.organisation_id in actor.member_of,
        now=now,
        form_key=key,
    )


def complete_incident(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    incident: Incident,
    report: str,
    persons_affected: int,
    now: datetime,
) -> None:
    """Complete the report of an incident: its cause, its effects and what was done.

    Raises: Denied, TransitionRefused, NotPossible(ALREADY_DONE, REASON_MISSING).
    """
    require(session, actor, P.INCIDENT_COMPLETE, trial)
    start_work(session, trial, TrialWork.COMPLETE_INCIDENT)
    require_completable_incident(trial, incident)
    if not report.strip():
        raise NotPossible(Why.REASON_MISSING)
    before = incident.persons_affected
    incident.complete_report = report.strip()
    incident.persons_affected = persons_affected
    incident.completed_by_id = person_of(actor)
    incident.completed_at = now
    touch(trial, now)
    record(
        session,
        actor,
        Deed.INCIDENT_COMPLETED,
        trial,
        now=now,
        incident=incident.id,
        persons_before=before,
        persons_after=persons_affected,
    )
    notices.tell_authorities(session, trial, "trials/incident_completed", now)


def is_completable(incident: Incident) -> bool:
    """Tell whether the company still owes the complete report."""
    return incident.complete_due_at is not None and incident.completed_at is None


def react_to_incident(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    incident: Incident,
    reaction: str,
    now: datetime,
) -> None:
    """Answer the report of an incident: what the company has to do, or that nothing is asked.

    Raises: Denied, TransitionRefused, NotPossible(ALREADY_DONE, REASON_MISSING).
    """
    require(session, actor, P.INCIDENT_REACT, trial)
    start_work(session, trial, TrialWork.REACT_INCIDENT)
    require_answerable_incident(trial, incident)
    if not reaction.strip():
        raise NotPossible(Why.REASON_MISSING)
    incident.reaction = reaction.strip()
    incident.reacted_by_id = person_of(actor)
    incident.reacted_at = now
    touch(trial, now)
    authority = acting(session, trial, actor)
    record(
        session,
        actor,
        Deed.INCIDENT_REACTED,
        trial,
        now=now,
        authority_id=authority.authority_id if authority else None,
        incident=incident.id,
    )
    notices.tell_company(
        session, trial, "trials/incident_answered", now, reaction=incident.reaction
    )


def close_incident(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    incident: Incident,
    correction: str,
    now: datetime,
) -> None:
    """Close an incident with what was corrected.

    Raises: Denied, NotPossible(ALREADY_DONE, REASON_MISSING), NotPossible(INCIDENT_NOT_COMPLETE)
    while the company owes the complete report.
    """
    require(session, actor, P.INCIDENT_CLOSE, trial)
    start_work(session, trial, TrialWork.CLOSE_INCIDENT)
    require_closable_incident(trial, incident)
    if not correction.strip():
        raise NotPossible(Why.REASON_MISSING)
    incident.correction = correction.strip()
    incident.closed_by_id = person_of(actor)
    incident.closed_at = now
    touch(trial, now)
    authority = acting(session, trial, actor)
    record(
        session,
        actor,
        Deed.INCIDENT_CLOSED,
        trial,
        now=now,
        authority_id=authority.authority_id if authority else None,
        incident=incident.id,
    )
    notices.tell_company(session, trial, "trials/incident_closed", now)


def require_completable_incident(trial: Trial, incident: Incident) -> None:
    """Make sure that the complete report is still to come. Raises: NotPossible(ALREADY_DONE)."""
    if not _is_open(trial, incident) or not is_completable(incident):
        raise NotPossible(Why.ALREADY_DONE)


def require_answerable_incident(trial: Trial, incident: Incident) -> None:
    """Make sure that nobody has answered yet. Raises: NotPossible(ALREADY_DONE)."""
    if not _is_open(trial, incident) or incident.reacted_at:
        raise NotPossible(Why.ALREADY_DONE)


def require_closable_incident(trial: Trial, incident: Incident) -> None:
    """Make sure that an incident is open and its report complete.

    Raises: NotPossible(ALREADY_DONE, INCIDENT_NOT_COMPLETE).
    """
    if not _is_open(trial, incident):
        raise NotPossible(Why.ALREADY_DONE)
    if is_completable(incident):
        raise NotPossible(Why.INCIDENT_NOT_COMPLETE)


def _is_open(trial: Trial, incident: Incident) -> bool:
    return incident.trial_id == trial.id and incident.closed_at is None


def open_breach(
    session: Session,
    actor: Actor,
    file: TrialFile,
    *,
    metric: str,
    value: Decimal,
    now: datetime,
) -> None:
    """Do what the pack says of a breached threshold: open an incident, and suspend the test.

    What happened is kept in the first language of the rules, and told to everybody in their own.
    """
    spec = file.pack.metric(metric)
    if spec.breach_class is None:
        return
    words = breach_words(spec, value)
    explanation = words.in_(file.pack.languages[0])
    _open(
        session,
        actor,
        file.trial,
        spec=file.pack.incident_class(spec.breach_class),
        what_happened=explanation,
        persons_affected=0,
        known_at=now,
        is_complete=False,
        now=now,
        words=words,
    )
    # A report may still come in while the test is suspended; it cannot be suspended twice.
    if spec.breach_suspends and LIFECYCLE.allows(
        TrialStatus(file.trial.status), TrialAction.SUSPEND
    ):
        suspend_by_rule(session, actor, file.trial, reason=explanation, words=words, now=now)


def _reaction(
    session: Session, trial: Trial, spec: IncidentClassSpec, now: datetime
) -> ClockReading | None:
    """Read the term of the answer, without the windows of the lead that owes it."""
    pack = active.pack_of(trial)
    supervisors = queries.list_supervisors(session, trial.application_id)
    lead = next((each.code for each in supervisors if each.is_lead), None)
    stops = () if lead is None else suspensions_of(pack, lead)
    today = local_day(now, pack.calendar.timezone)
    return reaction_clock(pack, spec, today, stops, today)


def _class_of(trial: Trial, key: str) -> IncidentClassSpec:
    try:
        return active.pack_of(trial).incident_class(key)
    except KeyError:
        raise NotPossible(Why.WRONG_REQUIREMENT) from None


def _open(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    spec: IncidentClassSpec,
    what_happened: str,
    persons_affected: int,
    known_at: datetime,
    is_complete: bool,
    now: datetime,
    form_key: str | None = None,
    words: Text | None = None,
) -> Incident:
    terms = incident_terms(spec, known_at, now, _reaction(session, trial, spec, now))
    incident = Incident(
        trial_id=trial.id,
        class_key=spec.key,
        serious=spec.serious,
        what_happened=what_happened,
        persons_affected=persons_affected,
        opened_by_id=actor.person_id,
        known_at=known_at,
        opened_at=now,
        due_at=terms.first_report,
        complete_due_at=terms.complete_report,
        completed_by_id=actor.person_id if is_complete else None,
        completed_at=now if is_complete else None,
        reaction_due_at=terms.reaction,
        form_key=form_key,
    )
    session.add(incident)
    touch(trial, now)
    authority = acting(session, trial, actor)
    record(
        session,
        actor,
        Deed.INCIDENT_OPENED,
        trial,
        now=now,
        authority_id=authority.authority_id if authority else None,
        incident_class=spec.key,
        serious=spec.serious,
        is_complete=is_complete,
        is_late=now > terms.first_report,
    )
    what = words or what_happened
    notices.tell_everybody(session, trial, "trials/incident_opened", now, what=what)
    return incident

"""Ask for approvals within their terms, and apply what the pack says of silence."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.domain.approvals import approve_by, meaning_of_silence
from sandbox.domain.calendar import BusinessCalendar, suspensions_of
from sandbox.domain.gates import RequirementState
from sandbox.domain.packs import RequirementSpec, Silence, Who
from sandbox.domain.trials import WORK, TrialStatus, TrialWork
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.models import ApprovalTerm, Trial
from sandbox.trials import notices, queries
from sandbox.trials.queries import TrialFile
from sandbox.trials.services.parts import lock, read, touch

_DEED = {
    Silence.GRANTED: Deed.APPROVAL_GRANTED_BY_SILENCE,
    Silence.DENIED: Deed.APPROVAL_DENIED_BY_SILENCE,
}


def apply_silence(session: Session, actor: Actor, trial: Trial, *, now: datetime) -> int:
    """Begin, end and settle the terms of every approval that the next gate asks for.

    Returns the number of terms that were settled. Raises: Denied.
    """
    require(session, actor, P.REQUIREMENT_APPROVE, trial)
    # The officers may be approving at this very moment.
    lock(session, trial)
    file = read(session, trial, now)
    awaited: list[RequirementState] = []
    if TrialWork.APPROVE in WORK[TrialStatus(trial.status)]:
        gate = file.gate(file.next_gate)
        # Whoever is not named yet can neither be asked nor be silent.
        awaited = [each for each in gate.awaited if not each.lacks_a_party]
    _end_terms(session, actor, file, {each.spec.key for each in awaited}, now)
    return sum(_settle(session, actor, file, each, now) for each in awaited)


def _end_terms(
    session: Session, actor: Actor, file: TrialFile, awaited: set[str], now: datetime
) -> None:
    """End the terms at the next gate for which nobody waits any more, unless they were settled.

    Those of gates that were passed stay as a trace.
    """
    gate = file.gate(file.next_gate) if file.is_open else None
    missing = set() if gate is None else {x.spec.key for x in gate.requirements if not x.holds}
    for term in file.terms:
        is_running = term.stage == file.next_gate and term.settled_at is None
        if is_running and term.requirement in missing - awaited:
            session.delete(term)
            _record(session, actor, Deed.APPROVAL_TERM_ENDED, file.trial, term=term, now=now)


def end_running_terms(session: Session, actor: Actor, file: TrialFile, *, now: datetime) -> None:
    """End the terms that run at the next gate, because nobody may approve from now on."""
    _end_terms(session, actor, file, set(), now)


def end_terms_without_rules(session: Session, actor: Actor, trial: Trial, *, now: datetime) -> None:
    """End the terms that were not settled yet, at whatever gate is next: nobody can tell which."""
    for term in queries.list_terms_running(session, trial.id):
        session.delete(term)
        _record(session, actor, Deed.APPROVAL_TERM_ENDED, trial, term=term, now=now)


def _settle(
    session: Session, actor: Actor, file: TrialFile, awaited: RequirementState, now: datetime
) -> int:
    """Settle the terms of one approval, and ask those whom none of them asks."""
    # Who has refused is not silent, and is asked anew only about other documents.
    missing = awaited.missing_parties - file.refused_by(file.next_gate, awaited)
    terms = file.terms_of(file.next_gate, awaited.spec.key)
    asked = frozenset[str]().union(*(file.asked_in(term) for term in terms))
    settled = sum(
        _settle_term(
            session,
            actor,
            file,
            awaited.spec,
            term=term,
            silent=missing & file.asked_in(term),
            now=now,
        )
        for term in terms
        if term.settled_at is None
    )
    if newcomers := missing - asked:
        _ask(session, actor, file, awaited.spec, parties=newcomers, now=now)
    return settled


def _settle_term(
    session: Session,
    actor: Actor,
    file: TrialFile,
    spec: RequirementSpec,
    *,
    term: ApprovalTerm,
    silent: frozenset[str],
    now: datetime,
) -> bool:
    """Apply what silence means to those who have not answered within the term."""
    if not silent:
        return False
    due_on = _due_on(file, spec, silent, term.asked_on)
    if due_on is not None and due_on > term.due_on:
        # Another authority is asked than at first, and the law stopped its terms for longer.
        term.due_on = due_on
        _tell_asked(session, actor, file, spec, parties=silent, term=term, now=now)
    meaning = meaning_of_silence(spec, term.due_on, file.today)
    if meaning is Silence.NONE:
        return False
    term.silence = meaning.value
    term.settled_at = now
    term.parties = sorted(silent)
    touch(file.trial, now)
    _record(session, actor, _DEED[meaning], file.trial, term=term, now=now)
    template = f"trials/approval_{meaning.value}_by_silence"
    notices.tell_everybody(session, file.trial, template, now, due_on=term.due_on)
    return True


def _ask(
    session: Session,
    actor: Actor,
    file: TrialFile,
    spec: RequirementSpec,
    *,
    parties: frozenset[str],
    now: datetime,
) -> None:
    """Begin the term of those who are not asked yet, where the pack has one."""
    due_on = _due_on(file, spec, parties, file.today)
    if due_on is None:
        return
    begun = file.terms_of(file.next_gate, spec.key)
    term = next((each for each in begun if each.asked_on == file.today), None)
    if term is None or term.settled_at is not None:
        term = ApprovalTerm(
            trial_id=file.trial.id,
            stage=file.next_gate,
            requirement=spec.key,
            asked_on=file.today,
            due_on=due_on,
            silence=Silence.NONE.value,
        )
        session.add(term)
    term.due_on = max(term.due_on, due_on)
    term.parties = sorted({*(term.parties or ()), *parties})
    _tell_asked(session, actor, file, spec, parties=parties, term=term, now=now)


def _due_on(
    file: TrialFile, spec: RequirementSpec, parties: frozenset[str], asked_on: date
) -> date | None:
    """Return the last day for those who have not approved, without their suspension windows."""
    authorities = sorted(each.code for each in file.supervisors if each.code in parties)
    stops = [suspensions_of(file.pack, each) for each in authorities]
    calendar = BusinessCalendar.from_spec(file.pack.calendar)
    return approve_by(spec, calendar, asked_on, stops)


def _tell_asked(
    session: Session,
    actor: Actor,
    file: TrialFile,
    spec: RequirementSpec,
    *,
    parties: frozenset[str],
    term: ApprovalTerm,
    now: datetime,
) -> None:
    """Tell those whose approval is missing, and nobody who is not asked."""
    _record(session, actor, Deed.APPROVAL_ASKED, file.trial, term=term, now=now)
    asked = [each.authority_id for each in file.supervisors if each.code in parties]
    params = {"due_on": term.due_on, "requirement": spec.label}
    template = "trials/approval_asked"
    if asked:
        notices.tell_authorities(session, file.trial, template, now, among=asked, **params)
    if Who.SECRETARIAT.value in parties:
        notices.tell_secretariat(session, file.trial, template, now, **params)


def _record(
    session: Session,
    actor: Actor,
    deed: Deed,
    trial: Trial,
    *,
    term: ApprovalTerm,
    now: datetime,
) -> None:
    record(
        session,
        actor,
        deed,
        trial,
        now=now,
        stage=term.stage,
        requirement=term.requirement,
        due_on=term.due_on,
    )

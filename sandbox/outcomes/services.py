"""Draft, check and publish outcome reports; four eyes see each before the public does."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.applications.queries import lock_application
from sandbox.domain.content import content_hash
from sandbox.domain.outcomes import (
    LIFECYCLE,
    Consent,
    ReportAction,
    ReportStatus,
    empty_sections,
    lacking_consent,
)
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.trials import TrialStatus
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.db import Stale
from sandbox.models import OutcomeReport, Trial
from sandbox.outcomes import notices, queries
from sandbox.outcomes.facts import compute_facts
from sandbox.outcomes.queries import find_report_of
from sandbox.packs import active

ENDED = frozenset({TrialStatus.COMPLETED, TrialStatus.ENDED_EARLY})


def draft_report(
    session: Session, actor: Actor, trial: Trial, *, language: str, now: datetime
) -> OutcomeReport:
    """Begin the report of an ended trial; beginning twice leads to the same draft.

    Raises: Denied, NotPossible(STILL_RUNNING), NotPossible(ALREADY_DONE) once it is no draft.
    """
    require(session, actor, P.OUTCOME_DRAFT, trial)
    # Two people who begin at once would otherwise both find nothing before them.
    lock_application(session, trial.application_id)
    existing = find_report_of(session, trial.id)
    if existing is not None and existing.status == ReportStatus.DRAFT:
        return existing
    require_reportable(session, trial)
    report = OutcomeReport(
        trial_id=trial.id,
        slug=trial.reference.lower(),
        title=trial.title,
        language=language,
        status=ReportStatus.DRAFT.value,
        sections={},
        lessons={},
        recommendations={},
        drafted_by_id=actor.person_id,
        drafted_at=now,
        changed_at=now,
    )
    session.add(report)
    _record(session, actor, Deed.OUTCOME_DRAFTED, report, trial=trial, now=now)
    return report


def require_reportable(session: Session, trial: Trial) -> None:
    """Refuse a report on a test that goes on, and a second one on the same test.

    Raises: NotPossible(STILL_RUNNING, ALREADY_DONE).
    """
    if TrialStatus(trial.status) not in ENDED:
        raise NotPossible(Why.STILL_RUNNING)
    if find_report_of(session, trial.id) is not None:
        raise NotPossible(Why.ALREADY_DONE)


def save_report(
    session: Session,
    actor: Actor,
    report: OutcomeReport,
    *,
    title: str,
    sections: Mapping[str, str],
    lessons: Mapping[str, str],
    recommendations: Mapping[str, str],
    expected_version: int,
    now: datetime,
) -> None:
    """Keep what was written so far. Raises: Denied, Stale, TransitionRefused once it was sent."""
    require(session, actor, P.OUTCOME_EDIT, report)
    require_editable(report)
    if report.version != expected_version:
        raise Stale
    report.title = title
    report.sections = _written(sections)
    report.lessons = _written(lessons)
    report.recommendations = _written(recommendations)
    report.changed_at = now
    _record(session, actor, Deed.OUTCOME_SAVED, report, trial=report.trial, now=now)


def require_editable(report: OutcomeReport) -> None:
    """Refuse to let a report be written that was sent. Raises: TransitionRefused."""
    # A report may be edited exactly as long as it may still be sent.
    LIFECYCLE.advance(ReportStatus(report.status), ReportAction.SEND)


def send_for_publication(
    session: Session, actor: Actor, report: OutcomeReport, *, now: datetime
) -> None:
    """Hand the draft to the publishers.

    Raises: Denied, TransitionRefused, NotPossible(REPORT_INCOMPLETE) while a part is missing.
    """
    require(session, actor, P.OUTCOME_EDIT, report)
    status = LIFECYCLE.advance(ReportStatus(report.status), ReportAction.SEND)
    if unwritten_sections(report):
        raise NotPossible(Why.REPORT_INCOMPLETE)
    report.status = status.value
    report.return_reason = ""
    report.changed_at = now
    asks = queries.needs_consent(session, report.trial)
    _forget_consent(report, Consent.ASKED if asks else Consent.NOT_ASKED)
    _record(session, actor, Deed.OUTCOME_SENT_FOR_PUBLICATION, report, trial=report.trial, now=now)
    if asks:
        notices.ask_company(session, report, now)
    else:
        notices.tell_publishers(session, report, now)


def unwritten_sections(report: OutcomeReport) -> tuple[str, ...]:
    """Return the sections that are still empty and keep a draft from being sent."""
    if not LIFECYCLE.allows(ReportStatus(report.status), ReportAction.SEND):
        return ()
    return empty_sections(active.pack_of(report.trial), report.sections)


def agree_to_publication(
    session: Session,
    actor: Actor,
    report: OutcomeReport,
    *,
    expected_version: int,
    now: datetime,
    seen: str | None = None,
) -> None:
    """Agree, as the company, to publish exactly what was read: wording and facts stand from then.

    Shape: `expected_version` and `seen`, a fingerprint, are those of the page on which the person
    read the report.
    Raises: Denied, TransitionRefused, Stale, NotPossible(ALREADY_DONE).
    """
    _require_answerable(session, actor, report, Consent.AGREED)
    if report.version != expected_version:
        raise Stale
    facts = compute_facts(session, report.trial, active.pack_of(report.trial))
    # The case goes on after the end of the test: an incident is closed, an authority succeeded.
    if seen is not None and seen != fingerprint_of(report, facts):
        raise Stale
    report.facts = facts
    report.consent_hash = fingerprint_of(report, facts)
    _answer(report, Consent.AGREED, actor, reason="", now=now)
    _record(session, actor, Deed.OUTCOME_CONSENTED, report, trial=report.trial, now=now)
    notices.tell_publishers(session, report, now)


def refuse_publication(
    session: Session, actor: Actor, report: OutcomeReport, *, reason: str, now: datetime
) -> None:
    """Refuse the publication, as the company, or take an agreement back while it can be.

    Raises: Denied, TransitionRefused, NotPossible(ALREADY_DONE, REASON_MISSING).
    """
    _require_answerable(session, actor, report, Consent.REFUSED)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    report.facts, report.consent_hash = None, None
    _answer(report, Consent.REFUSED, actor, reason=reason.strip(), now=now)
    _record(session, actor, Deed.OUTCOME_CONSENT_REFUSED, report, trial=report.trial, now=now)
    notices.tell_publishers(session, report, now)


def return_to_drafter(
    session: Session, actor: Actor, report: OutcomeReport, *, reason: str, now: datetime
) -> None:
    """Give the report back with a reason. Raises: Denied, TransitionRefused, NotPossible."""
    require(session, actor, P.OUTCOME_PUBLISH, report)
    status = LIFECYCLE.advance(ReportStatus(report.status), ReportAction.RETURN)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    report.status = status.value
    report.return_reason = reason.strip()
    _forget_consent(report, Consent.NOT_ASKED)
    report.changed_at = now
    _record(session, actor, Deed.OUTCOME_RETURNED, report, trial=report.trial, now=now)
    notices.tell_drafter(session, report, now)


def publish(
    session: Session,
    actor: Actor,
    report: OutcomeReport,
    *,
    now: datetime,
    expected_version: int | None = None,
) -> None:
    """Publish: freeze the facts and the wording, and hash both; nothing of it changes again.

    Shape: `expected_version` is that of the page on which the person read the report.
    Raises: NotPossible(FOUR_EYES) for whoever wrote any of it, Denied, Stale, TransitionRefused,
    NotPossible(CONSENT_MISSING, CONSENT_REFUSED) where the pack asks for the company's agreement.
    """
    if actor.person_id in queries.list_authors(session, report):
        raise NotPossible(Why.FOUR_EYES)
    require(session, actor, P.OUTCOME_PUBLISH, report)
    if expected_version is not None and report.version != expected_version:
        raise Stale
    status = LIFECYCLE.advance(ReportStatus(report.status), ReportAction.PUBLISH)
    pack = active.pack_of(report.trial)
    is_needed = queries.needs_consent(session, report.trial)
    lacking = lacking_consent(Consent(report.consent), is_needed=is_needed)
    if lacking is not None:
        raise NotPossible(lacking)
    # What the company agreed to stands, facts too: nothing is published that it did not read.
    if report.facts is None:
        report.facts = compute_facts(session, report.trial, pack)
    report.content_hash = content_hash(content_of(report))
    if report.consent_hash not in (None, report.content_hash):
        raise NotPossible(Why.CONSENT_MISSING)
    report.status = status.value
    report.published_by_id = actor.person_id
    report.published_at = now
    report.changed_at = now
    _record(session, actor, Deed.OUTCOME_PUBLISHED, report, trial=report.trial, now=now)
    notices.tell_company(session, report, now)


def content_of(report: Any) -> dict[str, Any]:
    """Return what the fingerprint of a published report covers."""
    return {
        "slug": report.slug,
        "edition": report.edition,
        "title": report.title,
        "language": report.language,
        "facts": report.facts,
        "sections": report.sections,
        "lessons": report.lessons,
        "recommendations": report.recommendations,
    }


def fingerprint_of(report: Any, facts: Mapping[str, Any]) -> str:
    """Return the fingerprint of a report as it reads with these facts."""
    return content_hash({**content_of(report), "facts": facts})


def _require_answerable(
    session: Session, actor: Actor, report: OutcomeReport, answer: Consent
) -> None:
    require(session, actor, P.OUTCOME_CONSENT, report)
    # The company may answer exactly as long as the report may be published.
    LIFECYCLE.advance(ReportStatus(report.status), ReportAction.PUBLISH)
    if report.consent == answer:
        raise NotPossible(Why.ALREADY_DONE)


def _answer(
    report: OutcomeReport, consent: Consent, actor: Actor, *, reason: str, now: datetime
) -> None:
    report.consent = consent.value
    report.consent_reason = reason
    report.consent_by_id = actor.person_id
    report.consent_at = now
    report.changed_at = now


def _forget_consent(report: OutcomeReport, consent: Consent) -> None:
    """Let the company be asked anew, or not at all, because another wording may follow."""
    report.consent = consent.value
    report.consent_reason = ""
    report.facts, report.consent_hash = None, None
    report.consent_by_id, report.consent_at = None, None


def _written(texts: Mapping[str, str]) -> dict[str, str]:
    return {key: text.strip() for key, text in texts.items() if text and text.strip()}


def _record(
    session: Session,
    actor: Actor,
    deed: Deed,
    report: OutcomeReport,
    *,
    trial: Trial,
    now: datetime,
) -> None:
    entry = record(session, actor, deed, report, now=now, edition=report.edition)
    # The report belongs to the history of the case that the trial grew from.
    entry.application_id = trial.application_id

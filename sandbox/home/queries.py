"""Read what the start pages and the case page show, across the slices."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from sandbox.access.checks import NotFound, conceivable, grants, scope
from sandbox.access.permissions import P
from sandbox.applications import queries as applications
from sandbox.coordination import queries as coordination
from sandbox.coordination.queries import Viewer
from sandbox.domain.applications import (
    OPEN_STATUSES,
    ApplicationStatus,
)
from sandbox.domain.awaiting import without_incidents
from sandbox.domain.calendar import ClockReading
from sandbox.domain.calls import OUTSIDE, find_call
from sandbox.domain.packs import CallSpec, PolicyPack
from sandbox.domain.trials import OPEN_STATUSES as OPEN_TRIALS
from sandbox.domain.trials import TrialStatus
from sandbox.home.next_steps import next_steps
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import AuditEntry
from sandbox.kernel.clock import local_day
from sandbox.kernel.mail import OutboxMail
from sandbox.kernel.paging import Page, paged
from sandbox.models import (
    Application,
    Authority,
    Decision,
    Enquiry,
    Organisation,
    OutcomeReport,
    Trial,
)
from sandbox.outcomes import queries as outcomes
from sandbox.packs import active
from sandbox.trials import queries as trials
from sandbox.trials.sentences import in_words

CASE_PERMISSIONS = (
    P.APPLICATION_READ,
    P.APPLICATION_READ_ANSWERS,
    P.APPLICATION_EDIT,
    P.APPLICATION_SUBMIT,
    P.APPLICATION_WITHDRAW,
    P.APPLICATION_TRIAGE,
    P.APPLICATION_ASSIGN,
    P.APPLICATION_REQUEST_INFORMATION,
    P.QUESTION_SUGGEST,
    P.NOTE_KEEP,
    P.APPLICATION_ANSWER_INFORMATION,
    P.PRELIMINARY_ANSWER,
    P.GUIDANCE_READ,
    P.GUIDANCE_GIVE,
    P.RECEIPT_CONFIRM,
    P.ASSIGNMENT_ANSWER,
    P.LEAD_OFFER,
    P.LEAD_ANSWER,
    P.OFFICER_NAME,
    P.CONFLICT_DECLARE,
    P.APPLICATION_REVIEW,
    P.POSITION_TAKE,
    P.APPLICATION_DECIDE,
    P.CASE_MOVE,
    P.DOSSIER_ASK,
)
LONGEST_HISTORY = 200
DIGEST = "home/digest"


@dataclass(frozen=True, slots=True)
class CasePage:
    """Hold everything the page of a case shows to one reader."""

    application: Application
    organisation: str
    pack: PolicyPack
    today: date
    granted: frozenset[P]
    enquiry: Any  # the id and reference of the enquiry that it came from, for who may read both
    newer_rules: str | None
    call: CallSpec | None
    clock: ClockReading | None
    answer_clock: ClockReading | None  # the company's, while it owes an answer
    answered_until: date | None  # the last day on which a correction or answer is taken
    is_closed: bool  # nothing is to be decided any more
    next_steps: Sequence[tuple[object, object]]  # what is next, and who must act
    history: Sequence[Any]
    refusal_rules: Mapping[int, PolicyPack | None]  # of the refusals in it, by their places
    is_inside: bool  # whether an authority or the secretariat reads it
    reasons_read: frozenset[str]  # the deeds whose reasons this reader finds in the history
    applications_panel: object
    coordination_panel: object
    guidance_panel: object
    trials_panel: object
    consent_id: UUID | None  # the outcome report on which the company is asked, or has answered

    @property
    def is_outside_calls(self) -> bool:
        """Tell whether the case was sent outside the calls, where others are sent in one."""
        return self.application.call_key == OUTSIDE


def get_case(session: Session, actor: Actor, application_id: UUID, now: datetime) -> CasePage:
    """Gather the page of a case. Raises: NotFound where it is out of the actor's scope."""
    statement = (
        select(Application, Organisation.name, Decision, Enquiry.id, Enquiry.reference)
        .join(Organisation, Organisation.id == Application.organisation_id)
        .outerjoin(Enquiry, and_(Enquiry.became_id == Application.id, scope(actor, P.ENQUIRY_READ)))
        .outerjoin(Decision, Decision.application_id == Application.id)
        .where(Application.id == application_id, scope(actor, P.APPLICATION_READ))
    )
    row = session.execute(coordination.with_made(statement, actor)).one_or_none()
    if row is None:
        raise NotFound
    application, organisation, decision, *enquiry = row[:5]
    made = coordination.Made(*row[5:])
    pack = active.pack_of(application)
    today = local_day(now, pack.calendar.timezone)
    trial = trials.case_panel(session, actor, application, pack, now)
    granted = grants(session, actor, CASE_PERMISSIONS, application)
    stops = applications.list_stops(session, application_id)
    panel = coordination.case_panel(
        session, actor, application, pack, now, stops=stops, decision=decision, made=made
    )
    is_inside = _is_inside(actor, application)
    history = applications.list_history(
        session, application_id, is_inside=is_inside, limit=LONGEST_HISTORY
    )
    steps: Sequence[tuple[object, object]]
    if trial is not None and trial.awaited:
        knows = panel is None or panel.viewer is not Viewer.AUTHORITY or panel.has_declared
        steps = in_words(trial.awaited if knows else without_incidents(trial.awaited))
    else:
        steps = next_steps(
            application.status,
            application.outcome,
            () if panel is None else panel.acting,
            is_ripe=panel is not None and panel.is_ripe,
            may_announce=panel is not None and panel.may_announce,
            is_prohibited=is_inside and pack.prohibits(application.tier),
        )
    return CasePage(
        application=application,
        organisation=organisation,
        pack=pack,
        today=today,
        granted=granted,
        enquiry=enquiry if enquiry[0] is not None else None,
        newer_rules=_newer_rules(application, trial, granted),
        call=_call(application, pack),
        clock=applications.clock_of(session, application, pack, today, stops=stops),
        answer_clock=applications.answer_clock(application, pack, stops, today),
        answered_until=applications.taken_until(application, pack),
        is_closed=ApplicationStatus(application.status) not in OPEN_STATUSES,
        next_steps=steps,
        history=history,
        refusal_rules=applications.map_refusal_rules(application, history),
        is_inside=is_inside,
        reasons_read=applications.reasons_read(
            is_inside=is_inside, is_knowing=P.APPLICATION_READ_ANSWERS in granted
        ),
        applications_panel=applications.case_panel(
            session, actor, application, pack, now, granted=granted
        ),
        coordination_panel=panel,
        guidance_panel=_guidance(session, actor, application, trial, granted),
        trials_panel=trial,
        consent_id=_consent(session, actor, application_id, trial),
    )


def _guidance(
    session: Session, actor: Actor, application: Application, panel: Any, granted: frozenset[P]
) -> object:
    """Gather the latest advice on a case for those who may read it."""
    if P.GUIDANCE_READ not in granted:
        return None
    trial = None if panel is None else panel.trial
    return coordination.guidance_panel(
        session,
        actor,
        application,
        may_give=P.GUIDANCE_GIVE in granted,
        has_ended=trial is not None and trial.ended_at is not None,
    )


def _call(application: Application, pack: PolicyPack) -> CallSpec | None:
    """Return the call of a case as its own rules name it, or as those in force do."""
    if application.call_key in (None, OUTSIDE):
        return None
    return find_call(application.call_key, pack, active.programme_of(application))


def _consent(session: Session, actor: Actor, application_id: UUID, panel: Any) -> UUID | None:
    """Look for the report only where there can be one to which this reader's company agrees."""
    if panel is None or panel.trial is None or not conceivable(actor, P.OUTCOME_CONSENT):
        return None
    return outcomes.find_consent(session, actor, application_id)


def _newer_rules(application: Application, panel: Any, granted: frozenset[P]) -> str | None:
    """Name the rules to which this reader may move the case; None where there are none."""
    runs = ApplicationStatus(application.status) in OPEN_STATUSES or (
        panel is not None
        and panel.trial is not None
        and TrialStatus(panel.trial.status) in OPEN_TRIALS
    )
    if P.CASE_MOVE not in granted or not runs or application.pack_code != active.code():
        return None
    version = active.version_in_force()
    return version if active.is_newer(version, application.pack_version) else None


def _is_inside(actor: Actor, application: Application) -> bool:
    """Tell whether somebody reads a case for an authority or the secretariat.

    Whoever belongs to the company reads as the company does, whatever else they may be.
    """
    is_company = application.organisation_id in actor.member_of
    return bool(actor.staff or actor.officer_of) and not is_company


def list_deeds(session: Session, after: str | None) -> Page[Any]:
    """Page through every deed for the auditor, the newest first; it names no person.

    What happened and on whose behalf is shown, and the reference of the case: never its content.
    """
    statement = (
        select(
            AuditEntry.deed,
            AuditEntry.actor_kind,
            AuditEntry.subject_type,
            Authority.code.label("authority"),
            Application.reference,
            AuditEntry.at,
            AuditEntry.tick,
            AuditEntry.id,
        )
        .outerjoin(Authority, Authority.id == AuditEntry.authority_id)
        .outerjoin(Application, Application.id == AuditEntry.application_id)
    )
    key = (AuditEntry.at, AuditEntry.tick, AuditEntry.id)
    return paged(session, statement, key, (datetime, int, UUID), after)


def list_open_cases(session: Session, actor: Actor, cases: Collection[Any]) -> Sequence[UUID]:
    """List those of some cases whose pages are open to the actor."""
    if not cases:
        return ()
    return session.scalars(
        select(Application.id).where(Application.id.in_(cases), scope(actor, P.APPLICATION_READ))
    ).all()


def list_mails(session: Session, actor: Actor, after: str | None = None) -> Page[Any]:
    """Page through what the actor was told, the latest first, without cases closed to them now.

    Whoever is recused, or leaves a case otherwise, loses it in the inbox too.
    Shape: rows of the mail, whether its case's page is open to the actor, and how the case is
    called.
    """
    case = select(Application.id).where(
        Application.id == OutboxMail.application_id, scope(actor, P.APPLICATION_READ)
    )
    report = (
        select(OutcomeReport.id)
        .join(Trial, Trial.id == OutcomeReport.trial_id)
        .where(Trial.application_id == OutboxMail.application_id, scope(actor, P.OUTCOME_READ))
    )
    is_open = case.correlate(OutboxMail).exists()
    enquiry = select(Enquiry.id).where(
        Enquiry.id == OutboxMail.enquiry_id, scope(actor, P.ENQUIRY_READ)
    )
    # The policy's own conditions speak of applications too, and must not find this one.
    named = aliased(Application)
    statement = (
        select(
            OutboxMail,
            is_open.label("is_open"),
            named.reference,
            named.title,
            OutboxMail.created_at,
            OutboxMail.id,
        )
        .outerjoin(named, named.id == OutboxMail.application_id)
        .where(
            OutboxMail.person_id == actor.person_id,
            OutboxMail.template != DIGEST,  # what it names stands here itself
            or_(
                OutboxMail.application_id.is_(None), is_open, report.correlate(OutboxMail).exists()
            ),
            or_(OutboxMail.enquiry_id.is_(None), enquiry.correlate(OutboxMail).exists()),
        )
    )
    key = (OutboxMail.created_at, OutboxMail.id)
    return paged(session, statement, key, (datetime, UUID), after)

"""Tell people what happened to a case that they share; nobody recused from it hears of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.applications.queries import Reader, list_caseworkers, list_members
from sandbox.coordination import queries
from sandbox.domain.packs import PolicyPack, SuccessionSpec
from sandbox.domain.succession import Passage
from sandbox.kernel.mail import post_to
from sandbox.models import (
    Application,
    Authority,
    AuthorityAssignment,
    GuidanceEntry,
    Person,
    PreliminaryResult,
)
from sandbox.models.coordination import STANDING


def authority_asked(
    session: Session,
    application: Application,
    assignment: AuthorityAssignment,
    now: datetime,
    *,
    reason: str,
) -> None:
    """Ask the heads of an authority whether it takes the case, with the reason if one was due."""
    for head in queries.list_heads(session, application.id, [assignment.authority_id]):
        _tell(
            session,
            head,
            "assigned",
            application,
            now,
            role=assignment.role,
            respond_by=assignment.respond_by,
            reason=reason,
        )


def authority_declined(
    session: Session,
    application: Application,
    assignment: AuthorityAssignment,
    now: datetime,
    *,
    review_begins: bool,
) -> None:
    """Tell the secretariat that an authority does not take the case, and why."""
    for caseworker in list_caseworkers(session, application.id):
        _tell(
            session,
            caseworker,
            "declined",
            application,
            now,
            authority=assignment.authority.code,
            role=assignment.role,
            reason=assignment.reason,
            review_begins=review_begins,
        )


def associate_added(
    session: Session,
    application: Application,
    place: AuthorityAssignment,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Tell whoever works on the case already that one more authority is asked."""
    told = _others(session, application, place)
    for person in queries.list_team(session, application.id, told):
        _tell(
            session,
            person,
            "associate_added",
            application,
            now,
            authority=place.authority.code,
            reason=reason,
        )


def associate_released(
    session: Session,
    application: Application,
    place: AuthorityAssignment,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Tell the people of an authority that it leaves the case, and those who stay."""
    params = {"authority": place.authority.code, "reason": reason}
    for person in queries.list_team(session, application.id, [place.authority_id]):
        _tell(session, person, "associate_released", application, now, **params)
    told = _others(session, application, place)
    for person in queries.list_team(session, application.id, told):
        _tell(session, person, "associate_left", application, now, **params)


def _others(session: Session, application: Application, place: AuthorityAssignment) -> list[UUID]:
    return [
        each.authority_id
        for each in queries.list_assignments(session, application.id)
        if each.state in STANDING and each.authority_id != place.authority_id
    ]


def guidance_given(
    session: Session,
    application: Application,
    entry: GuidanceEntry,
    *,
    authority: str | None,
    corrects: int | None,
    now: datetime,
) -> None:
    """Tell the company that advice to it is on record, or corrected."""
    template = "advice_recorded" if corrects is None else "advice_corrected"
    for person in list_members(session, application.organisation_id):
        _tell(
            session,
            person,
            template,
            application,
            now,
            authority=authority or "",
            given_on=entry.given_on,
            number=entry.number,
            corrects=corrects,
        )


def guidance_answered(
    session: Session, application: Application, entry: GuidanceEntry, *, now: datetime
) -> None:
    """Tell those who stand by an entry that the company said how it understood it.

    What it said stays on the page: whoever has not declared yet must not read it in a mail.
    """
    if entry.authority_id is None:
        told: Iterable[Reader] = list_caseworkers(session, application.id)
    else:
        answering = queries.list_answering(session, application.id, entry.authority_id)
        told = queries.list_team(session, application.id, answering)
    for person in told:
        _tell(session, person, "advice_answered", application, now, number=entry.number)


def lead_offered(
    session: Session,
    application: Application,
    lead: AuthorityAssignment,
    chosen: AuthorityAssignment,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Ask the heads of an authority whether it takes over the lead of the case."""
    for head in queries.list_heads(session, application.id, [chosen.authority_id]):
        _tell(
            session,
            head,
            "lead_offered",
            application,
            now,
            authority=lead.authority.code,
            reason=reason,
        )


def lead_offer_withdrawn(
    session: Session,
    application: Application,
    lead: AuthorityAssignment,
    chosen: AuthorityAssignment,
    now: datetime,
) -> None:
    """Tell the heads who were asked that they need not answer any more."""
    for head in queries.list_heads(session, application.id, [chosen.authority_id]):
        _tell(
            session,
            head,
            "lead_offer_withdrawn",
            application,
            now,
            authority=lead.authority.code,
        )


def lead_declined(
    session: Session,
    application: Application,
    lead: AuthorityAssignment,
    chosen: AuthorityAssignment,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Tell the heads of the lead that it stays the lead, and why."""
    for head in queries.list_heads(session, application.id, [lead.authority_id]):
        _tell(
            session,
            head,
            "lead_declined",
            application,
            now,
            authority=chosen.authority.code,
            reason=reason,
        )


def lead_passed(
    session: Session,
    application: Application,
    lead: AuthorityAssignment,
    chosen: AuthorityAssignment,
    now: datetime,
) -> None:
    """Tell everybody on the case who leads it from now on."""
    authorities = [
        each.authority_id
        for each in queries.list_assignments(session, application.id)
        if each.state in STANDING
    ]
    names = {"before": lead.authority.code, "after": chosen.authority.code}
    inside = [
        *queries.list_team(session, application.id, authorities),
        *list_caseworkers(session, application.id),
    ]
    for person in inside:
        _tell(session, person, "lead_passed", application, now, **names)
    for person in list_members(session, application.organisation_id):
        _tell(session, person, "lead_passed_for_company", application, now, **names)


def officer_named(
    session: Session, application: Application, person: Person, now: datetime
) -> None:
    """Ask the officer who was named to declare about conflicts of interest first."""
    to = Reader(person.id, person.email, person.language)
    _tell(session, to, "officer_named", application, now)


def officer_recused(
    session: Session,
    application: Application,
    authority_id: UUID,
    now: datetime,
    *,
    officer_missing: bool,
    position_stands: bool,
) -> None:
    """Tell the heads of an authority who of it is recused; not why, which is personal.

    Shape: `officer_missing` where another officer is to be named; `position_stands` where the
    authority's position is that of whoever is recused.
    """
    for head in queries.list_heads(session, application.id, [authority_id]):
        _tell(
            session,
            head,
            "officer_recused",
            application,
            now,
            officer_missing=officer_missing,
            position_stands=position_stands,
        )


def nobody_left(session: Session, application: Application, authority: str, now: datetime) -> None:
    """Tell the secretariat that nobody of an authority may act on a case any more."""
    for caseworker in list_caseworkers(session, application.id):
        _tell(session, caseworker, "nobody_left", application, now, authority=authority)


def review_started(
    session: Session,
    application: Application,
    authorities: Iterable[UUID],
    due_on: date,
    now: datetime,
) -> None:
    """Tell everybody who works on the case that the review begins, and until when."""
    for person in queries.list_team(session, application.id, authorities):
        _tell(session, person, "review_started", application, now, due_on=due_on)


def deliberation_opened(
    session: Session, application: Application, authorities: Iterable[UUID], now: datetime
) -> None:
    """Call the authorities on the case to deliberate."""
    for person in queries.list_team(session, application.id, authorities):
        _tell(session, person, "deliberation_opened", application, now)


def preliminary_announced(
    session: Session,
    application: Application,
    result: PreliminaryResult,
    authorities: Iterable[UUID],
    now: datetime,
) -> None:
    """Tell the company what is to be decided and until when it may answer, and the authorities."""
    told = {"outcome": result.outcome, "due_on": result.due_on}
    for person in list_members(session, application.organisation_id):
        _tell(session, person, "preliminary_announced", application, now, **told)
    for person in queries.list_team(session, application.id, authorities):
        _tell(session, person, "preliminary_announced_for_authorities", application, now, **told)


def preliminary_answered(
    session: Session,
    application: Application,
    result: PreliminaryResult,
    authorities: Iterable[UUID],
    now: datetime,
) -> None:
    """Tell the authorities what the company says, so that they may change their positions."""
    told = {"answer": result.answer, "late": result.late, "number": result.number}
    for person in queries.list_team(session, application.id, authorities):
        _tell(session, person, "preliminary_answered", application, now, **told)


def preliminary_silent(
    session: Session,
    application: Application,
    result: PreliminaryResult,
    authorities: Iterable[UUID],
    now: datetime,
) -> None:
    """Tell both sides that the term has passed: now the lead may decide."""
    for person in list_members(session, application.organisation_id):
        _tell(session, person, "preliminary_passed", application, now, due_on=result.due_on)
    for person in queries.list_team(session, application.id, authorities):
        _tell(session, person, "preliminary_silent", application, now, due_on=result.due_on)


def decided(
    session: Session,
    application: Application,
    authorities: Iterable[UUID],
    pack: PolicyPack,
    *,
    issuer: str | None,
    now: datetime,
) -> None:
    """Tell the company and the authorities how the case was decided, and by whom (a code)."""
    outcome = str(application.outcome)
    for person in list_members(session, application.organisation_id):
        _tell(
            session,
            person,
            "decided_for_company",
            application,
            now,
            outcome=outcome,
            appeals=pack.remedy_against(issuer),
        )
    for person in queries.list_team(session, application.id, authorities):
        _tell(session, person, "decided_for_authorities", application, now, outcome=outcome)


def case_succeeded(
    session: Session,
    application: Application,
    people: Iterable[Reader],
    *,
    succession: SuccessionSpec,
    passages: Sequence[Passage],
    now: datetime,
) -> None:
    """Tell the company who works on its case from now on, and under which rule."""
    for person in people:
        _tell(
            session,
            person,
            "succeeded",
            application,
            now,
            authority=succession.authority,
            successors=", ".join(each.authority for each in passages),
            rule=succession.open_cases,
        )


def authority_ended(
    session: Session,
    succession: SuccessionSpec,
    ids: Mapping[str, UUID],
    moved: int,
    now: datetime,
) -> None:
    """Tell the people of all authorities concerned, and the secretariat, once for all cases."""
    successors = [each.code for each in succession.successors]
    heirs = [ids[code] for code in successors]
    stranded = queries.count_stranded(session, heirs)
    for person in queries.list_concerned(session, ids[succession.authority], heirs):
        post_to(
            session,
            person,
            "coordination/authority_ended",
            now,
            authority=succession.authority,
            successors=", ".join(successors),
            rule=succession.open_cases,
            provision=succession.provision,
            moved=moved,
            stranded=stranded,
        )


def term_ends(
    session: Session,
    application: Application,
    authority_id: UUID,
    now: datetime,
    *,
    term: str,
    due_on: date,
) -> None:
    """Warn the heads of an authority that one of its terms ends."""
    for head in queries.list_heads(session, application.id, [authority_id]):
        _tell(session, head, "term_ends", application, now, term=term, due_on=due_on)


def term_passed(
    session: Session,
    application: Application,
    authority_id: UUID,
    now: datetime,
    *,
    term: str,
    due_on: date,
) -> None:
    """Tell the secretariat that an authority has let a term pass."""
    authority = session.get_one(Authority, authority_id).code
    for caseworker in list_caseworkers(session, application.id):
        _tell(
            session,
            caseworker,
            "term_passed",
            application,
            now,
            term=term,
            authority=authority,
            due_on=due_on,
        )


def _tell(
    session: Session,
    person: Reader,
    template: str,
    application: Application,
    now: datetime,
    **params: Any,
) -> None:
    post_to(
        session,
        person,
        f"coordination/{template}",
        now,
        application_id=application.id,
        reference=application.reference or "",
        title=application.title,
        **params,
    )

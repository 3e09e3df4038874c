"""A form opens where its deed is open, and nowhere else: who comes to it otherwise reads why."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask, url_for
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from sandbox.applications.queries import EDITABLE
from sandbox.coordination import services as coordination
from sandbox.coordination.actions import OPEN_IN, CoordinationAction
from sandbox.domain.applications import (
    LIFECYCLE,
    ApplicationAction,
    ApplicationStatus,
    DecisionOutcome,
)
from sandbox.domain.enquiries import LIFECYCLE as ENQUIRY_LIFECYCLE
from sandbox.domain.enquiries import EnquiryAction, EnquiryKind, EnquiryStatus
from sandbox.domain.outcomes import ReportStatus
from sandbox.domain.packs import RequirementKind, RequirementSpec, TierSpec, Who
from sandbox.domain.reliefs import ReliefWording
from sandbox.domain.trials import (
    OPEN_STATUSES,
    TrialAction,
    TrialStatus,
    TrialWork,
    possible,
)
from sandbox.enquiries import services as enquiries
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.models import (
    Application,
    AuthorityAssignment,
    Enquiry,
    FastAnswer,
    FinalReport,
    Incident,
    OutcomeReport,
    Person,
    Relief,
    Trial,
    TrialStage,
)
from sandbox.models.coordination import AssignmentRole, AssignmentState
from sandbox.trials import services
from tests.factories import Team, actor_for, make_company, make_staff, make_team, pack
from tests.pages import JudgingClient
from tests.trial_factories import (
    Cast,
    enter_next,
    make_running_trial,
    make_trial,
    read,
    trouble,
    work_the_gate,
)

Open = Callable[[Actor], JudgingClient]
# A tier whose last gate asks for a document, for an approval, and for something that may be waived.
TIER = next(
    tier.key
    for tier in pack().tiers
    if {RequirementKind.DOCUMENT, RequirementKind.APPROVAL}
    <= {each.kind for each in tier.completion}
    and any(each.may_be_waived for each in tier.completion)
)

TRIALS: dict[str, tuple[TrialAction | TrialWork, str]] = {
    "suspend": (TrialAction.SUSPEND, "lead"),
    "complete": (TrialAction.COMPLETE, "lead"),
    "end_early": (TrialAction.END, "lead"),
    "start_condition": (TrialWork.SET_START_CONDITION, "lead"),
    "document": (TrialWork.DOCUMENT, "company"),
    "approve": (TrialWork.APPROVE, "lead"),
    "refuse": (TrialWork.REFUSE, "lead"),
    "waive": (TrialWork.WAIVE, "lead"),
    "new_report": (TrialWork.REPORT, "company"),
    "new_incident": (TrialWork.OPEN_INCIDENT, "company"),
    "complete_incident": (TrialWork.COMPLETE_INCIDENT, "company"),
    "react_to_incident": (TrialWork.REACT_INCIDENT, "lead"),
    "close_incident": (TrialWork.CLOSE_INCIDENT, "lead"),
    "new_final_report": (TrialWork.FINAL_REPORT, "company"),
    "correct_final_report": (TrialWork.FINAL_REPORT, "company"),
    "new_relief": (TrialWork.GRANT_RELIEF, "lead"),
    "edit_relief": (TrialWork.GRANT_RELIEF, "lead"),
    "grant_relief": (TrialWork.GRANT_RELIEF, "lead"),
    "refuse_relief": (TrialWork.GRANT_RELIEF, "lead"),
    "end_relief": (TrialWork.END_RELIEF, "lead"),
}
# They are read in every status, and show their form where it is open.
READ_OF_TRIALS = {"plan", "report"}

EDITING = "editing"
CASES: dict[str, tuple[ApplicationAction | CoordinationAction | str, str]] = {
    "applications.copy": (EDITING, "company"),
    "applications.check": (EDITING, "company"),
    "applications.section": (EDITING, "company"),
    "applications.withdraw": (ApplicationAction.WITHDRAW, "company"),
    "applications.redirect_": (ApplicationAction.REDIRECT, "caseworker"),
    "coordination.routing": (ApplicationAction.ASSIGN, "caseworker"),
    "coordination.change_routing": (ApplicationAction.ASSIGN, "caseworker"),
    "coordination.replacement": (CoordinationAction.REPLACE_AUTHORITY, "caseworker"),
    "coordination.associate": (CoordinationAction.CHANGE_ASSOCIATES, "caseworker"),
    "coordination.release": (CoordinationAction.CHANGE_ASSOCIATES, "caseworker"),
    "coordination.assignment": (CoordinationAction.ANSWER_ASSIGNMENT, "asked"),
    "coordination.information_request": (ApplicationAction.REQUEST_INFORMATION, "lead"),
    "coordination.suggestions": (CoordinationAction.SUGGEST_QUESTION, "associate"),
    "coordination.leave_suggestion": (CoordinationAction.SUGGEST_QUESTION, "lead"),
    "coordination.issue": (ApplicationAction.DECIDE, "lead"),
    "coordination.announce": (ApplicationAction.ANNOUNCE, "lead"),
    "coordination.review": (CoordinationAction.REVIEW, "lead"),
    "coordination.position": (CoordinationAction.TAKE_POSITION, "lead"),
    "coordination.lead_offer": (CoordinationAction.HAND_OVER_LEAD, "head"),
    "coordination.lead_answer": (CoordinationAction.HAND_OVER_LEAD, "associate_head"),
    "coordination.officer": (CoordinationAction.NAME_OFFICER, "head"),
}
# The company reads what it was asked, and an authority its notes, whatever the status; an interest
# can arise at any time; advice stays open as long as a test runs, and rules move as they allow.
# Only a result that was announced can be answered, which the tests of hearings do.
# What is declined as prohibited has to be so, which the tests of such a case hold.
NOT_BY_STATUS = {
    "applications.decline",
    "applications.information",
    "coordination.notes",
    "coordination.conflict",
    "coordination.new_guidance",
    "coordination.correct_guidance",
    "coordination.answer_guidance",
    "coordination.preliminary_answer",
    "programme.move",
}

REPORTS = {"outcomes.begin", "outcomes.edit"}
ENQUIRIES: dict[str, tuple[EnquiryAction, str]] = {
    "enquiries.answer": (EnquiryAction.ANSWER, "caseworker"),
    "enquiries.authorities": (EnquiryAction.ASK, "caseworker"),
    "enquiries.fast_answer": (EnquiryAction.WRITE, "asked"),
}
# They begin something, or are about a person or the rules, and not about a case that moves on.
OF_NO_CASE = {
    "accounts.grant_role",
    "accounts.invite",
    "accounts.join_authority",
    "accounts.new_organisation",
    "accounts.new_person",
    "accounts.profile",
    "applications.new",
    "dossiers.upload",
    "enquiries.new",
    "home.check_eligibility",
    "programme.activate",
    "programme.upload",
    "security.change_password",
    "security.confirm_email",
    "security.forgot_password",
    "security.login",
    "security.register",
    "security.reset_password",
    "security.send_confirmation",
}


@pytest.fixture
def window(session: Session, client_for: Callable[[str], JudgingClient]) -> Open:
    def open_for(actor: Actor) -> JudgingClient:
        assert actor.person_id is not None
        email = session.get_one(Person, actor.person_id).email
        session.rollback()
        return client_for(email)

    return open_for


def test_every_form_page_is_in_the_tables(app: Flask) -> None:
    forms = {
        each.endpoint
        for each in app.url_map.iter_rules()
        if {"GET", "POST"} <= (each.methods or set())
    }
    of_trials = {f"trials.{name}" for name in {*TRIALS, *READ_OF_TRIALS}}
    # Three pages have a form that is sent to another address.
    elsewhere = {"applications.check", "applications.section", "coordination.routing"}
    of_cases = {*CASES} - elsewhere | NOT_BY_STATUS
    assert forms == of_trials | of_cases | REPORTS | {*ENQUIRIES} | OF_NO_CASE


def test_a_form_of_a_test_opens_where_its_deed_is_open(
    session: Session, app: Flask, window: Open
) -> None:
    cast = at_the_last_gate(session, app)
    tier, stage = read(session, cast).tier, read(session, cast).current.key
    windows = {"lead": window(cast.lead.officer), "company": window(cast.company)}

    def walk(*names: str) -> None:
        for status in TrialStatus:
            ended_at = None if status in OPEN_STATUSES else utc_now()
            session.execute(update(Trial).values(status=status.value, ended_at=ended_at))
            session.commit()
            open_now = possible(status, tier, stage)
            for name in names:
                deed, who = TRIALS[name]
                page = windows[who].get(addresses[name])
                expected = 200 if deed in open_now else 409
                assert page.status_code == expected, (name, status)
                if expected == 409:
                    assert url_show in page.links.values(), name
                    assert ("Ya terminó." in page.main) is (status not in OPEN_STATUSES)

    addresses = addresses_of(session, app, cast)
    url_show = f"/trials/{cast.trial.id}"
    before_approval, before_final_report = ("approve", "refuse"), ("complete", "new_final_report")
    walk(*before_approval)
    set_running(session)
    work_the_gate(session, cast)
    session.commit()
    walk(*before_final_report)
    file_final_report(session, cast)
    addresses |= troubled(session, app, cast)
    walk(*({*TRIALS} - {*before_approval, *before_final_report}))


def test_a_test_is_not_completed_in_the_middle_of_its_stages_nor_before_its_gate(
    session: Session, app: Flask, window: Open
) -> None:
    cast = make_running_trial(session, app.extensions["file_store"])
    lead, place = window(cast.lead.officer), f"/trials/{cast.trial.id}/complete"
    page = lead.get(place)
    assert (page.status_code, "La prueba sigue en marcha." in page.main) == (409, True)
    last = read(session, cast).tier.stages[-1].key
    session.rollback()
    while read(session, cast).current.key != last:
        work_the_gate(session, cast)
        enter_next(session, cast)
    session.rollback()
    page = lead.get(place)
    assert page.status_code == 409
    assert f"/trials/{cast.trial.id}" in page.links.values()


def test_a_form_of_a_case_opens_where_its_deed_is_open(
    session: Session, app: Flask, window: Open
) -> None:
    cast = make_trial(session, app.extensions["file_store"])
    case = cast.trial.application_id
    people = {
        "company": cast.company,
        "caseworker": cast.caseworker,
        "lead": cast.lead.officer,
        "head": cast.lead.head,
        "associate": cast.associate.officer,
        "associate_head": cast.associate.head,
        "asked": ask_another(session, case).head,
    }
    windows = {name: window(actor) for name, actor in people.items()}
    set_status(session, case, ApplicationStatus.UNDER_REVIEW)
    with unit_of_work(session):
        suggestion = coordination.suggest_question(
            session,
            cast.associate.officer,
            session.get_one(Application, case),
            text="¿Quién revisa?",
            about=None,
            now=cast.now,
        )
    values = {
        "applications.section": {"section": pack().sections[0].key},
        "coordination.leave_suggestion": {"suggestion_id": suggestion.id},
    }
    with app.test_request_context():
        addresses = {
            name: url_for(name, application_id=case, **values.get(name, {})) for name in CASES
        }
    for status in ApplicationStatus:
        set_status(session, case, status)
        for name, (action, who) in CASES.items():
            page = windows[who].get(addresses[name])
            # Nobody but the company knows of a draft.
            closed = 404 if status is ApplicationStatus.DRAFT and who == "caseworker" else 409
            expected = 200 if is_open(action, status) else closed
            assert page.status_code == expected, (name, status)
            if expected == 409:
                assert f"/cases/{case}" in page.links.values(), name
                # It says what the case waits for, as its own page does.
                assert "Quién debe actuar:" in page.main


def ask_another(session: Session, case: UUID) -> Team:
    """Put an authority on a case that has still to say whether it takes part."""
    team = make_team(session, "COFECE")
    session.execute(
        insert(AuthorityAssignment).values(
            id=uuid4(),
            application_id=case,
            authority_id=team.authority.id,
            role=AssignmentRole.ASSOCIATE.value,
            state=AssignmentState.PROPOSED.value,
            assigned_at=utc_now(),
            respond_by=utc_now().date() + timedelta(days=5),
            reason="",
            tacit=False,
            version=1,
        )
    )
    session.commit()
    return team


def is_open(
    action: ApplicationAction | CoordinationAction | str, status: ApplicationStatus
) -> bool:
    if isinstance(action, ApplicationAction):
        return LIFECYCLE.allows(status, action)
    return status in (OPEN_IN[action] if isinstance(action, CoordinationAction) else EDITABLE)


def set_status(session: Session, case: object, status: ApplicationStatus) -> None:
    outcome = DecisionOutcome.ADMITTED.value if status is ApplicationStatus.DECIDED else None
    values = {"status": status.value, "outcome": outcome}
    session.execute(update(Application).where(Application.id == case).values(**values))
    session.commit()


# --- what the facts refuse although the status would allow it ------------------------------------


def test_an_authority_that_has_answered_is_not_asked_again_whether_it_takes_the_case(
    session: Session, app: Flask, window: Open
) -> None:
    cast = make_trial(session, app.extensions["file_store"])
    case = cast.trial.application_id
    set_status(session, case, ApplicationStatus.UNDER_REVIEW)
    head, address = window(cast.associate.head), f"/cases/{case}/assignment"
    asked_again = update(AuthorityAssignment).where(
        AuthorityAssignment.application_id == case,
        AuthorityAssignment.authority_id == cast.associate.authority.id,
    )
    session.execute(asked_again.values(state=AssignmentState.PROPOSED.value))
    session.commit()
    opened = head.get(address)
    assert opened.status_code == 200
    session.execute(asked_again.values(state=AssignmentState.ACCEPTED.value))
    session.commit()
    for page in (head.get(address), head.submit(opened, {"answer": "accept"})):
        assert (page.status_code, "Esto ya se hizo." in page.main) == (409, True)
        assert f"/cases/{case}" in page.links.values()


def test_the_lead_of_a_case_with_nothing_left_to_do_is_not_handed_over(
    session: Session, app: Flask, window: Open
) -> None:
    cast = make_trial(session, app.extensions["file_store"])
    case = cast.trial.application_id
    lead, associate = window(cast.lead.head), window(cast.associate.head)
    pages = {"offer": lead, "answer": associate}
    for name, head in pages.items():
        assert head.get(f"/cases/{case}/lead/{name}").status_code == 200, name
    over = {"status": TrialStatus.ENDED_EARLY.value, "ended_at": cast.now}
    session.execute(update(Trial).values(**over))
    session.commit()
    for name, head in pages.items():
        page = head.get(f"/cases/{case}/lead/{name}")
        why = "No queda nada por hacer en este caso." in page.main
        assert (page.status_code, why) == (409, True), name


def test_a_start_condition_opens_for_the_party_in_whose_hands_it_is(
    session: Session, app: Flask, window: Open
) -> None:
    cast = make_trial(session, app.extensions["file_store"], tier=TIER)
    parties = {
        Who.COMPANY: window(cast.company),
        Who.LEAD: window(cast.lead.officer),
        Who.SECRETARIAT: window(cast.caseworker),
    }
    conditions = tier_of(cast).start_conditions
    assert {each.owner for each in conditions} == {Who.COMPANY, Who.LEAD}
    for spec in conditions:
        for who, client in parties.items():
            page = client.get(f"/trials/{cast.trial.id}/start-conditions/{spec.key}")
            expected = 200 if who is spec.owner else 409
            assert page.status_code == expected, (spec.key, who)
    unknown = parties[Who.LEAD].get(f"/trials/{cast.trial.id}/start-conditions/of_no_pack")
    assert unknown.status_code == 404


def test_a_requirement_opens_for_what_it_asks_and_for_whom_it_asks(
    session: Session, app: Flask, window: Open
) -> None:
    cast = at_the_last_gate(session, app)
    clients = {
        "company": window(cast.company),
        "lead": window(cast.lead.officer),
        "associate": window(cast.associate.officer),
        "caseworker": window(cast.caseworker),
    }
    # The page of a test offers the same to the same people.
    offers = {who: client.get(f"/trials/{cast.trial.id}") for who, client in clients.items()}
    denied = {"company": {"approve", "refuse", "waive"}, "associate": {"waive"}}
    denied["caseworker"] = {"waive"}
    for spec in tier_of(cast).completion:
        for deed in ("document", "approve", "refuse", "waive"):
            address = f"/trials/{cast.trial.id}/gates/completion/{spec.key}/{deed}"
            for who, client in clients.items():
                status = client.get(address).status_code
                if deed in denied.get(who, ()):
                    assert status in (403, 404), (spec.key, deed, who)
                elif address in offers[who].links.values():
                    assert status == 200, (spec.key, deed, who)
                elif deed != "waive":
                    assert status == 409, (spec.key, deed, who)
    approval, document = (
        asked(tier_of(cast), kind).key
        for kind in (RequirementKind.APPROVAL, RequirementKind.DOCUMENT)
    )
    gates, lead = f"/trials/{cast.trial.id}/gates", clients["lead"]
    assert lead.get(f"{gates}/completion/{approval}/refuse").status_code == 200
    assert lead.get(f"{gates}/completion/{document}/refuse").status_code == 409
    assert lead.get(f"{gates}/completion/{document}/waive").status_code == 409
    assert lead.get(f"{gates}/completion/of_no_pack/refuse").status_code == 404
    assert lead.get(f"{gates}/of_no_pack/{approval}/refuse").status_code == 404
    # Whoever has said it is not asked again, and a gate that was passed asks nobody.
    work_the_gate(session, cast)
    session.commit()
    for deed in ("approve", "refuse"):
        page = lead.get(f"{gates}/completion/{approval}/{deed}")
        assert (page.status_code, "Esto ya se hizo." in page.main) == (409, True), deed
    passed = tier_of(cast).stages[1]
    page = lead.get(f"{gates}/{passed.key}/{passed.gate[0].key}/approve")
    assert page.status_code == 409


def test_a_report_is_begun_once_and_after_the_end_and_written_while_it_is_a_draft(
    session: Session, app: Flask, window: Open
) -> None:
    cast = make_trial(session, app.extensions["file_store"])
    caseworker, begin = window(cast.caseworker), f"/outcomes/begin/{cast.trial.id}"
    for status in TrialStatus:
        ended_at = None if status in OPEN_STATUSES else cast.now
        session.execute(update(Trial).values(status=status.value, ended_at=ended_at))
        session.commit()
        page = caseworker.get(begin)
        expected = 200 if ended_at else 409
        assert page.status_code == expected, status
        assert ("La prueba sigue en marcha." in page.main) is (ended_at is None)
    opened = caseworker.get(begin)
    draft = caseworker.submit(opened, form=begin)
    edit = draft.request.path
    # A second press leads to the same draft; the page to begin it is there no more.
    assert caseworker.submit(opened, form=begin).request.path == edit
    page = caseworker.get(begin)
    assert (page.status_code, "Esto ya se hizo." in page.main) == (409, True)
    words = {"awaiting_publication": "En espera de publicación", "published": "Publicado"}
    for state in ReportStatus:
        session.execute(update(OutcomeReport).values(status=state.value))
        session.commit()
        pages = [caseworker.get(edit), caseworker.submit(draft, {"title": "x" * 400})]
        if state is ReportStatus.DRAFT:
            assert [page.status_code for page in pages] == [200, 422]
            continue
        assert [page.status_code for page in pages] == [409, 409], state
        assert all(f"«{words[state.value]}»" in page.main for page in pages), pages[0].main
        # Nothing that was typed is lost.
        assert "x" * 400 in pages[1].main
        assert caseworker.submit(opened, form=begin).status_code == 409


def test_a_form_of_an_enquiry_opens_where_its_deed_is_open(
    session: Session, app: Flask, window: Open
) -> None:
    organisation, company = make_company(session)
    caseworker, team = actor_for(session, make_staff(session)), make_team(session, "INAI")
    with unit_of_work(session):
        enquiry = enquiries.write_enquiry(
            session,
            company,
            organisation,
            kind=EnquiryKind.FAST_ANSWER,
            subject="Recordatorios",
            text="¿Podemos hacerlo?",
            activity="Enviamos recordatorios.",
            start_key="0123456789abcdef",
            now=utc_now(),
        )
    with unit_of_work(session):
        enquiries.ask_authorities(session, caseworker, enquiry, authorities=["INAI"], now=utc_now())
    clients = {"caseworker": window(caseworker), "asked": window(team.officer)}
    with app.test_request_context():
        addresses = {name: url_for(name, enquiry_id=enquiry.id) for name in ENQUIRIES}
    for status in EnquiryStatus:
        session.execute(update(Enquiry).values(status=status.value))
        session.commit()
        for name, (action, who) in ENQUIRIES.items():
            page = clients[who].get(addresses[name])
            expected = 200 if ENQUIRY_LIFECYCLE.allows(status, action) else 409
            assert page.status_code == expected, (name, status)
    session.execute(update(Enquiry).values(status=EnquiryStatus.ASKED.value))
    session.execute(update(FastAnswer).values(answered_at=utc_now(), answer="no_rule"))
    session.commit()
    page = clients["asked"].get(addresses["enquiries.fast_answer"])
    assert (page.status_code, "Esto ya se hizo." in page.main) == (409, True)


# --- a test on which every form has something to be about ----------------------------------------


def at_the_last_gate(session: Session, app: Flask) -> Cast:
    """Bring a test to the gate of completion and open it, with a relief granted and one drafted."""
    cast = make_running_trial(session, app.extensions["file_store"], tier=TIER)
    today, officer = cast.now.date(), cast.lead.officer
    wording = ReliefWording(
        "waiver", "LFPDPPP, artículo 9", "Avisar por mensaje.", "", "Otros lo piden.", today, today
    )
    with unit_of_work(session):
        services.draft_relief(session, officer, cast.trial, wording=wording, now=cast.now)
    given = {"number": 1, "expected_version": 1, "now": cast.now}
    with unit_of_work(session):
        services.grant_relief(session, officer, cast.trial, **given)
    with unit_of_work(session):
        services.draft_relief(session, officer, cast.trial, wording=wording, now=cast.now)
    while read(session, cast).upcoming is not None:
        work_the_gate(session, cast)
        enter_next(session, cast)
    work_the_gate(session, cast, but=[asked(tier_of(cast), RequirementKind.APPROVAL).key])
    # Pages are read today: the last stage has lasted until now, and the relief still holds.
    last, lasted = read(session, cast).current, cast.now - read(session, cast).current.entered_at
    session.execute(
        update(TrialStage).where(TrialStage.id == last.id).values(entered_at=utc_now() - lasted)
    )
    session.execute(update(Relief).values(ends_on=utc_now().date() + timedelta(days=90)))
    session.commit()
    return cast


def tier_of(cast: Cast) -> TierSpec:
    return pack().tier(cast.trial.tier)


def asked(tier: TierSpec, kind: RequirementKind) -> RequirementSpec:
    """Return the requirement of this kind at the gate of completion, each here of one party."""
    return next(each for each in tier.completion if each.kind is kind)


def addresses_of(session: Session, app: Flask, cast: Cast) -> dict[str, str]:
    tier = read(session, cast).tier
    own = next(each.key for each in tier.start_conditions if each.owner is Who.LEAD)
    approval = {"stage": "completion", "requirement": asked(tier, RequirementKind.APPROVAL).key}
    document = {"stage": "completion", "requirement": asked(tier, RequirementKind.DOCUMENT).key}
    waivable = next(each.key for each in tier.completion if each.may_be_waived)
    values: dict[str, dict[str, object]] = {
        "start_condition": {"key": own},
        "document": document,
        "approve": approval,
        "refuse": approval,
        "waive": {"stage": "completion", "requirement": waivable},
        **{key: {"number": 2} for key in ("edit_relief", "grant_relief", "refuse_relief")},
        "end_relief": {"number": 1},
    }
    of_incidents = {"complete_incident", "react_to_incident", "close_incident"}
    with app.test_request_context():
        return {
            name: url_for(f"trials.{name}", trial_id=cast.trial.id, **values.get(name, {}))
            for name in {*TRIALS} - of_incidents
        }


def troubled(session: Session, app: Flask, cast: Cast) -> dict[str, str]:
    """Report two incidents: of one the company owes the complete report."""
    set_running(session)
    closable, owed = (trouble(session, cast, cast.trial).id for _ in range(2))
    due = utc_now() + timedelta(days=3)
    session.execute(
        update(Incident)
        .where(Incident.id == owed)
        .values(complete_due_at=due, completed_at=None, completed_by_id=None)
    )
    session.commit()
    about = {
        "complete_incident": owed,
        "react_to_incident": closable,
        "close_incident": closable,
    }
    with app.test_request_context():
        return {
            name: url_for(f"trials.{name}", trial_id=cast.trial.id, incident_id=incident)
            for name, incident in about.items()
        }


def set_running(session: Session) -> None:
    session.execute(update(Trial).values(status=TrialStatus.RUNNING.value, ended_at=None))
    session.commit()


def file_final_report(session: Session, cast: Cast) -> None:
    session.execute(
        insert(FinalReport).values(
            id=uuid4(),
            trial_id=cast.trial.id,
            number=1,
            text="Hecho.",
            submitted_by_id=cast.company.person_id,
            submitted_at=utc_now(),
        )
    )
    session.commit()

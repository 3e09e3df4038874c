"""The pages of a trial, as its company, its authorities and strangers meet them."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from sandbox.coordination import services as coordination
from sandbox.domain.conditions import holds
from sandbox.domain.monitoring import breach_words
from sandbox.domain.packs import (
    AnswerValue,
    Ending,
    Moment,
    PolicyPack,
    PublicLaterSpec,
    QuestionKind,
    Suspender,
    SuspensionWindowSpec,
    Text,
)
from sandbox.domain.trials import TrialStatus
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.formats import day, in_full, short_day
from sandbox.kernel.mail import OutboxMail, render_mail
from sandbox.models import (
    Application,
    GateEvidence,
    Incident,
    MonitoringReport,
    Person,
    Reading,
    Suspension,
    Trial,
    TrialPlan,
    TrialStage,
)
from sandbox.packs import active
from sandbox.packs.loading import PackRegistry
from sandbox.trials import services
from sandbox.trials.forms import read_decimal
from sandbox.trials.services.suspension import suspend_by_rule
from tests.factories import (
    SYSTEM,
    actor_for,
    make_admitted,
    make_company,
    make_staff,
    make_team,
    pack,
)
from tests.pages import JudgingClient
from tests.trial_factories import (
    GROUND,
    OPENED,
    OPENER,
    Cast,
    breaching_readings,
    declare,
    enter_next,
    good_readings,
    hand_in_report,
    make_trial,
    pass_first_gate,
    read,
    recuse,
    trouble,
    work_the_gate,
)

OpenWindow = Callable[[str], JudgingClient]
HIGH = pack().tiers[-2].key


@pytest.fixture
def cast(session: Session, app: Flask) -> Cast:
    return make_trial(session, app.extensions["file_store"], tier=HIGH)


@pytest.fixture
def window(session: Session, client_for: OpenWindow) -> Callable[[Actor], JudgingClient]:
    def open_for(actor: Actor) -> JudgingClient:
        assert actor.person_id is not None
        email = session.get_one(Person, actor.person_id).email
        session.rollback()
        return client_for(email)

    return open_for


def address(cast: Cast, *parts: str) -> str:
    return "/".join(["/trials", str(cast.trial.id), *parts])


def running(session: Session, cast: Cast) -> Cast:
    pass_first_gate(session, cast)
    session.rollback()
    return cast


def plan_as_typed() -> dict[str, str]:
    return {f"plan-{spec.key}": f"Texto de {spec.key}." for spec in pack().plan_fields}


Open = Callable[[Actor], JudgingClient]


# --- the page ------------------------------------------------------------------------------------


def test_the_page_draws_every_stage_and_names_what_the_gate_lacks(
    session: Session, cast: Cast, window: Open
) -> None:
    page = window(cast.company).get(address(cast))
    tier = pack().tier(HIGH)
    for stage in tier.stages:
        assert stage.name.in_("es") in page.main
    for requirement in tier.stages[1].gate:
        assert requirement.label.in_("es") in page.main
    assert f"0 de {len(tier.stages[1].gate)} requisitos" in page.main


RISKY: dict[str, tuple[str, ...]] = {
    "people_affected": ("more",),
    "vulnerable_groups": ("minors", "older_people"),
    "decision_areas": ("health", "education"),
    "autonomy": ("decides_reviewed",),
}
"""What a company answers whose test is of the highest tier that is open, each more than once."""


def test_pages_name_every_answer_behind_the_tier_with_its_points(
    session: Session, app: Flask, window: Open
) -> None:
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    team = make_team(session, "INAI")
    answers: dict[str, AnswerValue] = {
        key: list(values) if pack().questions[key].kind is QuestionKind.MANY else values[0]
        for key, values in RISKY.items()
    }
    application = make_admitted(
        session, organisation, company, caseworker, lead=team, learns_in_use="yes", **answers
    )
    with unit_of_work(session):
        trial = services.open_trial(session, OPENER, application, now=OPENED)
    assert trial.tier == HIGH

    counted = [(pack().questions["learns_in_use"].label.in_("es"), "Sí", 2)]
    for key, values in RISKY.items():
        spec = pack().questions[key]
        counted += [
            (spec.label.in_("es"), option.label.in_("es"), option.points)
            for option in spec.options
            if option.value in values
        ]
    total = sum(points for _, _, points in counted)
    tiers = {rule.at_least for rule in pack().hard_rules}
    rules = {
        (rule.reason.in_("es"), pack().tier(rule.at_least).name.in_("es"))
        for rule in pack().hard_rules
        if holds(rule.when, answers)
    }
    assert len(counted) == 7
    assert {points for _, _, points in counted} == {1, 2, 3, 4, 5}
    assert len(tiers) > 1
    assert len(rules) > 1

    session.rollback()
    page = window(company).get(f"/trials/{trial.id}")
    (table,) = page.tree.xpath("//table[caption[contains(., 'Respuestas que contaron')]]")
    rows = [
        tuple(" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td"))
        for row in table.xpath(".//tbody/tr")
    ]
    words = {n: f"{n} punto{'s' if n > 1 else ''}" for n in (1, 2, 3, 4, 5, total)}
    expected = {(label, answer, words[points]) for label, answer, points in counted}
    expected |= {(reason, "—", f"Eleva el nivel a «{tier}»") for reason, tier in rules}
    assert len(rows) == len(expected)
    assert set(rows) == expected
    assert f"{words[total]} en total" in page.main

    # Whoever checks the case sees the same before there is a test.
    checked = window(caseworker).get(f"/applications/{application.id}/triage")
    items = [" ".join(each.text_content().split()) for each in checked.tree.xpath("//main//li")]
    for label, answer, points in counted:
        said = label if answer == "Sí" else f"{label}: {answer}"
        assert f"{said} — {words[points]}" in items
    for reason, tier in rules:
        assert f"{reason} — eleva el nivel a «{tier}»" in items
    assert f"{words[total]} en total" in checked.main


def test_page_draws_today_in_the_stage_where_the_test_stands(
    session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    stage = pack().tier(HIGH).stages[1]
    reader = window(cast.company)

    def drawing(days: int) -> tuple[Any, list[Any]]:
        """Draw the plan of a test that entered its stage so long ago."""
        own = (TrialStage.trial_id == cast.trial.id, TrialStage.key == stage.key)
        begun = utc_now() - timedelta(days=days)
        session.execute(update(TrialStage).where(*own).values(entered_at=begun))
        session.commit()
        page = reader.get(address(cast))
        (svg,) = page.tree.xpath("//div[@class='app-plan__drawing']/svg")
        return svg, svg.xpath(".//*[@class='app-plan__today-text']")

    places = []
    for days in (30, 60):
        svg, (mark,) = drawing(days)
        assert mark.text_content().strip() == "Hoy"
        (here,) = svg.xpath(".//*[contains(@class, 'app-plan__stage--current')]")
        said = " ".join(here.text_content().split())
        assert stage.name.in_("es") in said
        assert f"Día {days} de {stage.max_days}" in said
        (bar,) = here.xpath("./*[@class='app-plan__base']")
        begin, length = int(bar.get("x")), int(bar.get("width"))
        places.append(int(mark.get("x")))
        # A pixel is lost to whole numbers.
        assert abs(places[-1] - begin - length * days / stage.max_days) <= 1
    assert places[0] < places[1]
    with unit_of_work(session):
        cast.trial.status = TrialStatus.COMPLETED.value
        cast.trial.ended_at = utc_now()
        record(session, SYSTEM, Deed.TRIAL_COMPLETED, cast.trial, now=utc_now())
    assert drawing(60)[1] == []


def test_pages_say_that_a_stage_is_over_its_limit_and_since_when(
    app: Flask, session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    stage = pack().tier(HIGH).stages[1]
    reader = window(cast.company)
    last_day = local_day(utc_now(), pack().calendar.timezone) - timedelta(days=3)
    with app.test_request_context(), force_locale("es"):
        told = f"Rebasa su límite por 3 días: debía terminar a más tardar el {day(last_day)}."
        listed = f"Rebasa su límite desde el {short_day(last_day)}"
    pages = [address(cast), f"/cases/{cast.trial.application_id}", "/trials"]

    def said(days: int) -> list[bool]:
        """Tell which pages speak of the limit of a test that entered its stage so long ago."""
        own = (TrialStage.trial_id == cast.trial.id, TrialStage.key == stage.key)
        begun = utc_now() - timedelta(days=days)
        session.execute(update(TrialStage).where(*own).values(entered_at=begun))
        session.commit()
        texts = [" ".join(reader.get(page).main.split()) for page in pages]
        return [words in text for words, text in zip((told, told, listed), texts, strict=True)]

    assert said(stage.max_days) == [False, False, False]
    assert said(stage.max_days + 3) == [True, True, True]
    lead = " ".join(window(cast.lead.officer).get("/my-tasks").main.split())
    assert "Saque la prueba de una etapa que rebasó su límite" in lead


def test_page_accounts_for_the_days_on_which_the_law_stops_the_answer_to_an_incident(
    session: Session, cast: Cast, window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    running(session, cast)
    today = local_day(utc_now(), pack().calendar.timezone)
    days = pack().incident_class("critical").reaction_days
    window_of_two = SuspensionWindowSpec(
        "recess",
        cast.lead.authority.code,
        Text({"es": "Receso por ley", "en": "Recess by law"}),
        dates=(today + timedelta(days=1), today + timedelta(days=2)),
    )
    rules = replace(pack(), suspension_windows=(window_of_two,))
    monkeypatch.setattr(active._Active, "registry", PackRegistry([rules]))
    with unit_of_work(session):
        incident = services.open_incident(
            session,
            cast.company,
            cast.trial,
            class_key="critical",
            what_happened="Se cayó.",
            persons_affected=0,
            now=utc_now(),
        )
    assert days is not None
    assert incident.reaction_due_at == incident.opened_at + timedelta(days=days + 2)
    main = " ".join(window(cast.lead.officer).get(address(cast)).main.split())
    assert "¿Por qué este día?" in main
    assert "Receso por ley" in main


def test_each_role_is_offered_its_own_deeds(session: Session, cast: Cast, window: Open) -> None:
    company = window(cast.company).get(address(cast)).links.values()
    lead = window(cast.lead.officer).get(address(cast)).links.values()
    assert any("/document" in link for link in company)
    assert not any("/approve" in link for link in company)
    assert any("/approve" in link for link in lead)
    assert not any("/document" in link for link in lead)


def test_a_stranger_finds_nothing(session: Session, cast: Cast, window: Open) -> None:
    _, stranger = make_company(session, "Otra empresa")
    client = window(stranger)
    for part in ((), ("plan",), ("suspend",), ("reports", "new"), ("incidents", "new")):
        assert client.get(address(cast, *part)).status_code == 404
    assert cast.trial.reference not in client.get("/trials").main


@pytest.mark.parametrize("who", ["head", "second"])
def test_who_has_not_declared_finds_the_test_and_reads_nothing_of_it(
    session: Session, cast: Cast, window: Open, who: str
) -> None:
    client = window(getattr(cast.associate, who))
    assert cast.trial.reference in client.get("/trials").main
    assert cast.trial.reference in client.get(f"/cases/{cast.trial.application_id}").main
    page = client.get(address(cast))
    assert cast.trial.title in page.main
    assert f"/cases/{cast.trial.application_id}" in page.links.values()
    for requirement in pack().tier(HIGH).stages[1].gate:
        assert requirement.label.in_("es") not in page.main
    for part in (("plan",), ("reports", "new"), ("incidents", "new")):
        assert client.get(address(cast, *part)).status_code in (403, 404)


@pytest.mark.parametrize("who", ["head", "second"])
def test_who_declared_a_conflict_finds_no_test(
    session: Session, cast: Cast, window: Open, who: str
) -> None:
    actor = getattr(cast.associate, who)
    application = session.get_one(Application, cast.trial.application_id)
    with unit_of_work(session):
        coordination.declare_conflict(
            session, actor, application, has_conflict=True, explanation="Parientes.", now=cast.now
        )
    client = window(actor)
    assert cast.trial.reference not in client.get("/trials").main
    assert client.get(address(cast)).status_code == 404


def test_an_officer_who_has_not_declared_can_stop_the_test(
    session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    client = window(cast.associate.second)
    assert address(cast, "suspend") in client.get(address(cast)).links.values()
    done = client.submit(
        address(cast, "suspend"), {"reason": "Hay un riesgo inmediato.", "ground": GROUND}
    )
    assert done.status_code == 200
    session.rollback()
    assert cast.trial.status == TrialStatus.SUSPENDED


def test_who_stops_a_test_names_one_of_its_own_grounds(
    session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    company, officer = window(cast.company), window(cast.associate.officer)
    for client, by in ((company, Suspender.COMPANY), (officer, Suspender.AUTHORITIES)):
        offered = client.get(address(cast, "suspend")).tree.xpath("//input[@name='ground']/@value")
        assert offered == [each.key for each in pack().grounds_of(by)]
    assert officer.submit(address(cast, "suspend"), {"reason": "Fallas."}).status_code == 422
    own = next(each for each in pack().suspension_grounds if each.by == (Suspender.COMPANY,))
    company.submit(address(cast, "suspend"), {"reason": "Descansamos.", "ground": own.key})
    session.rollback()
    for client in (company, officer):
        assert client.get(address(cast)).main.count(own.name.in_("es")) == 2
    mail = session.scalars(
        select(OutboxMail.params).where(OutboxMail.template == "trials/suspended")
    ).first()
    assert mail is not None
    assert mail["ground"] == dict(own.name.by_language)


def test_who_works_on_a_test_reads_why_it_ended_early(
    session: Session, app: Flask, cast: Cast, window: Open, client: JudgingClient
) -> None:
    running(session, cast)
    kind = pack().exits(Ending.EARLY)[0]
    reason = "La empresa cambia de giro."
    window(cast.lead.officer).submit(
        address(cast, "end-early"), {"exit_kind": kind.code, "reason": reason}
    )
    trial = session.get_one(Trial, cast.trial.id)
    case, public = f"/cases/{trial.application_id}", f"/register/{trial.reference}"
    session.rollback()
    for actor in (cast.company, cast.lead.officer, cast.caseworker):
        reader = window(actor)
        page = reader.get(address(cast)).main
        assert kind.name.in_("es") in page
        assert reason in page
        assert f"{kind.name.in_('es')}: {reason}" in reader.get(case).main
    shown = client.get(public)
    assert shown.status_code == 200
    assert reason not in shown.main
    mail = session.scalars(select(OutboxMail).where(OutboxMail.template == "trials/ended")).first()
    assert mail is not None
    with app.test_request_context():
        for language in ("es", "en"):
            body = render_mail(mail, language).body
            assert kind.name.in_(language) in body
            assert reason in body
    session.rollback()


def test_a_breach_is_said_in_the_language_of_the_reader(
    session: Session, app: Flask, cast: Cast, window: Open
) -> None:
    running(session, cast)
    file = read(session, cast)
    spec = file.pack.metric(file.tier.metrics[0])
    hand_in_report(session, cast, breaching_readings(file))
    report = session.scalars(select(MonitoringReport)).one()
    value = session.scalars(
        select(Reading.value).where(Reading.report_id == report.id, Reading.metric == spec.key)
    ).one()
    said = breach_words(spec, value)
    incident = session.scalars(select(Incident.id)).one()
    with unit_of_work(session):
        suspend_by_rule(
            session, cast.company, cast.trial, reason=said.in_("es"), words=said, now=cast.now
        )
    reader = window(cast.lead.officer)
    for language, other in (("es", "en"), ("en", "es")):
        reader.get(f"/language/{language}")
        page = reader.get(address(cast)).main
        # In the list of incidents, beside the emergency stop, and in the list of suspensions.
        assert page.count(said.in_(language)) == 3
        assert said.in_(other) not in page
        answer = reader.get(address(cast, "incidents", str(incident), "answer"))
        assert said.in_(language) in answer.main
    mails = session.scalars(
        select(OutboxMail).where(
            OutboxMail.template.in_(("trials/incident_opened", "trials/suspended"))
        )
    ).all()
    assert {mail.template for mail in mails} == {"trials/incident_opened", "trials/suspended"}
    with app.test_request_context():
        for mail in mails:
            for language, other in (("es", "en"), ("en", "es")):
                body = render_mail(mail, language).body
                assert said.in_(language) in body
                assert said.in_(other) not in body
    session.rollback()


def test_mails_speak_the_words_of_the_programme_in_the_language_of_the_reader(
    session: Session, app: Flask, cast: Cast, window: Open
) -> None:
    running(session, cast)
    own = next(each for each in pack().suspension_grounds if each.by == (Suspender.COMPANY,))
    window(cast.company).submit(
        address(cast, "suspend"), {"reason": "Descansamos.", "ground": own.key}
    )
    mails = session.scalars(select(OutboxMail).where(OutboxMail.template == "trials/suspended"))
    with app.test_request_context():
        for mail in mails.all():
            for language, other in (("es", "en"), ("en", "es")):
                body = render_mail(mail, language).body
                assert own.name.in_(language) in body
                assert own.name.in_(other) not in body
    session.rollback()


def test_test_under_rules_that_nobody_can_read_is_stopped_on_its_page(
    session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    session.execute(update(Trial).values(pack_version="9.9.9"))
    session.execute(update(Application).values(pack_version="9.9.9"))
    session.commit()
    undeclared, caseworker = window(cast.associate.second), window(cast.caseworker)
    for place in (f"/cases/{cast.trial.application_id}", address(cast, "plan")):
        refused = window(cast.company).get(place)
        assert refused.status_code == 409
        assert address(cast) in refused.links.values()
        # Nobody is shown a way that is not theirs.
        assert address(cast) not in caseworker.get(place).links.values()
    assert address(cast, "suspend") in undeclared.get(address(cast)).links.values()
    assert address(cast, "suspend") not in caseworker.get(address(cast)).links.values()
    form = undeclared.get(address(cast, "suspend"))
    assert form.tree.xpath("//input[@name='ground']") == []
    assert undeclared.submit(address(cast, "suspend"), {"reason": ""}).status_code == 422
    done = undeclared.submit(address(cast, "suspend"), {"reason": "Riesgo para la salud."})
    assert done.status_code == 200
    session.rollback()
    assert cast.trial.status == TrialStatus.SUSPENDED
    for client, reads in ((window(cast.company), True), (undeclared, False)):
        page = client.get(address(cast))
        assert ("Riesgo para la salud." in page.main) is reads
        assert "se puedan volver a leer" in page.main
        assert address(cast, "suspend") not in page.links.values()


# --- plan ----------------------------------------------------------------------------------------


def test_an_incomplete_plan_comes_back_with_a_link_to_each_empty_part(
    session: Session, cast: Cast, window: Open
) -> None:
    company, officer, typed = window(cast.company), window(cast.lead.officer), plan_as_typed()
    empty = [f"plan-{spec.key}" for spec in pack().plan_fields if spec.required][:2]
    company.submit(address(cast, "plan"), {**typed, **dict.fromkeys(empty, "")})
    # No button leads there; but a page that a colleague has overtaken may still hold one.
    refused, of_officer = (agree(client, cast) for client in (company, officer))
    assert refused.status_code == 422
    assert refused.error_links == [f"#{name}" for name in empty]
    for name, text in typed.items():
        shown = refused.tree.xpath(f"//textarea[@name='{name}']")[0].text or ""
        assert shown.strip() == ("" if name in empty else text)
    # Whoever may not write the plan is told that it is not complete.
    assert of_officer.status_code == 409
    company.submit(refused, dict.fromkeys(empty, "Ya."))
    assert agree(company, cast).status_code == 303


def agree(client: JudgingClient, cast: Cast) -> Any:
    page = client.get(address(cast, "plan"))
    token = page.tree.xpath("//input[@name='csrf_token']/@value")[0]
    version = page.tree.xpath("//input[@name='version']/@value") or ["2"]
    data = {"csrf_token": token, "version": version[0]}
    return client.post(address(cast, "plan", "agree"), data=data)


def test_company_writes_the_plan_and_both_sides_agree(
    session: Session, cast: Cast, window: Open
) -> None:
    company = window(cast.company)
    company.submit(address(cast, "plan"), plan_as_typed())
    for actor in (cast.company, cast.lead.officer, cast.associate.officer):
        client = window(actor)
        page = client.get(address(cast, "plan"))
        client.submit(page, form="plan/agree")
    session.rollback()
    assert cast.trial.plan_agreed_at is not None


def test_the_second_to_save_the_plan_sees_both_texts(
    session: Session, cast: Cast, window: Open
) -> None:
    key = pack().plan_fields[0].key
    first, second = window(cast.company), window(cast.company)
    late = second.get(address(cast, "plan"))
    first.submit(address(cast, "plan"), {f"plan-{key}": "Texto de la primera."})
    page = second.submit(late, {f"plan-{key}": "Texto de la segunda."})
    assert page.status_code == 409
    assert "Texto de la primera." in page.main
    assert "Texto de la segunda." in page.main
    session.rollback()
    plan = session.scalars(select(TrialPlan)).one()
    assert plan.fields[key] == "Texto de la primera."


# --- gate ----------------------------------------------------------------------------------------


def test_a_document_is_handed_in_and_read_by_the_lead(
    session: Session, cast: Cast, window: Open
) -> None:
    stage = read(session, cast).next_gate
    spec = next(
        each for each in read(session, cast).requirements_of(stage) if each.kind == "document"
    )
    place = address(cast, "gates", stage, spec.key, "document")
    company = window(cast.company)
    company.submit(place, {"document": (io.BytesIO(b"%PDF-1.4\n%%EOF"), "dictamen.pdf")})
    session.rollback()
    evidence = session.scalars(select(GateEvidence)).one()
    found = window(cast.lead.officer).get(address(cast, "documents", str(evidence.id)))
    assert found.status_code == 200
    assert found.headers["Content-Disposition"].startswith("attachment")
    _, stranger = make_company(session, "Otra empresa")
    assert window(stranger).get(found.request.path).status_code == 404


def test_a_file_of_the_wrong_kind_is_refused_and_nothing_changes(
    session: Session, cast: Cast, window: Open
) -> None:
    stage = read(session, cast).next_gate
    spec = next(
        each for each in read(session, cast).requirements_of(stage) if each.kind == "document"
    )
    place = address(cast, "gates", stage, spec.key, "document")
    page = window(cast.company).submit(
        place, {"document": (io.BytesIO(b"MZ\x90\x00program"), "virus.exe")}
    )
    assert page.status_code == 415
    page = window(cast.company).submit(place, {"document": (io.BytesIO(), "vacío.pdf")})
    assert (page.status_code, "El archivo está vacío" in page.main) == (422, True)
    session.rollback()
    assert session.scalar(select(func.count(GateEvidence.id))) == 0


def test_entering_a_closed_gate_says_why(session: Session, cast: Cast, window: Open) -> None:
    stage = read(session, cast).next_gate
    client = window(cast.lead.officer)
    token = client.get(address(cast)).tree.xpath("//input[@name='csrf_token']/@value")[0]
    page = client.post(address(cast, "stages", stage, "enter"), data={"csrf_token": token})
    assert page.status_code == 409
    assert "requisitos" in page.main


def requirement(session: Session, cast: Cast, kind: str) -> tuple[str, str]:
    """Return the parts of the address of the next gate's first requirement of a kind."""
    file = read(session, cast)
    specs = file.requirements_of(file.next_gate)
    found = next(spec.key for spec in specs if spec.kind == kind)
    session.rollback()
    return file.next_gate, found


def a_document(content: bytes) -> dict[str, tuple[io.BytesIO, str]]:
    return {"document": (io.BytesIO(b"%PDF-1.4\n" + content + b"\n%%EOF"), "dictamen.pdf")}


def test_replacing_a_document_says_before_and_after_that_approvals_fall(
    session: Session, cast: Cast, window: Open
) -> None:
    place = address(cast, "gates", *requirement(session, cast, "document"), "document")
    approval = address(cast, "gates", *requirement(session, cast, "approval"), "approve")
    company, lead = window(cast.company), window(cast.lead.officer)
    assert "aprobación sobre" not in company.get(place).main
    company.submit(place, a_document(b"uno"))
    lead.submit(approval, {"note": ""})
    assert "Hay 1 aprobación sobre" in company.get(place).main
    page = company.submit(place, a_document(b"dos"))
    assert "quedan retiradas" in page.main
    assert "Aprobación de INAI retirada" in lead.get(address(cast)).main
    assert any("/approve" in link for link in lead.get(address(cast)).links.values())


def test_the_page_of_an_approval_shows_the_documents_that_it_speaks_of(
    session: Session, cast: Cast, window: Open
) -> None:
    gate, key = requirement(session, cast, "document")
    place = address(cast, "gates", *requirement(session, cast, "approval"), "approve")
    lead = window(cast.lead.officer)
    assert "Nadie ha entregado un documento" in lead.get(place).main
    company = window(cast.company)
    company.submit(address(cast, "gates", gate, key, "document"), a_document(b"uno"))
    page = lead.get(place)
    session.rollback()
    file = read(session, cast)
    [evidence] = file.documents_at(gate)
    assert address(cast, "documents", str(evidence.id)) in page.links.values()
    label = next(spec.label for spec in file.requirements_of(gate) if spec.key == key)
    assert f"{label.in_('es')}: dictamen.pdf" in page.main
    assert page.tree.xpath("//input[@name='seen']/@value") == [file.documents_mark(gate)]
    session.rollback()
    nowhere = address(cast, "gates", "nowhere", key, "approve")
    assert lead.get(nowhere).status_code == 404


def test_an_approval_is_refused_with_a_reason_on_a_page_of_its_own(
    session: Session, cast: Cast, window: Open
) -> None:
    lead, company = window(cast.lead.officer), window(cast.company)
    place = address(cast, "gates", *requirement(session, cast, "approval"), "refuse")
    assert place in lead.get(address(cast)).links.values()
    assert place not in company.get(address(cast)).links.values()
    assert lead.submit(place, {"reason": " "}).status_code == 422
    opened = lead.get(place)
    page = lead.submit(place, {"reason": "Falta el seguro de las personas."})
    assert page.status_code == 200
    assert place not in page.links.values()
    assert place.replace("refuse", "approve") in page.links.values()
    seen = company.get(address(cast)).main
    assert "Negada por INAI el" in seen
    assert "Falta el seguro de las personas." in seen
    assert lead.submit(opened, {"reason": "Otra vez."}).status_code == 409
    assert lead.get(place).status_code == 409
    assert lead.submit(place.replace("refuse", "approve"), {"note": ""}).status_code == 200
    after = company.get(address(cast)).main
    assert "Negada por INAI el" in after
    assert "Aprobado por INAI el" in after


def test_approving_what_has_changed_since_it_was_read_is_refused(
    session: Session, cast: Cast, window: Open
) -> None:
    place = address(cast, "gates", *requirement(session, cast, "document"), "document")
    company, lead = window(cast.company), window(cast.lead.officer)
    company.submit(place, a_document(b"uno"))
    approval = lead.get(address(cast, "gates", *requirement(session, cast, "approval"), "approve"))
    company.submit(place, a_document(b"dos"))
    page = lead.submit(approval, {"note": ""})
    assert page.status_code == 409
    assert "cambió desde que abrió la página" in page.main


def test_a_suspended_test_offers_no_work_at_its_gate_and_says_why_it_refuses_it(
    session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    parts = {
        deed: address(cast, "gates", *requirement(session, cast, kind), deed)
        for deed, kind in (("document", "document"), ("approve", "approval"))
    }
    company, lead = window(cast.company), window(cast.lead.officer)
    before = {client: set(client.get(address(cast)).links.values()) for client in (company, lead)}
    assert parts["document"] in before[company]
    assert parts["approve"] in before[lead]
    form = company.get(parts["document"])
    company.submit(address(cast, "suspend"), {"reason": "Falla.", "ground": GROUND})
    for client in (company, lead):
        links = client.get(address(cast)).links.values()
        assert not any("/gates/" in link for link in links)
    for page in (company.get(parts["document"]), company.submit(form, a_document(b"tarde"))):
        assert page.status_code == 409
        assert "Suspendida" in page.main
        assert "reanudar la prueba" in page.main
    assert lead.get(parts["approve"]).status_code == 409
    session.rollback()
    file = read(session, cast)
    assert file.documents_at(file.next_gate) == []


def test_no_report_is_asked_for_while_nothing_runs(
    session: Session, cast: Cast, window: Open
) -> None:
    company = window(cast.company)
    assert address(cast, "reports", "new") not in company.get(address(cast)).links.values()
    page = company.get(address(cast, "reports", "new"))
    assert page.status_code == 409
    assert "En preparación" in page.main
    running(session, cast)
    assert address(cast, "reports", "new") in company.get(address(cast)).links.values()


# --- monitoring ----------------------------------------------------------------------------------


def test_readings_are_taken_in_both_number_styles(
    session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    file = read(session, cast)
    values = good_readings(file)
    first, *rest = file.tier.metrics
    typed = {f"metric-{key}": str(values[key]) for key in rest}
    page = window(cast.company).submit(
        address(cast, "reports", "new"),
        {
            **typed,
            f"metric-{first}": "1,5",
            "participants": "12",
            "narrative": "Sin novedad.",
        },
    )
    assert page.status_code == 200
    session.rollback()
    reading = session.scalars(select(Reading).where(Reading.metric == first)).one()
    assert str(reading.value.normalize()) == "1.5"


COUNTS = {
    "muchos": ("Escriba un número, por ejemplo 120.", "Write a number, for example 120."),
    "1,2,3": ("Escriba un número, por ejemplo 120.", "Write a number, for example 120."),
    "2.5": (
        "Escriba un número entero, por ejemplo 120.",
        "Write a whole number, for example 120.",
    ),
    "1 5": ("Escriba un número, por ejemplo 120.", "Write a number, for example 120."),
    "12 00": ("Escriba un número, por ejemplo 120.", "Write a number, for example 120."),
    "1 200,000": (
        "Escriba un número entero, por ejemplo 120.",
        "Write a whole number, for example 120.",
    ),
    "-1": ("Escriba 0 o más.", "Write 0 or more."),
    "100000001": ("Escriba 100,000,000 o menos.", "Write 100,000,000 or less."),
    "9" * 5000: ("Escriba 100,000,000 o menos.", "Write 100,000,000 or less."),
}


@pytest.mark.parametrize("typed", COUNTS)
def test_what_is_no_count_of_people_gets_one_message_that_says_how_to_mend_it(
    session: Session, cast: Cast, window: Open, typed: str
) -> None:
    running(session, cast)
    incident = trouble(session, cast, cast.trial).id
    due = update(Incident).values(
        completed_at=None, completed_by_id=None, complete_due_at=cast.now + timedelta(days=3)
    )
    session.execute(due)
    session.commit()
    company = window(cast.company)
    places = {
        address(cast, "reports", "new"): "participants",
        address(cast, "incidents", "new"): "persons_affected",
        address(cast, "incidents", str(incident), "complete"): "persons_affected",
    }
    for place, name in places.items():
        for language, message in zip(("es", "en"), COUNTS[typed], strict=True):
            company.get(f"/language/{language}")
            page = company.submit(place, {name: typed})
            assert page.status_code == 422
            said = page.tree.xpath(f"//*[@class='govuk-error-summary__body']//a[@href='#{name}']")
            assert [each.text_content().strip().partition(": ")[2] for each in said] == [message]
            assert page.tree.xpath(f"//input[@name='{name}']/@value") == [typed]


@pytest.mark.parametrize("typed", ["1200", "1,200", "1 200", "1\u202f200", "+1200", " 1200 "])
def test_counts_of_people_are_read_as_they_are_written(
    session: Session, cast: Cast, window: Open, typed: str
) -> None:
    running(session, cast)
    window(cast.company).submit(
        address(cast, "incidents", "new"),
        {
            "class_key": pack().incident_classes[-1].key,
            "what_happened": "Se cayó.",
            "persons_affected": typed,
        },
    )
    session.rollback()
    assert session.scalar(select(Incident.persons_affected)) == 1200


def test_a_report_without_a_count_asks_for_it_and_an_incident_without_one_affects_nobody(
    session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    company = window(cast.company)
    page = company.submit(address(cast, "reports", "new"), {"participants": " "})
    assert "Complete esta respuesta: Participantes hasta ahora" in page.error_summary
    typed = {"class_key": pack().incident_classes[-1].key, "what_happened": "Se cayó."}
    company.submit(address(cast, "incidents", "new"), {**typed, "persons_affected": ""})
    session.rollback()
    assert session.scalar(select(Incident.persons_affected)) == 0


@pytest.mark.parametrize("more", [0, 1])
def test_report_above_the_cap_is_marked_wherever_it_is_named(
    session: Session, cast: Cast, window: Open, more: int
) -> None:
    running(session, cast)
    while (spec := read(session, cast).current_spec).participants_cap is None:
        work_the_gate(session, cast)
        enter_next(session, cast)
    typed = {
        f"metric-{key}": str(value) for key, value in good_readings(read(session, cast)).items()
    }
    number = str(spec.participants_cap + more)
    window(cast.company).submit(
        address(cast, "reports", "new"),
        {**typed, "participants": number, "places": "1", "narrative": "Sin novedad."},
    )
    session.rollback()
    newest = select(MonitoringReport.id).order_by(MonitoringReport.number.desc())
    report = session.scalars(newest).first()
    lead = window(cast.lead.officer)
    for page in (lead.get(address(cast)), lead.get(address(cast, "reports", str(report)))):
        assert ("Por encima del tope de participantes" in page.main) is bool(more)


def limit_stage(
    monkeypatch: pytest.MonkeyPatch, rules: PolicyPack, key: str, caps: dict[str, int]
) -> None:
    """Put rules in force under which the stage of this key has limits."""
    tiers = tuple(
        replace(
            tier,
            stages=tuple(
                replace(stage, **caps) if stage.key == key else stage for stage in tier.stages
            ),
        )
        for tier in rules.tiers
    )
    monkeypatch.setattr(active._Active, "registry", PackRegistry([replace(rules, tiers=tiers)]))


def whole_report(session: Session, cast: Cast) -> dict[str, str]:
    readings = good_readings(read(session, cast))
    session.rollback()
    said = {f"metric-{key}": str(value) for key, value in readings.items()}
    return {**said, "participants": "12", "narrative": "Sin novedad."}


def test_a_report_takes_whole_amounts_alone_in_a_currency_without_cents(
    session: Session, cast: Cast, window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    running(session, cast)
    company, lead = window(cast.company), window(cast.lead.officer)
    place = address(cast, "reports", "new")
    key = read(session, cast).current.key
    session.rollback()
    limit_stage(monkeypatch, replace(pack(), currency="CLP"), key, {"amount_total_cap": 9_000_000})
    said = whole_report(session, cast)

    for typed in ("5000.50", "5.000"):
        refused = company.submit(place, {**said, "amount_total": typed})
        assert refused.status_code == 422
        assert "Los montos en CLP no llevan centavos. Escriba un monto entero" in refused.main
    wordy = company.submit(place, {**said, "amount_total": "mil"})
    assert "Escriba un monto, por ejemplo 1250." in wordy.main
    assert company.submit(place, {**said, "amount_total": "5000"}).status_code == 200
    report = session.scalars(select(MonitoringReport)).one()
    assert report.amount_total == 500_000
    own = str(report.id)
    session.rollback()
    lead.submit(address(cast, "reports", own), {"verdict": "return", "remark": "Falta."})
    form = company.get(place)
    assert form.tree.xpath("//input[@name='amount_total']/@value") == ["5000"]


def test_a_report_asks_for_what_the_stage_limits_and_marks_what_is_beyond(
    session: Session, cast: Cast, window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    running(session, cast)
    company, lead = window(cast.company), window(cast.lead.officer)
    place = address(cast, "reports", "new")
    names = ("places", "amount_each", "amount_total")

    def asked() -> list[str]:
        names_of = company.get(place).tree.xpath("//input/@name")
        return [name for name in names if name in names_of]

    assert asked() == []
    key = read(session, cast).current.key
    session.rollback()
    caps = {"places_cap": 3, "amount_per_person_cap": 150_000, "amount_total_cap": 9_000_000}
    limit_stage(monkeypatch, pack(), key, caps)
    assert asked() == list(names)
    said = whole_report(session, cast)
    assert company.submit(place, {**said, "places": "4"}).status_code == 422
    wrong = {"places": "4", "amount_each": "mil", "amount_total": "-1"}
    assert company.submit(place, {**said, **wrong}).status_code == 422
    right = {"places": "4", "amount_each": "1.500,00", "amount_total": "90,000.01"}
    assert company.submit(place, {**said, **right}).status_code == 200
    report = session.scalars(select(MonitoringReport)).one()
    told = (report.places, report.amount_each, report.amount_total)
    assert told == (4, 150_000, 9_000_001)
    mail = session.scalars(
        select(OutboxMail.params).where(OutboxMail.template == "trials/report_submitted")
    ).first()
    assert mail is not None
    assert mail["caps"] == "places amount_total"
    own = str(report.id)
    session.rollback()
    for page in (lead.get(address(cast)), lead.get(address(cast, "reports", own))):
        assert "Por encima del tope de lugares" in page.main
        assert "Por encima del tope de dinero en total" in page.main
        assert "por participante" not in page.tree.xpath("string(//*[@id='reports']/..)")
    lead.submit(address(cast, "reports", own), {"verdict": "return", "remark": "Falta."})
    form = company.get(place)
    assert form.tree.xpath("//input[@name='amount_total']/@value") == ["90000.01"]


def test_page_says_until_when_an_extension_can_be_asked_for(
    session: Session, cast: Cast, window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = window(cast.company)
    # Nothing runs yet that could be extended.
    assert "prórroga" not in company.get(address(cast)).main
    running(session, cast)
    file = read(session, cast)
    until = file.extension_asked_until
    assert until is not None
    assert (file.latest_end - until).days == 30
    session.rollback()
    said = company.get(address(cast)).main
    assert f"Puede pedirse una prórroga hasta el {until.day} de" in said
    assert "1 vez como máximo" in said
    assert (
        "de acuerdo: la empresa, todas las autoridades" in company.get(address(cast, "plan")).main
    )
    none = PackRegistry([replace(pack(), extension=None, amendment=None)])
    monkeypatch.setattr(active._Active, "registry", none)
    assert "prórroga" not in company.get(address(cast)).main
    assert "de acuerdo: la empresa" not in company.get(address(cast, "plan")).main


def test_register_shows_an_answer_only_from_its_moment_on(
    session: Session, cast: Cast, client: JudgingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = next(
        key
        for key, answer in cast.trial.public_summary.items()
        if pack().questions[key].kind is QuestionKind.LONG_TEXT and answer
    )
    later = (PublicLaterSpec(held, Moment.STARTED),)
    rules = PackRegistry([replace(pack(), public_later=later)])
    monkeypatch.setattr(active._Active, "registry", rules)
    place = f"/register/{cast.trial.reference}"
    heading = pack().questions[held].label.in_("es")
    session.rollback()
    assert heading not in client.get(place).main
    running(session, cast)
    session.rollback()
    assert heading in client.get(place).main


def test_privacy_page_says_how_long_records_are_kept(client: JudgingClient) -> None:
    said = client.get("/privacy").main
    assert "Solicitudes que nunca se enviaron 1 año" in said
    assert "Cuentas de personas que ya no entran 2 años" in said
    assert "Consultas a la secretaría, con las respuestas 5 años" in said


def test_caps_of_every_stage_stand_in_the_plan_and_in_the_register(
    session: Session,
    cast: Cast,
    window: Open,
    client: JudgingClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tier = pack().tier(cast.trial.tier)
    stages = tuple(
        replace(stage, places_cap=7, amount_per_person_cap=150_000, amount_total_cap=9_000_000)
        if stage.live
        else stage
        for stage in tier.stages
    )
    tiers = tuple(replace(tier, stages=stages) if each == tier else each for each in pack().tiers)
    rules = PackRegistry([replace(pack(), tiers=tiers)])
    monkeypatch.setattr(active._Active, "registry", rules)
    reference = cast.trial.reference
    session.rollback()
    company = window(cast.company)
    for page in (company.get(address(cast, "plan")), client.get(f"/register/{reference}")):
        for words in (
            "7 lugares",
            "$1,500.00 MXN como máximo por",
            "$90,000.00 MXN como máximo en",
        ):
            assert words in page.main


@pytest.mark.parametrize("typed", ["mucho", "", "1e999", "NaN", "1,2,3x"])
def test_what_is_no_number_is_refused_and_the_rest_kept(
    session: Session, cast: Cast, window: Open, typed: str
) -> None:
    running(session, cast)
    file = read(session, cast)
    first, *rest = file.tier.metrics
    page = window(cast.company).submit(
        address(cast, "reports", "new"),
        {
            **{f"metric-{key}": "1" for key in rest},
            f"metric-{first}": typed,
            "participants": "12",
            "narrative": "Lo que escribí no se pierde.",
        },
    )
    assert page.status_code == 422
    assert page.error_summary
    assert "Lo que escribí no se pierde." in page.main
    session.rollback()
    assert session.scalar(select(func.count(MonitoringReport.id))) == 0


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("2.5", "2.5"),
        ("2,5", "2.5"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1 234,5", "1234.5"),
        ("1\u00a0234.5", "1234.5"),
        ("7 %", "7"),
        (" 7 % ", "7"),
        # What pages show as thousands is no fraction.
        ("1,250", "1250"),
        ("-12,345,678", "-12345678"),
        ("0,125", "0.125"),
        ("12,50", "12.50"),
        ("1.250", "1.250"),
    ],
)
def test_decimals_are_read_as_they_are_meant(app: Flask, typed: str, value: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "es"}):
        assert str(read_decimal(typed)) == value


@pytest.mark.parametrize("locale", ["es_MX", "en", "es_ES", "de_DE", "es"])
@pytest.mark.parametrize("value", ["1.125", "12.375", "1250", "0.5", "-3.25", "1234.5"])
def test_value_that_came_back_is_read_as_it_was(app: Flask, locale: str, value: str) -> None:
    with app.test_request_context(), force_locale(locale):
        assert read_decimal(in_full(Decimal(value))) == Decimal(value)


@pytest.mark.parametrize("typed", ["1 5", "12 34", "1 234 5", "1 5.5", "1 234,567.5"])
def test_two_numbers_are_no_decimal(app: Flask, typed: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "es"}):
        assert read_decimal(typed) is None


def test_the_lead_returns_a_report_only_with_a_remark(
    session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    report = hand_in_report(session, cast)
    place = address(cast, "reports", str(report.id))
    lead = window(cast.lead.officer)
    refused = lead.submit(place, {"verdict": "return", "remark": ""})
    assert refused.status_code == 422
    done = lead.submit(place, {"verdict": "return", "remark": "Falta explicar una queja."})
    assert done.status_code == 200
    correction = window(cast.company).get(address(cast, "reports", "new"))
    assert "Falta explicar una queja." in correction.main


def test_after_the_end_a_report_can_only_be_accepted(
    session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    place = address(cast, "reports", str(hand_in_report(session, cast).id))
    lead = window(cast.lead.officer)
    early = lead.get(place)
    assert early.tree.xpath("//main//input[@name='verdict']/@value") == ["accept", "return"]
    kind = pack().exits(Ending.EARLY)[0].code
    lead.submit(address(cast, "end-early"), {"exit_kind": kind, "reason": "Ya no."})
    page = lead.get(place)
    assert page.tree.xpath("//main//input[@name='verdict']/@value") == ["accept"]
    assert "ya no puede corregirse" in page.main
    late = lead.submit(early, {"verdict": "return", "remark": "Falta una queja."})
    assert late.status_code == 422
    assert "Falta una queja." in late.main
    assert lead.submit(place, {"verdict": "accept", "remark": "Bien."}).status_code == 200
    session.rollback()
    assert session.scalars(select(MonitoringReport.state)).all() == ["accepted"]


def test_what_counts_no_longer_is_shown_to_all_and_why_to_authorities_and_secretariat(
    session: Session, cast: Cast, window: Open
) -> None:
    gate, approval = requirement(session, cast, "approval")
    file = read(session, cast)
    waived = next(each.key for each in file.requirements_of(gate) if each.may_be_waived)
    lead, company = window(cast.lead.officer), window(cast.company)
    lead.submit(address(cast, "gates", gate, approval, "approve"), {"note": ""})
    lead.submit(address(cast, "gates", gate, waived, "waive"), {"reason": "El comité ya opinó."})
    page = company.get(address(cast)).main
    assert "El comité ya opinó." in page
    assert "no cuenta" not in page
    recuse(session, cast, cast.lead.officer)
    reasons = (
        "Ya no cuenta: quien aprobó declaró después un conflicto de interés",
        "La dispensa ya no cuenta: quien la dio declaró después un conflicto de interés",
    )
    page = company.get(address(cast)).main
    assert "Ya no cuenta: INAI aprueba de nuevo." in page
    assert "La dispensa ya no cuenta." in page
    assert "conflicto de interés" not in page
    for actor in (cast.associate.officer, cast.caseworker):
        page = window(actor).get(address(cast)).main
        assert all(reason in page for reason in reasons)
    declare(session, cast, cast.lead.head)
    links = window(cast.lead.head).get(address(cast)).links.values()
    assert address(cast, "gates", gate, waived, "waive") in links


# --- suspension ----------------------------------------------------------------------------------


def test_suspending_needs_a_ground_and_a_reason_and_nothing_else(
    session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    client = window(cast.associate.officer)
    said = {"reason": "Quejas.", "ground": GROUND}
    opened = client.get(address(cast, "suspend"))
    assert client.submit(opened, {**said, "reason": ""}).status_code == 422
    assert client.submit(opened, said).status_code == 200
    again = client.submit(opened, said)
    assert again.status_code == 409
    session.rollback()
    assert session.scalar(select(func.count(Suspension.id))) == 1


def test_only_what_fits_the_way_of_ending_is_offered(
    session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    page = window(cast.lead.officer).get(address(cast, "end-early"))
    offered = page.tree.xpath("//main//input[@name='exit_kind']/@value")

    assert offered == [kind.code for kind in pack().exits(Ending.EARLY)]
    assert len(offered) < len(pack().exit_kinds)


def test_my_tasks_follow_the_trial(session: Session, cast: Cast, window: Open) -> None:
    # A stage over its limit would be a task of the lead by itself.
    session.execute(update(TrialStage).values(entered_at=utc_now()))
    session.commit()
    assert cast.trial.reference in window(cast.company).get("/my-tasks").main
    lead = window(cast.lead.officer)
    assert cast.trial.reference not in lead.get("/my-tasks").main
    window(cast.company).submit(address(cast, "plan"), plan_as_typed())
    company = window(cast.company)
    company.submit(address(cast, "plan"), form="plan/agree")
    assert cast.trial.reference in lead.get("/my-tasks").main


def test_a_second_report_of_the_same_day_keeps_what_was_typed(
    session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    typed = {
        **{f"metric-{key}": "1" for key in read(session, cast).tier.metrics},
        "participants": "12",
        "narrative": "Un relato largo que no se pierde.",
    }
    company = window(cast.company)
    assert company.submit(address(cast, "reports", "new"), typed).status_code == 200
    page = company.submit(address(cast, "reports", "new"), typed)
    assert page.status_code == 422
    assert "Un relato largo que no se pierde." in page.main


def test_sending_the_form_of_an_incident_twice_leads_to_the_same_incident(
    session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    company = window(cast.company)
    form = company.get(address(cast, "incidents", "new"))
    typed = {"class_key": pack().incident_classes[0].key, "what_happened": "Se cayó."}
    first, second = company.submit(form, typed), company.submit(form, typed)
    assert (first.status_code, second.status_code) == (200, 200)
    session.rollback()
    assert session.scalar(select(func.count(Incident.id))) == 1
    again = company.submit(address(cast, "incidents", "new"), typed)
    assert again.status_code == 200
    session.rollback()
    assert session.scalar(select(func.count(Incident.id))) == 2


def test_an_incident_is_reported_completed_and_answered_on_its_pages(
    session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    company, lead = window(cast.company), window(cast.lead.officer)
    form = company.get(address(cast, "incidents", "new"))
    assert "Infórmelo en 24 horas. Complete el informe en 15 días." in form.main
    typed = {"class_key": "critical", "what_happened": "Se cayó.", "is_first": "y"}
    for wrong in (
        {"class_key": "minor"},
        {"known_on-day": "1", "known_on-month": "1", "known_on-year": "2099"},
        {
            "known_on-day": "1",
            "known_on-month": "1",
            "known_on-year": "2026",
            "known_time": "25:00",
        },
        {"known_time": "10:30"},
        {"known_on-day": "1", "known_on-month": "1", "known_on-year": "2020"},
    ):
        page = company.submit(form, {**typed, **wrong})
        assert (page.status_code, bool(page.error_summary)) == (422, True)
    page = company.submit(form, typed)
    assert "quedan 14 días" in page.main
    assert "quedan 2 días" in page.main
    assert "Complete el informe del incidente" in company.get("/my-tasks").main
    assert "Responda al informe del incidente" in lead.get("/my-tasks").main
    session.rollback()
    incident = str(session.scalars(select(Incident.id)).one())
    session.rollback()
    assert "Cerrar el incidente" not in lead.get(address(cast)).main
    page = company.submit(
        address(cast, "incidents", incident, "complete"),
        {"report": "Fue un cable.", "persons_affected": "3"},
    )
    assert "Informe completo: Fue un cable." in page.main
    page = lead.submit(address(cast, "incidents", incident, "answer"), {"reaction": "Cámbielo."})
    assert "Respuesta de la autoridad coordinadora: Cámbielo." in page.main
    assert "Cerrar el incidente" in page.main


def test_sending_the_form_of_a_report_twice_hands_in_one(
    session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    typed = {
        **{f"metric-{key}": "1" for key in read(session, cast).tier.metrics},
        "participants": "12",
        "narrative": "Sin novedad.",
    }
    session.rollback()
    company = window(cast.company)
    form = company.get(address(cast, "reports", "new"))
    first, second = company.submit(form, typed), company.submit(form, typed)
    assert (first.status_code, second.status_code) == (200, 200)
    session.rollback()
    assert session.scalar(select(func.count(MonitoringReport.id))) == 1


def test_other_words_in_the_form_of_an_incident_are_kept_and_not_taken_for_sent(
    session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    company = window(cast.company)
    form = company.get(address(cast, "incidents", "new"))
    typed = {"class_key": pack().incident_classes[0].key, "what_happened": "Se cayó."}
    company.submit(form, typed)
    for other in (
        {"what_happened": "Se cayó, y hubo fuga de datos."},
        {"persons_affected": "3"},
        {"class_key": pack().incident_classes[-1].key},
    ):
        page = company.submit(form, {**typed, **other})
        assert page.status_code == 422
        assert "no se ha guardado" in page.main
        assert page.error_summary
    page = company.submit(form, {**typed, "what_happened": "Se cayó, y hubo fuga de datos."})
    assert "Se cayó, y hubo fuga de datos." in page.main
    # The page is a form of its own now: sent as it stands, it reports the other incident.
    assert company.submit(page).status_code == 200
    session.rollback()
    told = session.scalars(select(Incident.what_happened).order_by(Incident.opened_at)).all()
    assert told == ["Se cayó.", "Se cayó, y hubo fuga de datos."]


def test_other_words_in_the_form_of_a_report_are_kept_and_not_taken_for_sent(
    session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    metrics = read(session, cast).tier.metrics
    typed = {
        **{f"metric-{key}": "0.123456789" for key in metrics},
        "participants": "12",
        "narrative": "Sin novedad.",
    }
    session.rollback()
    company = window(cast.company)
    form = company.get(address(cast, "reports", "new"))
    assert company.submit(form, typed).status_code == 200
    assert company.submit(form, typed).status_code == 200
    for other in (
        {"narrative": "Hubo una queja."},
        {"participants": "13"},
        {f"metric-{metrics[-1]}": "0.2"},
    ):
        page = company.submit(form, {**typed, **other})
        assert page.status_code == 422
        assert "no se ha guardado" in page.main
        values = page.tree.xpath("//main//input/@value") + page.tree.xpath(
            "//main//textarea/text()"
        )
        assert set(other.values()) <= {value.strip() for value in values}
    session.rollback()
    assert session.scalars(select(MonitoringReport.narrative)).all() == ["Sin novedad."]
    key = "//main//input[@name='form_key']/@value"
    assert page.tree.xpath(key) != form.tree.xpath(key)


def test_the_case_says_what_is_next_with_its_trial(
    session: Session, cast: Cast, window: Open
) -> None:
    running(session, cast)
    lead = window(cast.lead.officer)
    lead.submit(address(cast, "suspend"), {"reason": "Quejas.", "ground": GROUND})
    page = lead.get(f"/cases/{cast.trial.application_id}")
    assert "Nada avanza mientras dure la suspensión. Quién debe actuar: INAI" in page.main


@pytest.mark.parametrize("by_rule", [True, False])
def test_the_page_says_who_decides_that_a_suspended_test_goes_on(
    session: Session, cast: Cast, window: Open, by_rule: bool
) -> None:
    running(session, cast)
    with unit_of_work(session):
        stop = suspend_by_rule if by_rule else partial(services.suspend, ground=GROUND)
        stop(session, cast.associate.officer, cast.trial, reason="Quejas.", now=cast.now)
    page = window(cast.lead.officer).get(address(cast))
    assert ("Continúa cuando la autoridad coordinadora esté de acuerdo." in page.main) == by_rule
    assert ("y quien la suspendió estén de acuerdo" in page.main) != by_rule

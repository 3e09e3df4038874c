"""A company opens its account, applies with a colleague, and holds a receipt in the end."""

import re

import pytest

from tests.browsing import Visitor
from tests.journeys.filling import believable_answers, fill_section
from tests.journeys.story import Story
from tests.serving import link_in

pytestmark = pytest.mark.journey
STORY = 2

PASSWORD = "maíz azul bajo la lluvia"
OBSTACLE = "No podemos recabar el consentimiento con una firma cuando atendemos por mensaje."


def test_company_registers_and_invites_a_colleague(story: Story) -> None:
    owner = story.visitor().goto("/").click("Apply", within="main")
    owner.click("Create an account", within="main", status=422)
    owner.fill("name", "Ana López Robles").fill("email", "ana@example.org")
    owner.fill("password", PASSWORD).choose("language", story.language)
    owner.click("Create an account", within="main")

    # Before the address is confirmed nobody gets in.
    sign_in(owner, "ana@example.org", status=422)
    mail = story.server.newest_mail("ana@example.org", story.say("Confirm your address"))
    owner.goto(link_in(mail, "/confirm/")).click("Yes, confirm it")
    sign_in(owner, "ana@example.org")
    assert owner.path == "/my-tasks"

    owner.click("Create your organisation")
    owner.fill("name", "Río Claro, S. A. de C. V.").choose("kind", "company")
    owner.fill("tax_id", "ABC010203XY1").fill("state", "Jalisco")
    owner.click("Create the organisation")
    owner.click("Invite a colleague").fill("email", "bruno@example.org")
    owner.choose("role", "member").click("Send the invitation")
    assert "bruno@example.org" in owner.main

    colleague = story.visitor()
    mail = story.server.newest_mail("bruno@example.org", "Río Claro")
    colleague.goto(link_in(mail, "/invitations/"))
    colleague.fill("name", "Bruno Díaz").fill("password", PASSWORD)
    colleague.choose("language", story.language).click("Create the account and join")
    assert colleague.heading == "Río Claro, S. A. de C. V."
    assert "Ana López Robles" in colleague.main

    # Both are at the same place, and an application can begin.
    owner.goto("/my-tasks").click("See your applications").click("Start an application")
    owner.click("Start now")
    colleague.goto("/applications").press("main a[href^='/applications/'] >> nth=-1")
    assert colleague.path == owner.path
    colleague.goto("/account")
    colleague.press("header form button")
    assert colleague.path == "/"


def sign_in(visitor: Visitor, email: str, *, status: int = 200) -> None:
    visitor.fill("email", email).fill("password", PASSWORD)
    visitor.click("Sign in", within="main", status=status)


def test_company_fills_in_and_submits(story: Story) -> None:
    company = story.company()
    owner = story.window_of(company.owner)
    answers = believable_answers(story)
    answers |= {"previous_contact": "yes", "previous_contact_detail": "Preguntamos en febrero."}
    assert isinstance(answers["reliefs"], list)
    first_relief = answers["reliefs"][0]
    answers["reliefs"] = [first_relief, {**first_relief, "law": "lftr", "provision": "Art. 118"}]

    owner.goto("/my-tasks")
    owner.press('header a[href="/applications"]').click("Start an application")
    owner.click("Start now")
    home = owner.path
    owner.click("Check your answers")
    assert owner.page.locator(".govuk-error-summary").is_visible()
    owner.goto(home).press(f'a[href="{home}/sections/organisation"]')

    for section in story.pack.sections:
        assert owner.path == f"{home}/sections/{section.key}"
        if section.key == "organisation":
            # The question about details is asked only of whom it concerns.
            detail = owner.page.locator('[name="q_previous_contact_detail"]')
            assert not detail.is_visible()
            owner.choose("q_previous_contact", "yes")
            assert detail.is_visible()
            owner.choose("c_capacity", "y")
        elif section.key == "rules":
            owner.press('button[name="add_row"]')
        elif section.key == "test":
            # What is wrong comes back with everything that was typed.
            owner.fill("q_hypothesis", "Una frase que no se pierde.").fill("q_participants", "mil")
            owner.click("Save and continue", status=422)
            assert owner.value("q_hypothesis") == "Una frase que no se pierde."
            assert owner.value("q_participants") == "mil"
            owner.page.locator('.govuk-error-summary a[href="#q_participants"]').click()
            assert owner.page.locator(':focus[name="q_participants"]').count() == 1
        elif section.key == "closing":
            attach_documents(owner)
        fill_section(owner, section, answers)
        owner.click("Save and continue")
        if owner.path.partition("#")[0] == f"{home}/sections/{section.key}":
            # Answers have opened further questions, which now stand on the page.
            fill_section(owner, section, answers)
            owner.click("Save and continue")

    assert owner.path == home
    owner.click("Check your answers")
    assert "Preguntamos en febrero." in owner.main
    assert "Art. 118" in owner.main
    assert owner.main.count(story.say("Confidential")) == 1

    # A colleague has the same page open; both press, and there is one submission.
    colleague = story.window_of(company.member).goto(f"{home}/check")
    owner.click("Send the application")
    colleague.click("Send the application")
    assert owner.path == colleague.path == f"{home}/submissions/1/receipt"
    found = re.findall(r"SBX-\d{4}-\d{5}", owner.main)
    assert found
    assert set(found) == set(re.findall(r"SBX-\d{4}-\d{5}", colleague.main))
    fingerprint = owner.page.locator(".app-fingerprint").inner_text()
    assert re.fullmatch(r"[0-9a-f]{64}", fingerprint)
    document = owner.download("Download the receipt (PDF)")
    assert document.startswith(b"%PDF-1.7")
    assert document.rstrip().endswith(b"%%EOF")

    owner.click("Read what was sent")
    owner.goto("/applications")
    assert owner.main.count(found[0]) == 1, "What was sent twice is there once."
    owner.press(f"main a[href='/cases/{home.rpartition('/')[2]}']")
    story.server.newest_mail(company.owner.email, found[0])
    owner.goto("/inbox")


def attach_documents(visitor: Visitor) -> None:
    """Try a file of the wrong kind, then attach one and mark it as confidential."""
    program = b"MZ\x90\x00" + bytes(200)
    visitor.attach("q_technical_documents", "ficha.exe", program, "application/octet-stream")
    visitor.press('button[name="upload"][value="technical_documents"]', status=422)
    assert "ficha.exe" in visitor.main
    text = b"Ficha del modelo: lee mensajes y propone horarios.\n"
    visitor.attach("q_technical_documents", "ficha.txt", text, "text/plain")
    visitor.press('button[name="upload"][value="technical_documents"]')
    assert visitor.page.locator(".app-files__file").count() == 1


def test_two_colleagues_edit_one_section(story: Story) -> None:
    company = story.company()
    draft = story.draft(company)
    address = f"/applications/{draft.id}/sections/rules"
    story.session.rollback()
    owner, colleague = story.window_of(company.owner), story.window_of(company.member)
    owner.goto(address)
    colleague.goto(address)
    owner.fill("q_obstacle", OBSTACLE).click("Save for later")

    colleague.fill("q_why_sandbox", "Solo se puede saber probándolo.")
    colleague.fill("q_obstacle", "Lo que escribió la colega.")
    colleague.click("Save and continue", status=409)
    assert OBSTACLE in colleague.main
    assert "Lo que escribió la colega." in colleague.main
    colleague.choose("keep_obstacle", "theirs").click("Save what I chose")
    owner.goto(address)
    assert owner.value("q_obstacle") == OBSTACLE
    assert owner.value("q_why_sandbox") == "Solo se puede saber probándolo."


def test_a_crash_while_typing_loses_nothing(story: Story) -> None:
    company = story.company()
    draft = story.draft(company)
    address = f"/applications/{draft.id}/sections/rules"
    story.session.rollback()
    owner = story.window_of(company.owner)
    owner.goto(address).fill("q_obstacle", OBSTACLE)
    owner.page.locator("[data-keep]:visible").wait_for()
    owner.page.close(run_before_unload=False)

    again = story.window_of(company.owner).goto(address)
    assert again.value("q_obstacle") == OBSTACLE
    again.click("Save for later").goto(address)
    assert again.value("q_obstacle") == OBSTACLE
    assert again.page.locator("[data-keep]:visible").count() == 0


def test_form_works_without_javascript(story: Story) -> None:
    company = story.company()
    draft = story.draft(company)
    address = f"/applications/{draft.id}/sections"
    story.session.rollback()
    owner = story.window_of(company.owner, java_script_enabled=False)

    # The conditional question stands open, and is asked for only where it concerns.
    owner.goto(f"{address}/organisation")
    assert owner.page.locator('[name="q_previous_contact_detail"]').is_visible()
    owner.choose("q_previous_contact", "yes").fill("q_previous_contact_detail", "En febrero.")
    owner.click("Save for later")

    owner.goto(f"{address}/rules").press('button[name="add_row"]')
    assert owner.value("q_reliefs-1-q_provision") == ""
    owner.press('button[name="remove_row"][value="reliefs:1"]')
    assert owner.page.locator('[name="q_reliefs-1-q_provision"]').count() == 0
    owner.goto(f"{address}/test").fill("q_participants", "mil")
    owner.click("Save and continue", status=422)
    assert owner.value("q_participants") == "mil"
    owner.fill("q_participants", "1,000").click("Save and continue")

    owner.goto(f"{address}/closing")
    attach_documents(owner)
    owner.click("Save and continue")
    owner.goto(f"/applications/{draft.id}/check").click("Send the application")
    assert owner.path.endswith("/submissions/1/receipt")


def test_expired_session_loses_nothing(story: Story) -> None:
    company = story.company()
    draft = story.draft(company)
    address = f"/applications/{draft.id}/sections/rules"
    story.session.rollback()
    owner = story.window_of(company.owner)
    owner.goto(address).fill("q_obstacle", OBSTACLE)
    owner.page.context.clear_cookies()
    owner.click("Save and continue", status=400)
    assert owner.heading == story.say("Your session has ended")

    # Whoever signs in elsewhere comes back to the page and sends what it has kept.
    story.sign_in(owner, company.owner)
    owner.click("I am signed in again: send it", status=400).click("Send it")
    owner.goto(address)
    assert owner.value("q_obstacle") == OBSTACLE

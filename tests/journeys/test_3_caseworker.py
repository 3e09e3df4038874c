"""A caseworker checks what a company has sent, has it corrected, and brings it to authorities."""

import pytest

from sandbox.domain.routing import propose
from tests.factories import complete_answers
from tests.journeys.story import ANSWERS, Story

pytestmark = pytest.mark.journey
STORY = 3

MISSING = "Diga también quién responde cuando nadie atiende el mensaje."
CORRECTED = "De noche responde una enfermera de guardia, y una grabación lo dice."


def test_caseworker_returns_and_the_company_corrects(story: Story) -> None:
    company, caseworker = story.company(), story.caseworker
    application = story.submitted(company)
    key, owner_email = application.id, company.owner.email
    staff, owner = story.window_of(caseworker), story.window_of(company.owner)

    staff.take_up("Check whether the application is complete").click("Start the check")
    # A return without any reason helps nobody.
    staff.click("Return to the company", status=422)
    reason = staff.page.locator('[name="r_human_oversight"]')
    details = staff.page.locator("details", has=reason)
    details.locator("summary").click()
    reason.fill(MISSING)
    staff.click("Return to the company")
    assert staff.path == f"/cases/{key}"

    story.server.newest_mail(owner_email, "SBX-")
    owner.take_up("Correct your application and send it again")
    owner.press(f'a[href$="/sections/{story.section_of("human_oversight")}"]')
    assert MISSING in owner.main
    owner.fill("q_human_oversight", CORRECTED).click("Save for later")
    owner.click("Check your answers").click("Send the correction")
    assert owner.path == f"/applications/{key}/submissions/2/receipt"

    staff.take_up("Check whether the application is complete").click("Start the check")
    staff.click("See what the company changed")
    assert CORRECTED in staff.main
    staff.goto(f"/applications/{key}/triage")
    assert not staff.has("Return to the company"), "The pack allows one return."
    staff.click("It is complete: go on to the authorities")
    assert staff.has("See the proposed authorities")


def test_caseworker_changes_the_proposed_authorities(story: Story) -> None:
    company, caseworker, teams = story.company(), story.caseworker, story.teams
    application = story.in_triage(company)
    key = application.id
    story.session.rollback()
    proposal = propose(story.pack, complete_answers(story.pack, **ANSWERS), story.now.date())
    assert (proposal.lead, set(proposal.associates)) == ("INAI", {"IFT", "COFECE"})

    staff = story.window_of(caseworker)
    staff.goto(f"/cases/{key}").click("See the proposed authorities")
    for reason in proposal.reasons:
        named = reason.answer or reason.label
        assert story.word(named) in staff.main
        assert story.word(story.pack.competence(reason.competence).name) in staff.main
    staff.click("Choose other authorities").leave_out("associates", "COFECE")
    staff.click("Ask these authorities", status=422)
    assert not staff.page.locator('[name="associates"][value="COFECE"]').is_checked()
    why = "Ordenar ofertas propias no toca a otros competidores."
    staff.fill("reason", why)
    staff.click("Ask these authorities")
    assert staff.path == f"/cases/{key}"
    assert why in staff.main

    # Those who were asked have a task, and read why another was not; that one knows nothing of the
    # case.
    asked = "Say whether your authority takes the case"
    head = story.window_of(teams["INAI"].head)
    assert head.has_task(asked)
    head.goto(f"/cases/{key}")
    assert why in head.main
    left_out = story.window_of(teams["COFECE"].head)
    assert not left_out.has_task(asked)
    left_out.goto(f"/cases/{key}", status=404)


def test_caseworker_asks_for_authorities_of_two_cases_at_once(story: Story) -> None:
    company, caseworker, _teams = story.company(), story.caseworker, story.teams
    cases = [story.in_triage(company) for _ in range(2)]
    names = [str(case.reference) for case in cases]
    sent = str(story.submitted(company).reference)
    story.session.rollback()

    staff = story.window_of(caseworker)
    staff.goto("/applications").look_narrow()
    offer = staff.control("Choose all on this page")
    offer.press("Enter")
    assert staff.page.locator('input[name="case"]:checked').count() == 3
    staff.click("Assign authorities").look_narrow()
    refusal = staff.say("Submitted")
    assert all(name in staff.main for name in (*names, sent))
    assert refusal in staff.main
    staff.press('main form[method="post"] button[type="submit"]').look_narrow()
    done = staff.page.locator('[aria-labelledby="done-heading"]').inner_text()
    refused = staff.page.locator('[aria-labelledby="refused-heading"]').inner_text()
    assert all(name in done for name in names)
    assert sent not in done
    assert sent in refused
    assert refusal in refused
    staff.goto(f"/cases/{cases[1].id}")
    assert "COFECE" in staff.main

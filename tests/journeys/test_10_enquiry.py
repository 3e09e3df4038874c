"""A company asks whether any rule applies, hears it from an authority, and begins to apply."""

import pytest

from sandbox.domain.enquiries import EnquiryKind
from tests.journeys.story import Story

pytestmark = pytest.mark.journey
STORY = 10


@pytest.mark.parametrize("language", ["es"])
def test_enquiry_is_answered_and_leads_to_an_application(story: Story) -> None:
    company, inai = story.company(), story.teams["INAI"]
    owner, staff = story.window_of(company.owner), story.window_of(story.caseworker)
    owner.goto("/enquiries").click("Write an enquiry")
    owner.choose("kind", EnquiryKind.FAST_ANSWER.value).choose("competences", "personal_data")
    owner.fill("subject", "Recordatorios").fill("activity", "Enviamos recordatorios de citas.")
    owner.fill("text", "¿Aplica alguna regla?").click("Send the enquiry")
    here = owner.path

    staff.take_up("Ask the authorities whether any rule applies").click("Put the question to them")
    staff.click("Answer the enquiry").fill("text", "Ya preguntamos. Parece un buen caso.")
    staff.choose("then", "invite").click("Send the answer")

    officer = story.window_of(inai.officer)
    officer.take_up("Say whether any rule applies").choose("answer", "applies")
    officer.fill("provision", "LFPDPPP, artículo 8").fill("text", "Pida el consentimiento.")
    officer.click("Send the answer")

    owner.goto(here).look_narrow()
    assert "LFPDPPP, artículo 8" in owner.main
    assert story.word(story.pack.fast_answer.text) in owner.main  # type: ignore[union-attr]
    owner.click("Start the application")
    assert owner.path.startswith("/applications/")

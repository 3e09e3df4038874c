"""Two people change the rules of a programme; a company and an older case meet what changed."""

import io
import zipfile

import pytest

from sandbox.kernel.actors import StaffRole
from sandbox.models import Application
from tests import factories
from tests.journeys.story import Story
from tests.packs.copies import files_of

pytestmark = pytest.mark.journey
STORY = 8

LONGER = ("coordination.toml", "length = 60 #", "length = 61 #")
SPOILT = ("monitoring.toml", "target = 5", "target = true")
ZIP = "application/zip"


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_rules_change_by_two_people_and_a_case_follows(story: Story) -> None:
    company, caseworker = story.company(), story.caseworker
    older = story.submitted(company)
    case = f"/cases/{older.id}"
    key = older.id
    second = factories.make_staff(story.session, StaffRole.ADMINISTRATOR, "Adela Ortiz")
    staff, administrator = story.window_of(caseworker), story.window_of(second)

    # A broken version is refused with everything that is wrong with it.
    staff.goto("/rules").click("Upload a new version")
    staff.fill("note", "El plazo de decisión crece un día.")
    staff.attach("files", "reglas.zip", zipped(files_of("1.1.0", LONGER, SPOILT)), ZIP)
    staff.click("Check and keep the version", status=422)
    assert "metrics[0].target" in staff.main
    staff.look_narrow()
    staff.attach("files", "reglas.zip", zipped(files_of("1.1.0", LONGER)), ZIP)
    staff.click("Check and keep the version")
    assert staff.path == "/rules/1.1.0"
    assert story.say("Waits for a second person") in staff.main
    assert not staff.has("Judge it and put it in force")

    # What it changes, in the rules and in the cases.
    staff.click("Difference")
    assert story.say("Compared with %(version)s", version="1.0.0") in staff.main
    staff.click("Trial run")
    assert (older.reference or "") in staff.main
    staff.click("Stages and gates").look_narrow()
    staff.click("In words").look_narrow()

    # Another person puts it in force.
    administrator.take_up("Judge a new version of the rules")
    administrator.click("Judge it and put it in force").look_narrow()
    administrator.choose("is_read", "y").click("Put it in force")
    assert story.say("In force") in administrator.main

    # A company that begins now begins under it; the older case is moved by a caseworker.
    owner = story.window_of(company.owner)
    owner.goto("/applications/new").click("Start now")
    story.session.expire_all()
    pinned = story.session.query(Application.pack_version).order_by(Application.started_at.desc())
    assert pinned.first() == ("1.1.0",)
    story.session.rollback()

    staff.goto(case)
    staff.click("Compare with version %(version)s, in force now", version="1.1.0").look_narrow()
    staff.fill("reason", "La empresa pidió el plazo nuevo.").click("Move the case")
    assert staff.path == case
    assert story.say("version %(version)s", version="1.1.0") in staff.main
    story.session.expire_all()
    assert story.session.get_one(Application, key).pack_version == "1.1.0"
    story.session.rollback()
    owner.goto(case)
    assert "La empresa pidió el plazo nuevo." in owner.main

"""A company contests what is to be decided, an authority thinks again, and the letter says so."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.coordination import services as coordination
from sandbox.domain.deliberation import Stance
from sandbox.kernel.db import unit_of_work
from sandbox.models import Application
from sandbox.packs import active
from tests.databases import Databases, PostgresqlStore, connect
from tests.factories import REFUSED, mark_criteria, start_review, take_position
from tests.journeys.conftest import ENGINE_OF
from tests.journeys.story import Story
from tests.packs.copies import announce_first, copy_of_mx
from tests.serving import LiveServer, serve

pytestmark = pytest.mark.journey
STORY = 11

ANSWER = "El anexo dice cuánto tiempo se guarda cada mensaje."
REPLY = "Leímos el anexo y resuelve la duda."
CHANGED = "Con el anexo ya no hay motivo para oponerse."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules of the first programme, under which companies are heard before a refusal."""
    folder = tmp_path_factory.mktemp("hearing")
    announce_first(copy_of_mx(folder), "declined")
    return folder


@pytest.fixture(scope="module")
def servers(
    tmp_path_factory: pytest.TempPathFactory, folder: Path, databases: Databases
) -> Iterator[Callable[[str], LiveServer]]:
    """The production servers of such a programme, one for each engine."""
    with contextlib.ExitStack() as opened:

        def server_on(engine_name: str) -> LiveServer:
            store = databases.store(engine_name) if engine_name == "postgresql" else None
            assert store is None or isinstance(store, PostgresqlStore)
            place = tmp_path_factory.mktemp(f"hearing-{engine_name}")
            return opened.enter_context(serve(place, store, PACK_FOLDER=str(folder)))

        yield server_on


@pytest.fixture
def story(
    servers: Callable[[str], LiveServer],
    folder: Path,
    language: str,
    new_context: Callable[..., BrowserContext],
) -> Iterator[Story]:
    """An empty platform of such a programme, in one language."""
    active.install(folder, "mx")
    server = servers(ENGINE_OF[language])
    server.empty()
    engine = connect(server.app.config["SQLALCHEMY_DATABASE_URI"])
    with Session(engine) as session:
        yield Story(server, language, session, new_context, f"{STORY}a")
    engine.dispose()
    active.install(PACKS, "mx")


def test_company_is_heard_before_the_decision(story: Story) -> None:
    company = story.company()
    lead, associate = story.teams["INAI"], story.teams["IFT"]
    application = story.assigned(company, "INAI", "IFT")
    key, owner_email = application.id, company.owner.email
    judge(story, application)
    officer, second = story.window_of(lead.officer), story.window_of(associate.officer)
    owner = story.window_of(company.owner)

    # An authority objects still after they deliberated; the company hears what is to come.
    officer.take_up("Decide the application")
    officer.click("Tell the company the preliminary result", status=422)
    officer.choose("codes", *REFUSED).click("Tell the company the preliminary result")

    # The company reads it, as a page and as a letter, and contests it.
    story.server.newest_mail(owner_email, "SBX-")
    owner.goto(f"/cases/{key}/preliminary/1")
    letter = owner.download("Download the letter (PDF)")
    assert letter.startswith(b"%PDF-1.7")
    owner.take_up("Say what you think of the preliminary result")
    owner.choose("answer", "contests").click("Send the answer", status=422)
    owner.fill("text", ANSWER).click("Send the answer")
    assert owner.path == f"/cases/{key}"

    # The authority that objected reads the answer and changes its position.
    second.goto(f"/cases/{key}")
    second.click("Read preliminary result %(number)s and what was answered", number=1)
    assert ANSWER in second.main
    second.goto(f"/cases/{key}/position")
    second.choose("stance", "concur").fill("reasons", CHANGED)
    second.click("Put the position on record")

    # The lead decides, and says what it makes of the answer; so does the letter.
    officer.take_up("Decide the application")
    assert ANSWER in officer.main
    officer.click("Issue the decision", status=422)
    officer.fill("reply", REPLY).click("Issue the decision")
    owner.goto(f"/cases/{key}").click("Read the decision with its reasons")
    assert story.say("How the company was heard") in owner.main
    assert story.say("The company contested it.") in owner.main
    assert ANSWER in owner.main
    assert REPLY in owner.main
    assert owner.download("Download the letter (PDF)").startswith(b"%PDF-1.7")


def judge(story: Story, application: Application) -> None:
    """Let both authorities take the case and deliberate; the lead agrees, the associate objects."""
    lead, associate = story.teams["INAI"], story.teams["IFT"]
    at = story.now - timedelta(hours=20)
    start_review(story.session, application, lead, associate, now=at)
    for team, stance in ((lead, Stance.CONCUR), (associate, Stance.OBJECT)):
        mark_criteria(story.session, application, team, now=story.now)
        take_position(story.session, application, team, stance, now=story.now)
    with unit_of_work(story.session):
        coordination.open_deliberation(story.session, lead.officer, application, now=story.now)
    story.session.rollback()

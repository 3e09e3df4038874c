"""A new version of the tutorial's pack touches no running case and waits for a second person."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from config import PACKS, Config
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.db import db, unit_of_work
from sandbox.models import Application, PackVersion
from sandbox.packs import active
from sandbox.programme import queries, services
from tests.databases import Databases, connect
from tests.factories import NOW, actor_for, make_company, make_draft, make_staff
from tests.packs.handbook import tutorial_pack
from tests.packs.test_recipes import titled


class Harbour:
    """The boat sandbox, running, with the folder of its packs."""

    def __init__(self, app: Flask, home: Path, session: Session) -> None:
        self.app = app
        self.home = home
        self.session = session
        self.company = make_company(session)

    def begin(self) -> Application:
        """Begin an application as a request does that comes now."""
        with self.app.app_context():
            return make_draft(self.session, *self.company)

    def copy(self, version: str, *changes: tuple[str, str]) -> None:
        """Put a new version beside the first, as the recipe says, and start the server again."""
        folder = shutil.copytree(self.home / "1.0.0", self.home / version)
        first = folder / "pack.toml"
        text = first.read_text(encoding="utf-8")
        for old, new in (('version = "1.0.0"', f'version = "{version}"'), *changes):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        first.write_text(text, encoding="utf-8")
        active.install(self.home.parent, "harbour")

    def someone(self, name: str) -> Actor:
        return actor_for(self.session, make_staff(self.session, StaffRole.ADMINISTRATOR, name))

    def propose(self, actor: Actor, version: str) -> PackVersion:
        read, files = queries.get_installed(version)
        with unit_of_work(self.session):
            return services.upload(
                self.session, actor, files=files, pack=read, note="Nueva.", now=NOW
            )

    def activate(self, actor: Actor, row: PackVersion) -> None:
        with unit_of_work(self.session):
            services.activate(
                self.session, actor, row, expected_version=row.version, seen="1.0.0", now=NOW
            )


@pytest.fixture
def harbour(databases: Databases, tmp_path: Path) -> Iterator[Harbour]:
    # Late, so that the module is read whatever state the rooms are in.
    from sandbox.web.app import create_app

    first = tutorial_pack(tmp_path / "packs")
    store = databases.store("sqlite")
    store.reset()
    config = replace(
        Config.for_tests(store.url, tmp_path / "data"),
        pack_folder=tmp_path / "packs",
        pack_code="harbour",
    )
    engine = connect(store.url)
    try:
        app = create_app(config)
        with Session(engine) as session:
            yield Harbour(app, first.parent, session)
        with app.app_context():
            db.engine.dispose()
    finally:
        engine.dispose()
        # The packs are those of the process: the tests that follow need theirs again.
        active.install(PACKS, "mx")


def test_new_version_on_disk_touches_nothing_until_a_second_person_puts_it_in_force(
    harbour: Harbour,
) -> None:
    running = harbour.begin()
    harbour.copy("1.1.0")
    assert harbour.begin().pack_version == "1.0.0"

    ana, beto = harbour.someone("Ana"), harbour.someone("Beto")
    row = harbour.propose(ana, "1.1.0")
    assert harbour.begin().pack_version == "1.0.0"
    with pytest.raises(NotPossible) as refusal:
        harbour.activate(ana, row)
    assert refusal.value.reason is Why.FOUR_EYES
    harbour.activate(beto, row)
    assert harbour.begin().pack_version == "1.1.0"
    harbour.session.refresh(running)
    assert (running.pack_version, active.pack_of(running).version) == ("1.0.0", "1.0.0")


def test_new_version_is_in_force_after_a_restart_while_nothing_has_begun(harbour: Harbour) -> None:
    harbour.copy("1.1.0")
    assert harbour.begin().pack_version == "1.1.0"


@pytest.mark.parametrize(
    "change",
    [{"languages": ("en", "es", "pt")}, {"currency": "MXN"}],
    ids=["languages", "currency"],
)
def test_running_programme_keeps_its_languages_and_its_currency(
    harbour: Harbour, change: dict[str, Any]
) -> None:
    harbour.begin()
    ana = harbour.someone("Ana")
    read, files = queries.get_installed("1.0.0")
    other = replace(read, version="1.1.0", **change)
    with pytest.raises(NotPossible) as refusal, unit_of_work(harbour.session):
        services.upload(harbour.session, ana, files=files, pack=other, note="", now=NOW)
    assert refusal.value.reason is Why.PACK_OTHER_PLACE


def test_recipes_tell_the_way_that_is_tested_here() -> None:
    change = titled("Change rules without touching running cases").text
    way = ("**Upload**", "the difference to the version in force", "trial run", "second person")
    assert [change.index(step) for step in way] == sorted(change.index(step) for step in way)
    language = " ".join(titled("Add a language").text.split())
    assert "cannot change its languages, its country, its time zone or its currency" in language

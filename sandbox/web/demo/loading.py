"""Load the demonstration programme, or many generated cases, through the real services."""

import time
from collections.abc import Iterator
from datetime import date, datetime
from random import Random

import click
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.kernel import jobs, mail
from sandbox.kernel.db import db, unit_of_work
from sandbox.models import Application, Person
from sandbox.packs import active
from sandbox.round_tables.services import register_round_table
from sandbox.web.demo.asking import tell_enquiries
from sandbox.web.demo.cases import cases
from sandbox.web.demo.facts import project, read
from sandbox.web.demo.generating import FOUNDED_DAYS_AGO, NEWEST_MAILS, Generator
from sandbox.web.demo.story import Story
from sandbox.web.demo.telling import START_KEY
from sandbox.web.demo.world import FOUNDER, Company, World

COMPANIES_DAYS_AGO = 900


def load(*, if_empty: bool, applications: int | None, seed: int, now: datetime) -> Iterator[str]:
    """Load the programme, or `applications` generated cases; say what was done, line by line.

    The same pack, seed and day of `now` tell the same.

    Raises: click.ClickException on a platform that anybody but this machine can reach, unless it
    is a demonstration.
    """
    config = current_app.extensions["config"]
    if not (config.demo or config.is_local):
        raise click.ClickException(
            "The demonstration's accounts share a known password; this platform is public."
        )
    session = db.session()
    is_empty = session.execute(select(Person.id).limit(1)).first() is None
    session.rollback()
    if if_empty and not is_empty:
        yield "There is data already; nothing was loaded."
        return
    began = time.monotonic()
    if applications is None:
        if not is_empty and _is_loaded(session, "base"):
            raise click.ClickException("The demonstration programme is loaded already.")
        yield from _load_programme(session, now)
    else:
        if _is_loaded(session, str(seed)):
            raise click.ClickException(f"The cases of seed {seed} are loaded already.")
        generator = Generator(make_world(session, now), seed)
        for number in generator.run(applications):
            yield f"{number} of {applications} applications."
    seconds = time.monotonic() - began
    yield f"Loaded in {seconds:.1f} seconds."


def _is_loaded(session: Session, what: str) -> bool:
    """Tell whether a case of the programme, or of a seed, is there."""
    own = select(Application.id).where(Application.start_key.contains(f":{START_KEY}{what}-"))
    found = session.execute(own.limit(1)).first() is not None
    session.rollback()
    return found


def make_world(session: Session, now: datetime) -> World:
    """Return the world of the stories, without its people."""
    return World(session, active.current(), current_app.extensions["file_store"], now)


def _load_programme(session: Session, now: datetime) -> Iterator[str]:
    """Load everything in one unit of work, so that a load cut short leaves nothing."""
    world = make_world(session, now)
    with (
        unit_of_work(session),
        jobs.set_aside(session),
        mail.only_to_inboxes(session, newest=NEWEST_MAILS),
    ):
        founded = world.days.moment(Random("founded"), FOUNDED_DAYS_AGO)  # noqa: S311
        joined = world.days.moment(Random("joined"), COMPANIES_DAYS_AGO)  # noqa: S311
        world.gather(founded)
        tables = _register_round_tables(world)
        companies = {
            each["word"]: world.found_company(each, joined)
            for each in read("organisations")["organisations"]
        }
        _tell(world, companies)
        enquiries = tell_enquiries(world, companies)
    yield (
        f"{len(companies)} organisations, {len(cases())} applications, {enquiries} enquiries, "
        f"{tables} round tables."
    )


def _register_round_tables(world: World) -> int:
    facts = {each["date"]: each for each in read("mexico")["round_tables"]}
    tables = read("round_tables")["round_tables"]
    for each in tables:
        register_round_table(
            world.session,
            FOUNDER,
            held_on=date.fromisoformat(each["date"]),
            host=each["host"],
            regime=facts[each["date"]]["mode"],
            title=each["title"],
            purpose=each["purpose"],
            audience=each["audience"],
            note=each["note"],
            now=world.now,
        )
    return len(tables)


def _tell(world: World, companies: dict[str, Company]) -> None:
    tiers = [each.key for each in world.pack.tiers]
    for number, case in enumerate(cases()):
        story = Story(
            world,
            companies[case.word],
            project(case.project),
            tiers[min(case.tier, len(tiers) - 1)],
            key=f"base-{number}-{case.word}-{case.project}",
        )
        case.tell(story)
        world.session.flush()

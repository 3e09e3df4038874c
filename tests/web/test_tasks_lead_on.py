"""Whatever stands under My tasks leads to a page on which that person can do it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import MapAdapter

from sandbox.accounts.queries import actor_of
from sandbox.home.tasks import TASK_SENTENCES, list_tasks
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db
from sandbox.models import Person
from tests.demonstration import tell
from tests.pages import JudgingClient, PageResponse

# What a person presses for a task: a form that is sent to one of these, or a link to it.
CONTROLS = {
    "coordination.batch": {"batches.go_on"},
    "applications.finish": {"applications.section", "applications.check"},
    "applications.correct": {"applications.section", "applications.check"},
    "applications.answer": {"applications.information"},
    "applications.hear": {"coordination.preliminary_answer"},
    "applications.check": {"applications.start_triage"},
    "applications.decide_completeness": {"applications.return_", "coordination.routing"},
    "coordination.answer": {"coordination.assignment"},
    "coordination.take_lead": {"coordination.lead_answer"},
    "coordination.name_officer": {"coordination.officer"},
    "coordination.declare": {"coordination.conflict"},
    "coordination.review": {"coordination.review"},
    "coordination.position": {"coordination.position"},
    "coordination.confirm": {"coordination.position"},
    "coordination.decide": {"coordination.issue"},
    "coordination.replace": {"coordination.replacement"},
    "enquiries.apply": {"enquiries.apply"},
    "enquiries.answer": {"enquiries.answer"},
    "enquiries.ask": {"enquiries.authorities"},
    "enquiries.fast_answer": {"enquiries.fast_answer"},
    "outcomes.draft": {"outcomes.begin"},
    "outcomes.finish": {"outcomes.edit", "outcomes.send"},
    "outcomes.consent": {"outcomes.agree", "outcomes.refuse"},
    "outcomes.publish": {"outcomes.publish"},
    "programme.activate": {"programme.activate"},
    "trials.plan": {"trials.plan", "trials.agree_plan"},
    "trials.agree": {"trials.agree_plan"},
    "trials.report": {"trials.new_report"},
    "trials.correct_report": {"trials.new_report"},
    "trials.final_report": {"trials.new_final_report"},
    "trials.judge": {"trials.report"},
    "trials.gate": {"trials.document", "trials.start_condition", "trials.approve"},
    "trials.approve": {"trials.approve"},
    "trials.declare": {"coordination.conflict"},
    "trials.enter": {"trials.enter_stage"},
    "trials.complete": {"trials.complete"},
    "trials.leave_stage": {"trials.enter_stage", "trials.complete", "trials.end_early"},
    "trials.resume": {"trials.resume"},
    "trials.decide_relief": {"trials.grant_relief"},
    "trials.relief_ends": {"trials.new_relief", "trials.end_relief"},
    "trials.incident": {"trials.close_incident"},
    "trials.complete_incident": {"trials.complete_incident"},
    "trials.react_incident": {"trials.react_to_incident"},
}
# What asks somebody to read, to speak with others, or to see to several pages.
TO_READ = {"coordination.nobody", "trials.refused", "trials.relief_stops", "trials.more"}


@pytest.fixture
def demo(app: Flask, shared: Path) -> Iterator[Session]:
    """The demonstration programme, within the application that shows it."""
    with app.app_context():
        tell(db.session(), shared)
        yield db.session()
        db.session().rollback()


def test_every_task_leads_to_a_page_on_which_its_owner_can_do_it(
    demo: Session, app: Flask, client_for: Callable[[str], JudgingClient]
) -> None:
    now, places, seen = utc_now(), app.url_map.bind("localhost"), set()
    dead: list[tuple[str, str, str]] = []
    for person in demo.scalars(select(Person).where(Person.active)).all():
        actor = actor_of(demo, person)
        tasks = list_tasks(demo, actor, now).tasks
        client = client_for(person.email) if tasks else None
        for task in tasks:
            assert client is not None
            with app.test_request_context():
                address = url_for(task.endpoint, **task.values)
            page = client.get(address)
            if page.status_code != 200 or not offers(page, task.kind, places):
                dead.append((person.email, task.kind, task.reference))
            seen.add(task.kind)
    assert dead == []
    assert len(seen) > len(CONTROLS) // 2, "The demonstration has tasks of most kinds."


def test_every_kind_of_task_has_its_control_here() -> None:
    assert {*CONTROLS} | TO_READ == {*TASK_SENTENCES}
    assert {*CONTROLS} & TO_READ == set()


def offers(page: PageResponse, kind: str, places: MapAdapter) -> bool:
    """Tell whether a page holds the control of a task, where the task has one."""
    if kind in TO_READ:
        return bool(page.main)
    here = page.request.path
    links = {("GET", each) for each in page.tree.xpath("//main//a/@href")}
    forms = page.tree.xpath("//main//form[@method='post']")
    sent = {("POST", each.get("action") or here) for each in forms}
    found = {endpoint_of(places, *each) for each in links | sent}
    return bool(found & CONTROLS[kind])


def endpoint_of(places: MapAdapter, method: str, address: str) -> str | None:
    """Name the view behind an address of a page; None for what is not one of ours."""
    path = address.partition("#")[0].partition("?")[0]
    if not path.startswith("/"):
        return None
    endpoint, _values = places.match(path, method=method)
    return str(endpoint)

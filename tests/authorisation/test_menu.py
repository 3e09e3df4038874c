"""The menu offers nobody a page that refuses them, and everybody their own first pages."""

import pytest
from flask import g

from sandbox.accounts.queries import load_actor
from sandbox.kernel.actors import VISITOR
from sandbox.kernel.db import db
from sandbox.web.navigation import FOOTER, MENU, entries_for
from tests.authorisation.probing import ACTORS, Prober, verdict_of


def menu_of(prober: Prober, name: str) -> list[str]:
    with prober.app.test_request_context():
        person_id = prober.world.ids.get(name)
        g.actor = VISITOR if person_id is None else load_actor(db.session(), person_id)
        entries = (*entries_for(g.actor), *entries_for(g.actor, FOOTER))
        return [prober.app.url_for(entry.endpoint, **entry.values) for entry in entries]


@pytest.mark.parametrize("name", sorted(set(ACTORS) - {"unconfirmed", "disabled"}))
def test_menu_offers_no_page_that_is_refused(prober: Prober, name: str) -> None:
    offered = menu_of(prober, name)
    answers = {path: verdict_of(prober.send(name, "GET", path)) for path in offered}
    assert len(answers) > 5
    assert {path: verdict for path, verdict in answers.items() if verdict != "ok"} == {}


def test_every_entry_of_the_menu_is_offered_to_somebody(prober: Prober) -> None:
    offered = {path for name in ACTORS for path in menu_of(prober, name)}
    with prober.app.test_request_context():
        entries = {prober.app.url_for(each.endpoint, **each.values) for each in (*MENU, *FOOTER)}
    assert entries - offered == set()

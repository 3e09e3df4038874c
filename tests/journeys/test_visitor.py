"""The browser of the journeys notices what is wrong with a page: else its silence means nothing."""

from collections.abc import Callable, Iterator
from threading import Thread

import pytest
from flask import Flask, Response, request
from playwright.sync_api import BrowserContext
from werkzeug.serving import make_server

from tests.browsing import Visitor

pytestmark = pytest.mark.journey

PAGE = """<!doctype html>
<html lang="en"><head><title>A page</title><link rel="icon" href="data:,"></head>
<body><main><h1>A page</h1>{}</main></body></html>"""
SOUND = '<p>It is sound. <a href="/next">Next page</a></p>'
FIELDS = '<p><label for="{}">Name</label> <input id="a"></p><p><input id="b" aria-label="Age"></p>'
PICTURE = '<p><img {} src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></p>'
LINK = '<li>Go to the <a href="/next">next page</a>.</li>'
MUTE = '<li>Go to the <a href="/next"></a>.</li>'
MENU = '<nav aria-label="{}"><p>Go to the <a href="/next">next page</a>.</p></nav>'
HEADINGS = "<h2>One</h2><h{}>Two</h{}><h2>Three</h2><h3>Four</h3><h4>Five</h4>"
SCROLLED = '<div style="overflow: auto; width: 200px"><p style="white-space: nowrap">{}</p></div>'
SMALL = '<p><button style="width: {0}px">a</button><button style="width: {0}px">b</button></p>'
SORTED = '<table><tr><th aria-sort="{}">Name</th></tr><tr><td>Ana</td></tr></table>'
TWINS = {
    "aria-valid-attr-value": [SORTED.format("ascending"), SORTED.format("upwards")],
    "scrollable-region-focusable": [SCROLLED.format("Short."), SCROLLED.format("Long. " * 40)],
    "document-title": [
        PAGE.format(SOUND),
        PAGE.replace("A page</title>", "</title>").format(SOUND),
    ],
    "html-has-lang": [PAGE.format(SOUND), PAGE.replace(' lang="en"', "").format(SOUND)],
    "target-size": [SMALL.format(40), SMALL.format(8)],
    "heading-order": [HEADINGS.format(3, 3), HEADINGS.format(4, 4)],
    "landmark-unique": [MENU.format("Top") + MENU.format("End"), MENU.format("Top") * 2],
    "link-name": [f"<ul>{LINK * 3}</ul>", f"<ul>{LINK * 2}{MUTE}</ul>"],
    "label": [FIELDS.format("a"), FIELDS.format("b")],
    "image-alt": [PICTURE.format('alt=""'), PICTURE.format("")],
}
"""Pages of one shape, the first of each sound, and what is found on the second."""
FAULTS = {
    "image-alt": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
    "wider than the window": '<svg width="3000" height="10" aria-hidden="true"></svg>',
    "Content Security Policy": '<p style="color: navy">It is navy.</p>',
    "another site": '<img alt="A map" src="http://127.0.0.1:1/map.png">',
}


@pytest.fixture
def small_site() -> Iterator[str]:
    app = Flask(__name__)
    bodies = {"": SOUND, "next": "<p>It is the next one.</p>", **FAULTS}
    visits: list[str] = []

    def answer(body: str, *, styles: str = "") -> Response:
        policy = f"default-src 'self'; img-src * data:{styles}"
        page = body if body.startswith("<!doctype") else PAGE.format(body)
        return Response(page, headers={"Content-Security-Policy": policy})

    @app.get("/twins/<name>")
    def twins(name: str) -> Response:
        """Show the sound page at first, and its twin later."""
        visits.append(name)
        body = TWINS[name][min(visits.count(name), 2) - 1]
        return answer(body, styles="; style-src 'unsafe-inline'")

    @app.get("/list")
    def links() -> Response:
        return answer(f"<ul>{LINK * int(request.args['number'])}</ul>")

    @app.get("/")
    @app.get("/<path:name>")
    def page(name: str = "") -> Response:
        return answer(bodies[name])

    server = make_server("127.0.0.1", 0, app)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def visitor(small_site: str, new_context: Callable[..., BrowserContext]) -> Visitor:
    return Visitor(new_context(base_url=small_site).new_page(), small_site)


def test_visitor_accepts_a_sound_page_and_follows_its_link(visitor: Visitor) -> None:
    visitor.goto("/").look_narrow().click("Next page")
    assert visitor.main == "A page It is the next one."


@pytest.mark.parametrize("complaint", FAULTS)
def test_visitor_refuses(complaint: str, visitor: Visitor) -> None:
    with pytest.raises(AssertionError) as refusal:
        visitor.goto(f"/{complaint}")
    assert complaint in str(refusal.value)


@pytest.mark.parametrize("complaint", TWINS)
def test_visitor_tells_pages_apart_that_say_the_same(complaint: str, visitor: Visitor) -> None:
    visitor.goto(f"/twins/{complaint}")
    with pytest.raises(AssertionError, match=complaint):
        visitor.goto(f"/twins/{complaint}")


def test_visitor_knows_a_long_list_from_a_short_one(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    scans: list[str] = []
    monkeypatch.setattr("tests.browsing.axe", lambda page, **how: scans.append(page.url))
    visitor.goto("/list?number=2").goto("/list?number=20").goto("/list?number=3")
    assert len(scans) == 1
    visitor.goto("/list?number=1")
    assert len(scans) == 2

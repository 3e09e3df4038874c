"""The client that judges pages notices each fault: one that noticed nothing would pass as well."""

import pytest
from flask import Flask, Response, g, request
from sqlalchemy import Engine, text

from tests.pages import JudgingClient

SOUND = """<!doctype html>
<html lang="en"><head><title>A page</title></head>
<body><main><h1>A page</h1>
<form method="post"><input type="hidden" name="csrf_token" value="token">
<label for="name">Name</label><input id="name" name="name" value="Ana">
<label for="why">Why</label><textarea id="why" name="why">
Because</textarea>
<label><input type="checkbox" name="topic" value="a" checked> A</label>
<label><input type="checkbox" name="topic" value="b" checked> B</label>
<button name="action" value="save">Save</button>
<button name="action" value="send">Send</button></form>
</main></body></html>"""
HEADERS = {
    "Content-Security-Policy": "default-src 'self'",
    "X-Content-Type-Options": "nosniff",
}
FAULTS = {
    "2 <h1>": ("</main>", "<h1>Again</h1></main>"),
    "0 <h1>": ("<h1>A page</h1>", "<h2>A page</h2>"),
    "its <title> is empty": ("<title>A page</title>", "<title> </title>"),
    "does not say its language": (' lang="en"', ""),
    "no doctype": ("<!doctype html>", ""),
    "id 'name' is there 2 times": ("</main>", '<p id="name">x</p></main>'),
    "field 'name' has no label": ('<label for="name">Name</label>', ""),
    "0 CSRF tokens": ('value="token"', 'value=""'),
    "inline script": ("</main>", "<script>go()</script></main>"),
    "inline style sheet": ("</main>", "<style>p{}</style></main>"),
    "inline style:": ("<h1>", '<h1 style="color:red">'),
    "inline handler": ("<h1>", '<h1 onclick="go()">'),
    "runs a script": ("</main>", '<a href="javascript:go()">Go</a></main>'),
    "shows '{{'": ("<h1>A page", "<h1>A {{ page"),
    "shows '%('": ("<h1>A page", "<h1>A %(page)s"),
    "</main> closes <div>": ("</main>", "<div></main>"),
    "<section> of line 3": ("<h1>", "<section><h1>"),
    "refers to nothing": ("<h1>", '<h1 aria-describedby="gone">'),
    "leads nowhere": ("</main>", '<a href="#gone">Down</a></main>'),
    "has no text": ("</main>", '<img src="/a.png"></main>'),
    "says nothing": ("</main>", '<a href="/b"></a></main>'),
    "0 <main>": ("main>", "div>"),
    "has 'name' twice": ('name="why"', 'name="why" name="why"'),
}


def site(source: str, headers: dict[str, str] | None = None) -> JudgingClient:
    app = Flask(__name__)
    app.secret_key = "a secret"

    @app.get("/")
    def page() -> Response:
        return Response(source, headers=HEADERS if headers is None else headers)

    @app.post("/")
    def sent() -> Response:
        return Response(repr(sorted(request.form.items(multi=True))), mimetype="text/plain")

    return JudgingClient(app)


def test_judge_accepts_a_sound_page() -> None:
    assert site(SOUND).get("/").status_code == 200


@pytest.mark.parametrize("complaint", FAULTS)
def test_judge_refuses(complaint: str) -> None:
    sound, broken = FAULTS[complaint]
    assert sound in SOUND
    with pytest.raises(AssertionError) as refusal:
        site(SOUND.replace(sound, broken)).get("/")
    assert complaint in str(refusal.value)


@pytest.mark.parametrize("missing", HEADERS)
def test_judge_refuses_a_page_without_header(missing: str) -> None:
    headers = {name: value for name, value in HEADERS.items() if name != missing}
    with pytest.raises(AssertionError):
        site(SOUND, headers).get("/")


def test_judge_refuses_unsafe_policy() -> None:
    headers = {**HEADERS, "Content-Security-Policy": "default-src 'self' 'unsafe-inline'"}
    with pytest.raises(AssertionError, match="unsafe"):
        site(SOUND, headers).get("/")


def test_judge_refuses_a_get_that_commits(engine: Engine) -> None:
    client = site(SOUND)

    @client.application.get("/writes")
    def writes() -> Response:
        with engine.connect().execution_options(writes=True) as connection:
            connection.execute(text("DELETE FROM audit_entry"))
            connection.commit()
        return Response(SOUND, headers=HEADERS)

    with pytest.raises(AssertionError, match="DELETE FROM audit_entry"):
        client.get("/writes")


def test_judge_accepts_a_get_that_rolls_back(engine: Engine) -> None:
    client = site(SOUND)

    @client.application.get("/reads")
    def reads() -> Response:
        with engine.connect().execution_options(writes=True) as connection:
            connection.execute(text("DELETE FROM audit_entry"))
            connection.rollback()
        return Response(SOUND, headers=HEADERS)

    assert client.get("/reads").status_code == 200
    assert [sql for sql in client.statements if "DELETE" in sql] == ["DELETE FROM audit_entry"]


def test_submit_sends_the_form_as_it_stands() -> None:
    sent = site(SOUND).submit("/", {"name": "Eva"}, button="Send")
    assert sent.text == repr(
        [
            ("action", "send"),
            ("csrf_token", "token"),
            ("name", "Eva"),
            ("topic", "a"),
            ("topic", "b"),
            ("why", "Because"),
        ]
    )


def test_submit_refuses_a_field_that_the_form_does_not_have() -> None:
    with pytest.raises(AssertionError, match="no field 'nmae'"):
        site(SOUND).submit("/", {"nmae": "Eva"}, button="Send")


def test_request_shares_nothing_with_the_context_of_the_test() -> None:
    client = site(SOUND)

    @client.application.get("/who")
    def who() -> Response:
        return Response(g.get("person", "nobody"), mimetype="text/plain")

    with client.application.app_context():
        g.person = "the wrong one"
        answer = client.get("/who")
    assert answer.text == "nobody"

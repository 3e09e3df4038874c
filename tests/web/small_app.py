"""A small application with the component kit and no database, for tests of the kit alone."""

from types import SimpleNamespace
from typing import Any

from flask import Flask, g, render_template_string
from flask_wtf import CSRFProtect
from lxml import html

from config import PROJECT
from sandbox.domain.packs import PolicyPack, Text
from sandbox.kernel.actors import VISITOR, Actor
from sandbox.web.navigation import FOOTER, MENU
from sandbox.web.templating import init_templating
from tests.factories import pack as mexican
from tests.pages import faults_of_source, faults_of_tree

PROGRAMME = Text({"es": "Programa de pruebas", "en": "Testing programme"})


def small_app(pack: PolicyPack | None = None) -> Flask:
    app = Flask(
        "small",
        template_folder=str(PROJECT / "templates"),
        static_folder=str(PROJECT / "static"),
    )
    app.config.update(SECRET_KEY="of this test alone", TESTING=True, DEMO=True)
    init_templating(app, pack or mexican(), None)
    app.jinja_env.globals["programme"] = PROGRAMME
    CSRFProtect(app)
    endpoints = {entry.endpoint for entry in (*MENU, *FOOTER)}
    endpoints |= {"home.start", "security.login", "security.logout"}
    for endpoint in endpoints:
        rule = f"/{endpoint.replace('.', '/')}"
        rule += "/<name>" if endpoint == "home.text" else ""
        app.add_url_rule(rule, endpoint, lambda **_values: "", methods=["GET", "POST"])
    return app


def render(
    app: Flask,
    template: str,
    *,
    language: str = "es",
    actor: Actor = VISITOR,
    path: str = "/",
    **values: Any,
) -> str:
    """Render a template's text in a request whose browser asks for `language`."""
    with app.test_request_context(path, headers={"Accept-Language": language}):
        g.actor = actor
        return render_template_string(template, **values)


def page(content: str) -> str:
    """Put content into the layout that most pages use."""
    return (
        '{% extends "layouts/page.html" %}{% import "components/kit.html" as kit %}'
        '{% import "components/forms.html" as forms %}'
        "{% block title %}Título{% endblock %}"
        "{% block main %}<h1>Título</h1>" + content + "{% endblock %}"
    )


def tree_of(source: str) -> html.HtmlElement:
    """Parse a page, and fail with everything that is wrong with it."""
    tree = html.document_fromstring(source)
    faults = [*faults_of_source(source), *faults_of_tree(SimpleNamespace(tree=tree))]  # type: ignore[arg-type]
    assert faults == []
    return tree


def text_of(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())

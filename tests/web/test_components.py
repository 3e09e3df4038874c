from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask, flash, g, render_template, render_template_string, session
from jinja2 import DictLoader, Environment, UndefinedError
from lxml import html
from markupsafe import Markup

from config import PROJECT
from sandbox.domain.calendar import BusinessCalendar, ClockReading, Stop, read_clock
from sandbox.domain.gates import GateState
from sandbox.domain.packs import CalendarSpec, ClockSpec, ClockUnit, StageSpec, Text
from sandbox.domain.trials import StageProgress, StageState
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.language import language_tag
from sandbox.web.navigation import Audience, audiences_of
from sandbox.web.templating import (
    compiled_templates,
    day,
    instant,
    localised,
    moment,
    money,
    number,
    short_day,
    span,
)
from tests.domain.tiny_pack import tiny_pack
from tests.web.small_app import page, render, small_app, text_of, tree_of

COMPANY = Actor(name="Ana Ruiz", person_id=uuid4(), member_of=frozenset({uuid4()}))
CASEWORKER = Actor(name="Luis Ortega", person_id=uuid4(), staff=frozenset({StaffRole.CASEWORKER}))


@pytest.fixture(scope="module")
def app() -> Flask:
    return small_app()


def drawn(app: Flask, content: str, **values: Any) -> html.HtmlElement:
    return tree_of(render(app, page(content), **values))


def main_text(tree: html.HtmlElement) -> str:
    return text_of(tree.xpath("//main")[0])


# --- language ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wished", "chosen", "expected"),
    [
        ("", None, "es-MX"),
        ("fr", None, "es-MX"),
        ("en-GB,en;q=0.9", None, "en"),
        ("es-AR", None, "es-MX"),
        ("en", "es", "es-MX"),
        ("es", "en", "en"),
        ("es", "xx", "es-MX"),
    ],
)
def test_language_is_the_persons_choice_then_the_browsers_then_spanish(
    app: Flask, wished: str, chosen: str | None, expected: str
) -> None:
    with app.test_request_context("/", headers={"Accept-Language": wished} if wished else {}):
        if chosen is not None:
            session["language"] = chosen
        tree = html.document_fromstring(render_template("errors/404.html"))
    assert tree.get("lang") == expected


def test_language_links_come_back_to_the_page(app: Flask) -> None:
    tree = tree_of(render(app, page(""), path="/register?q=a b&page=2"))
    links = tree.xpath("//nav[@aria-label='Idioma']//a")
    assert [(link.text, link.get("href"), link.get("lang")) for link in links] == [
        ("English", "/language/en?next=/register%3Fq%3Da%20b%26page%3D2", "en")
    ]
    assert [text_of(each) for each in tree.xpath("//*[@aria-current='true']")] == ["Español"]


# --- filters -------------------------------------------------------------------------------------


def in_language(app: Flask, language: str, show: Any, *values: Any) -> str:
    with app.test_request_context(headers={"Accept-Language": language}):
        return str(show(*values))


LATE = datetime(2026, 3, 4, 5, 5, tzinfo=UTC)  # still the third of March in Mexico City


@pytest.mark.parametrize(
    ("show", "values", "spanish", "english"),
    [
        (day, (date(2026, 3, 3),), "3 de marzo de 2026", "3 March 2026"),
        (day, (LATE,), "3 de marzo de 2026", "3 March 2026"),
        (day, (None,), "—", "—"),
        (short_day, (date(2026, 3, 3),), "3 mar 2026", "3 Mar 2026"),
        (instant, (LATE,), "3 de marzo de 2026, 23:05", "3 March 2026, 23:05"),
        (moment, (LATE,), "3 de marzo de 2026, 23:05", "3 March 2026, 23:05"),
        (moment, (date(2026, 3, 3),), "3 de marzo de 2026", "3 March 2026"),
        (moment, ("Antes de empezar",), "Antes de empezar", "Antes de empezar"),
        (span, (date(2026, 2, 3), date(2026, 2, 3)), "3 feb 2026", "3 Feb 2026"),
        (span, (date(2026, 2, 3), date(2026, 2, 27)), "3–27 feb 2026", "3–27 Feb 2026"),
        (
            span,
            (date(2026, 2, 27), date(2026, 5, 9)),
            "27 feb – 9 may 2026",
            "27 Feb – 9 May 2026",
        ),
        (
            span,
            (date(2026, 11, 3), date(2027, 2, 2)),
            "3 nov 2026 – 2 feb 2027",
            "3 Nov 2026 – 2 Feb 2027",
        ),
        (money, (125050,), "$1,250.50 MXN", "$1,250.50 MXN"),
        (money, (-5,), "−$0.05 MXN", "−$0.05 MXN"),
        (money, (123456789000,), "$1,234,567,890.00 MXN", "$1,234,567,890.00 MXN"),
        (money, (500_000, "CLP"), "5,000 CLP", "5,000 CLP"),
        (money, (500_000, "JPY"), "5,000 JPY", "5,000 JPY"),
        (money, (-500_000, "KRW"), "−5,000 KRW", "−5,000 KRW"),
        (money, (500_050, "ISK"), "5,000.50 ISK", "5,000.50 ISK"),
        (money, (500_025, "KWD"), "5,000.250 KWD", "5,000.250 KWD"),
        (number, (1234567.5,), "1,234,567.5", "1,234,567.5"),
        (localised, (Text({"es": "Hola", "en": "Hello"}),), "Hola", "Hello"),
        (localised, ("Sin traducir",), "Sin traducir", "Sin traducir"),
    ],
)
def test_filters_write_in_both_languages(
    app: Flask, show: Any, values: tuple[Any, ...], spanish: str, english: str
) -> None:
    assert in_language(app, "es", show, *values) == spanish
    assert in_language(app, "en", show, *values) == english


def test_another_country_writes_its_own_way() -> None:
    there = tiny_pack(currency="EUR", calendar=CalendarSpec("ES", "Europe/Madrid", {}))
    app = small_app(there)

    assert in_language(app, "es", money, 12345678) == "123.456,78 EUR"
    assert in_language(app, "es", instant, LATE) == "4 de marzo de 2026, 06:05"
    assert in_language(app, "en", day, LATE) == "4 March 2026"
    assert in_language(app, "es", language_tag) == "es-ES"


def test_country_without_a_locale_of_its_own_is_written_as_the_language_is() -> None:
    nowhere = small_app(tiny_pack(calendar=CalendarSpec("ZZ", "UTC", {})))

    assert in_language(nowhere, "es", number, 1234567.5) == "1.234.567,5"


def test_an_instant_without_its_zone_is_refused(app: Flask) -> None:
    with pytest.raises(ValueError, match="time zone"):
        in_language(app, "es", instant, datetime(2026, 3, 3))  # noqa: DTZ001


# --- the frame -----------------------------------------------------------------------------------


def test_misspelt_names_fail_in_our_templates(app: Flask) -> None:
    with pytest.raises(UndefinedError, match="nombre"):
        render(app, "{{ nombre }}")


def test_frame_holds_what_every_page_needs(app: Flask) -> None:
    tree = drawn(app, "")
    assert text_of(tree.xpath("//title")[0]) == "Título – Programa de pruebas"
    assert tree.xpath("//a[@href='#main-content']")[0].text == "Saltar al contenido principal"
    assert text_of(tree.xpath("//section[@aria-label='Demostración']")[0]).startswith(
        "Demostración Las personas y los casos son inventados."
    )
    footer = [text_of(link) for link in tree.xpath("//footer//a")]
    assert footer == [
        "Acerca del programa",
        "Qué preguntamos",
        "Palabras explicadas",
        "Accesibilidad",
        "Privacidad",
        "Datos abiertos",
    ]


def test_banner_of_the_demonstration_is_absent_from_a_real_programme() -> None:
    app = small_app()
    app.config["DEMO"] = False
    assert drawn(app, "").xpath("//section[@aria-label='Demostración']") == []


def test_every_static_file_that_a_page_names_exists(app: Flask) -> None:
    tree = drawn(app, "")
    named = [*tree.xpath("//link/@href"), *tree.xpath("//script/@src")]
    assert len(named) >= 4
    for address in named:
        path = address.partition("?")[0]
        assert (PROJECT / path.lstrip("/")).is_file(), address


def test_menu_is_that_of_the_reader(app: Flask) -> None:
    menus = {
        None: [
            "¿Es para usted?",
            "Registro público",
            "Informes",
            "Mesas de diálogo",
        ],
        COMPANY: [
            "Mis pendientes",
            "Consultas",
            "Solicitudes",
            "Pruebas",
            "Mi organización",
            "Registro público",
            "Informes",
            "Mesas de diálogo",
            "Buzón",
        ],
    }
    for actor, expected in menus.items():
        tree = drawn(app, "", **({} if actor is None else {"actor": actor}))
        links = tree.xpath("//nav[@aria-label='Menú principal']//a")
        assert [text_of(link) for link in links] == expected


def test_menu_marks_the_page_and_the_pages_below_it(app: Flask) -> None:
    here = drawn(app, "", path="/register/trials").xpath("//nav//a[@aria-current='page']")
    assert [text_of(link) for link in here] == ["Registro público"]
    below = drawn(app, "", path="/register/trials/SBX-1").xpath("//nav//a[@aria-current='true']")
    assert [text_of(link) for link in below] == ["Registro público"]


def test_a_person_may_be_several_kinds_of_reader() -> None:
    both = Actor(
        person_id=uuid4(), staff=frozenset({StaffRole.AUDITOR}), officer_of=frozenset({uuid4()})
    )
    assert audiences_of(both) == {Audience.AUDITOR, Audience.AUTHORITY}
    assert audiences_of(Actor(person_id=uuid4())) == {Audience.COMPANY}
    assert audiences_of(Actor()) == {Audience.VISITOR}


def test_signing_out_is_a_form_with_a_token(app: Flask) -> None:
    tree = drawn(app, "", actor=CASEWORKER)
    form = tree.xpath("//header//form")[0]
    assert (form.get("method"), form.get("action")) == ("post", "/security/logout")
    assert form.xpath(".//input[@name='csrf_token']/@value")[0] != ""
    assert "Luis Ortega" in text_of(tree.xpath("//header")[0])
    assert drawn(app, "").xpath("//header//form") == []


def test_messages_become_banners_with_their_own_ids(app: Flask) -> None:
    with app.test_request_context():
        flash("Se guardó <todo>.", "success")
        flash("Falta algo.")
        tree = tree_of(render_template_string(page("")))
    banners = tree.xpath("//*[contains(@class, 'govuk-notification-banner ')]|//*[@role='region']")
    assert [text_of(each) for each in banners] == [
        "Listo Se guardó <todo>.",
        "Importante Falta algo.",
    ]


# --- the parts -----------------------------------------------------------------------------------


def test_post_button_carries_token_and_hidden_values(app: Flask) -> None:
    tree = drawn(
        app, "{{ kit.post_button('/do', 'Quitar', hidden={'version': 3}, context='el anexo') }}"
    )
    form = tree.xpath("//main//form")[0]
    assert form.xpath(".//input[@name='version']/@value") == ["3"]
    assert text_of(form.xpath(".//button")[0]) == "Quitar el anexo"


def test_texts_of_people_are_never_markup(app: Flask) -> None:
    nasty = "<script>alert(1)</script>"
    content = (
        "{{ kit.status_tag(nasty) }}{{ kit.empty(nasty, nasty) }}{{ kit.inset(nasty) }}"
        "{{ kit.timeline([{'when': nasty, 'title': nasty, 'text': nasty, 'by': nasty}]) }}"
        "{{ kit.summary([{'key': nasty, 'value': nasty}], card=nasty) }}"
        "{{ kit.table(nasty, [nasty], [[nasty, nasty]]) }}{{ kit.warning(nasty) }}"
        "{{ kit.task_list([{'title': nasty, 'tasks': [{'title': nasty, 'state': nasty}]}]) }}"
        "{{ kit.card(nasty, '/x', nasty) }}{{ kit.breadcrumbs([(nasty, none)]) }}"
        "{{ kit.bar_chart(nasty, [{'label': nasty, 'value': 1}]) }}{{ kit.back_link('/', nasty) }}"
        "{% call kit.details(nasty) %}{{ nasty }}{% endcall %}"
        "{% call kit.aside(nasty) %}{{ nasty }}{% endcall %}"
        "{% call kit.panel(nasty, level=2) %}{{ nasty }}{% endcall %}"
    )
    tree = drawn(app, content, nasty=nasty)
    assert tree.xpath("//script[not(@src)]") == []
    assert main_text(tree).count(nasty) == 31


def test_table_can_be_reached_by_keyboard_and_names_its_rows(app: Flask) -> None:
    tree = drawn(
        app,
        "{{ kit.table('Casos', ['Caso', 'Días'], [['A', 3], ['B', link]], numeric=[1]) }}",
        link=Markup("<a href='/b'>12</a>"),
    )
    region = tree.xpath("//*[@role='region'][@tabindex='0']")[0]
    assert region.get("aria-label") == "Casos"
    assert [text_of(each) for each in region.xpath(".//th[@scope='row']")] == ["A", "B"]
    assert [text_of(each) for each in region.xpath(".//td[contains(@class, 'numeric')]")] == [
        "3",
        "12",
    ]
    assert region.xpath(".//td/a/@href") == ["/b"]


def test_summary_says_when_nothing_was_answered(app: Flask) -> None:
    tree = drawn(
        app,
        "{{ kit.summary([{'key': 'Uno', 'value': none, 'href': '/1'},"
        " {'key': 'Dos', 'value': 0}]) }}",
    )
    values = [text_of(each) for each in tree.xpath("//dd[contains(@class, '__value')]")]
    assert values == ["Sin respuesta", "0"]
    assert text_of(tree.xpath("//main//a")[0]) == "Cambiar Uno"


def test_task_list_links_open_tasks_alone(app: Flask) -> None:
    sections = [
        {
            "title": "Su proyecto",
            "tasks": [
                {
                    "title": "Datos",
                    "state": "En curso",
                    "colour": "blue",
                    "href": "/1",
                    "hint": "X",
                },
                {"title": "Enviar", "state": "Todavía no"},
            ],
        }
    ]
    tree = drawn(app, "{{ kit.task_list(sections) }}", sections=sections)
    items = [text_of(item) for item in tree.xpath("//main//li")]
    assert items == ["Datos X En curso", "Enviar Todavía no"]
    assert tree.xpath("//main//a/@href") == ["/1"]
    assert tree.xpath("//main//a/@aria-describedby") == ["task-1-1-hint task-1-1-status"]


def test_pages_of_a_list_appear_only_where_there_are_more(app: Flask) -> None:
    assert drawn(app, "{{ kit.pagination_keyset(none, none) }}").xpath("//main//nav") == []
    tree = drawn(app, "{{ kit.pagination_keyset('?before=a', '?after=b') }}")
    assert tree.xpath("//main//nav//a/@href") == ["?before=a", "?after=b"]


# --- the clock -----------------------------------------------------------------------------------


def clock_reading(**changes: Any) -> ClockReading:
    spec = ClockSpec(
        "review", Text({"es": "Evaluación", "en": "Review"}), ClockUnit.BUSINESS_DAYS, 40
    )
    values = {
        "spec": spec,
        "started_on": date(2026, 2, 3),
        "day": 12,
        "length": 40,
        "stopped_days": 0,
        "due_on": date(2026, 4, 21),
        "is_stopped": False,
        "is_overdue": False,
        "days_left": 28,
    }
    return ClockReading(**{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "spanish", "english"),
    [
        (
            {},
            "Evaluación Día hábil 12 de 40 Vence el 21 de abril de 2026.",
            "Review Working day 12 of 40 Due on 21 April 2026.",
        ),
        (
            {"stopped_days": 6, "is_stopped": True},
            "Evaluación Día hábil 12 de 40 El plazo está detenido. Ha estado detenido 6 días.",
            "Review Working day 12 of 40 The clock stands still. Stopped for 6 days so far.",
        ),
        (
            {"day": 41, "days_left": -1, "is_overdue": True},
            "Evaluación Día hábil 41 de 40 Venció hace 1 día, el 21 de abril de 2026.",
            "Review Working day 41 of 40 Overdue by 1 day: it was due on 21 April 2026.",
        ),
    ],
)
def test_clock_speaks_in_words(
    app: Flask, changes: dict[str, Any], spanish: str, english: str
) -> None:
    reading = clock_reading(**changes)
    for language, expected in (("es", spanish), ("en", english)):
        tree = drawn(app, "{{ kit.clock(reading) }}", reading=reading, language=language)
        assert text_of(tree.xpath("//*[starts-with(@class, 'app-clock')]")[0]) == expected


TERM_TOLD = {
    "es": """¿Por qué este día? El plazo es de 5 días hábiles. Se cuenta desde el día siguiente al
        11 de marzo de 2026. 12 mar 2026 Día hábil · día 1 13 mar 2026 Detenido: se pidió a la
        empresa corregir la solicitud 14–15 mar 2026 Fin de semana 16 mar 2026 Día festivo:
        Natalicio de Benito Juárez 17 mar 2026 Suspendido por ley: Artículo 20 18–20 mar 2026
        Días hábiles · días 2 a 4 21–22 mar 2026 Fin de semana 23 mar 2026 Día hábil · día 5""",
    "en": """Why this day? The term is 5 business days. It counts from the day after
        11 March 2026. 12 Mar 2026 Business day · day 1 13 Mar 2026 Stopped: the company was
        asked to correct the application 14–15 Mar 2026 Weekend 16 Mar 2026 Public holiday:
        Benito Juárez's birthday 17 Mar 2026 Stopped by law: Article 20 18–20 Mar 2026 Business
        days · days 2 to 4 21–22 Mar 2026 Weekend 23 Mar 2026 Business day · day 5""",
}


@pytest.mark.parametrize("language", TERM_TOLD)
def test_every_day_of_a_term_is_told(app: Flask, language: str) -> None:
    pack = tiny_pack(calendar=CalendarSpec("MX", "America/Mexico_City", {}))
    law = Text({"es": "Artículo 20", "en": "Article 20"})
    stops = (
        Stop(date(2026, 3, 13), date(2026, 3, 14), "returned"),
        Stop(date(2026, 3, 17), date(2026, 3, 18), "", law),
    )
    spec = ClockSpec("short", Text({}), ClockUnit.BUSINESS_DAYS, 5)
    start, calendar = date(2026, 3, 11), BusinessCalendar.from_spec(pack.calendar)
    reading = read_clock(spec, calendar, start, stops, start)
    template = "{{ kit.why_due(reading, pack) }}"
    tree = drawn(app, template, reading=reading, pack=pack, language=language)
    assert text_of(tree.xpath("//details")[0]) == " ".join(TERM_TOLD[language].split())


# --- the stage plan ------------------------------------------------------------------------------


def stage(key: str, name: str, state: StageState, days: int = 0, **dates: date) -> StageProgress:
    spec = StageSpec(key, Text({"es": name, "en": name}), Text({"es": ""}), 90)
    return StageProgress(spec, state, dates.get("entered_on"), dates.get("left_on"), days, None)


def gate(satisfied: int, total: int) -> GateState:
    met = [SimpleNamespace(holds=index < satisfied) for index in range(total)]
    return GateState(None, tuple(met))  # type: ignore[arg-type]


PLAN = (
    stage(
        "plan",
        "Plan",
        StageState.DONE,
        24,
        entered_on=date(2026, 2, 3),
        left_on=date(2026, 2, 27),
    ),
    stage("lab", "Laboratorio", StageState.CURRENT, 34, entered_on=date(2026, 2, 27)),
    stage("pilot", "Piloto", StageState.NEXT),
    stage("exit", "Salida", StageState.LATER),
)
GATES = {"lab": gate(2, 2), "pilot": gate(3, 7), "exit": gate(0, 4)}


def test_stage_plan_draws_names_gates_and_today(app: Flask) -> None:
    tree = drawn(app, "{{ kit.stage_plan(plan, gates) }}", plan=PLAN, gates=GATES)
    drawing = tree.xpath("//*[local-name()='svg'][@role='img']")[0]
    words = [text_of(each) for each in drawing.xpath(".//*[local-name()='text']")]
    assert [word for word in words if word] == [
        "Plan",
        "Concluida en 24 días",
        "3–27 feb 2026",
        "Laboratorio",
        "Día 34 de 90",
        "Desde el 27 feb 2026",
        "Hoy",
        "Piloto",
        "Hasta 90 días",
        "3/7",
        "Salida",
        "Hasta 90 días",
        "0/4",
    ]


def test_stage_plan_is_told_to_those_who_cannot_see_it(app: Flask) -> None:
    tree = drawn(
        app,
        "{{ kit.stage_plan(plan, gates, completion=end) }}",
        plan=PLAN,
        gates=GATES,
        end=gate(0, 1),
    )
    drawing = tree.xpath("//*[local-name()='svg'][@role='img']")[0]
    assert drawing.get("aria-labelledby") == "stage-plan-title stage-plan-desc"
    assert text_of(drawing.xpath("./*[local-name()='desc']")[0]) == (
        "1. Plan: Concluida, 24 días. "
        "2. Laboratorio: En proceso, Día 34 de 90. Compuerta abierta: se cumplen los 2 requisitos. "
        "3. Piloto: Siguiente, Hasta 90 días. Compuerta: se cumplen 3 de 7 requisitos. "
        "4. Salida: Después, Hasta 90 días. Compuerta: se cumplen 0 de 4 requisitos. "
        "Conclusión: Compuerta: se cumple 0 de 1 requisito."
    )
    rows = tree.xpath("//main//tbody/tr")
    assert [text_of(row.xpath("./th")[0]) for row in rows] == [
        "Plan",
        "Laboratorio",
        "Piloto",
        "Salida",
    ]
    listed = tree.xpath("//ol[@class='app-plan__list']/li")
    assert [text_of(item) for item in listed] == [
        "Plan Concluida · 24 días 3–27 feb 2026",
        (
            "Laboratorio En proceso · Día 34 de 90 Desde el 27 feb 2026"
            " Compuerta abierta: se cumplen los 2 requisitos"
        ),
        "Piloto Siguiente · Hasta 90 días Compuerta: se cumplen 3 de 7 requisitos",
        "Salida Después · Hasta 90 días Compuerta: se cumplen 0 de 4 requisitos",
        "Conclusión Compuerta: se cumple 0 de 1 requisito",
    ]


def test_suspended_stage_says_so_in_both_languages(app: Flask) -> None:
    plan = (stage("lab", "Lab", StageState.SUSPENDED, 12, entered_on=date(2026, 2, 3)),)
    for language, expected in (("es", "Suspendida en el día 12"), ("en", "Suspended on day 12")):
        tree = drawn(app, "{{ kit.stage_plan(plan) }}", plan=plan, language=language)
        assert expected in main_text(tree)


@pytest.mark.parametrize("count", [0, 1, 2, 6, 9])
def test_stage_plan_keeps_inside_its_drawing(app: Flask, count: int) -> None:
    plan = tuple(
        stage(f"s{index}", "Nombre bastante largo de una etapa", StageState.CURRENT, 200)
        for index in range(count)
    )
    tree = drawn(app, "{{ kit.stage_plan(plan) }}", plan=plan)
    drawing = tree.xpath("//*[local-name()='svg'][@role='img']")[0]
    width = float(drawing.get("width"))
    for bar in drawing.xpath(".//*[local-name()='rect']"):
        start, length = float(bar.get("x")), float(bar.get("width"))
        assert 0 <= start <= start + length <= width


# --- error pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["400", "403", "404", "405", "409", "413", "422", "429"])
@pytest.mark.parametrize("language", ["es", "en"])
def test_error_pages_say_what_is_possible(app: Flask, name: str, language: str) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        tree = tree_of(render_template(f"errors/{name}.html"))
    assert len(tree.xpath("//main//li/a")) >= 1
    assert tree.get("lang") == {"es": "es-MX", "en": "en"}[language]


def test_refusal_names_reason_and_what_the_status_allows(app: Flask) -> None:
    with app.test_request_context():
        g.actor = COMPANY
        tree = tree_of(
            render_template(
                "errors/409.html",
                reason="Ya se decidió.",
                possible=["retirarla"],
                ways=[("Ver la solicitud", "/cases/1")],
            )
        )
    assert "Ya se decidió." in main_text(tree)
    assert [text_of(item) for item in tree.xpath("//main//li")] == ["retirarla", "Ver la solicitud"]


def test_fault_page_needs_nothing_that_may_have_failed(app: Flask) -> None:
    source = app.jinja_env.get_template("errors/500.html").render(request_id="a1b2c3")
    tree = tree_of(source)
    assert text_of(tree.xpath("//h1")[0]) == "Algo falló en el sitio Something went wrong"
    assert text_of(tree.xpath("//dd")[0]) == "a1b2c3"


# --- compiled templates --------------------------------------------------------------------------


def test_pages_come_without_the_folder_of_compiled_templates(tmp_path: Path) -> None:
    kept = compiled_templates(tmp_path)
    environment = Environment(bytecode_cache=kept, loader=DictLoader({"a": "{{ 1 + 1 }}"}))
    assert environment.get_template("a").render() == "2"
    assert list((tmp_path / "templates").iterdir())

    (tmp_path / "full").write_text("a file where the folder should be")
    kept.directory = str(tmp_path / "full" / "templates")
    other = Environment(bytecode_cache=kept, loader=DictLoader({"b": "{{ 1 + 2 }}"}))
    assert other.get_template("b").render() == "3"

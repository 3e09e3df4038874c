from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    EmailField,
    FieldList,
    FormField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Email, Length, Optional

from sandbox.kernel.forms import (
    DateField3,
    MoneyField,
    MultiCheckboxField,
    PlatformForm,
    Required,
    VersionedForm,
    WordLimit,
)
from sandbox.web.fields import adapt, error_links
from tests.web.small_app import page, render, small_app, text_of, tree_of


@pytest.fixture(scope="module")
def app() -> Flask:
    app = small_app()
    app.config["WTF_CSRF_ENABLED"] = False
    return app


class RowForm(PlatformForm):
    class Meta(PlatformForm.Meta):
        csrf = False

    law = StringField("Norma", [Required()])


class EveryField(VersionedForm):
    name = StringField("Nombre", [Required(), Length(max=10)], description="Como se conocerá")
    mail = EmailField("Correo", [Optional(), Email()])
    secret = PasswordField("Contraseña")
    people = IntegerField("Personas", [Optional()])
    story = TextAreaField("Relato", [WordLimit(3)])
    note = TextAreaField("Nota", [Length(max=20)])
    plain = TextAreaField("Otra cosa")
    kind = RadioField("Tipo", [Required()], choices=[("a", "Uno", {"hint": "Ayuda"}), ("b", "Dos")])
    areas = MultiCheckboxField(
        "Áreas", [Required()], choices=[("x", "Equis"), ("none", "Ninguna", {"exclusive": True})]
    )
    agrees = BooleanField("Acepto", [Required()])
    state = SelectField("Estado", [Required()], choices=[("", "Elija"), ("JAL", "Jalisco")])
    begins_on = DateField3("Inicio", [Required()])
    budget = MoneyField("Presupuesto", [Required()], currency="MXN")
    proof = FileField("Comprobante", [Required()])


COMPLETE = {
    "name": "Prueba",
    "kind": "a",
    "areas": "x",
    "agrees": "y",
    "state": "JAL",
    "begins_on-day": "3",
    "begins_on-month": "3",
    "begins_on-year": "2026",
    "budget": "1,250.50",
    "version": "4",
}


def sent(app: Flask, form: type[PlatformForm], data: Any, language: str = "es") -> PlatformForm:
    """Return a form that has judged what was sent."""
    headers = {"Accept-Language": language}
    with app.test_request_context("/", method="POST", data=MultiDict(data), headers=headers):
        made = form()
        made.validate()
        return made


def date_form(validators: Any = ()) -> type[PlatformForm]:
    return type("DateForm", (PlatformForm,), {"on": DateField3("Día", list(validators))})


def money_form() -> type[PlatformForm]:
    amount = MoneyField("Monto", [Optional()], currency="MXN")
    return type("MoneyForm", (PlatformForm,), {"amount": amount})


# --- dates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "month", "year", "expected"),
    [
        ("3", "3", "2026", date(2026, 3, 3)),
        ("03", "marzo", "2026", date(2026, 3, 3)),
        ("3", "Sept.", "2026", date(2026, 9, 3)),
        ("29", "February", "2028", date(2028, 2, 29)),
    ],
)
def test_date_field_reads_numbers_and_names(
    app: Flask, day: str, month: str, year: str, expected: date
) -> None:
    form = sent(app, date_form(), {"on-day": day, "on-month": month, "on-year": year})
    assert form.on.data == expected
    assert form.errors == {}


@pytest.mark.parametrize(
    ("typed", "wrong", "message"),
    [
        ("/3/2026", ("day",), "A la fecha le falta el día."),
        ("3//", ("month", "year"), "A la fecha le falta el mes."),
        ("3/3/", ("year",), "A la fecha le falta el año."),
        ("3/3/26", ("year",), "Escriba el año con cuatro cifras; por ejemplo, 2026."),
        ("31/2/2026", DateField3.PARTS, "Escriba una fecha que exista; por ejemplo, 27 3 2026."),
        ("x/y/2026", DateField3.PARTS, "Escriba una fecha que exista; por ejemplo, 27 3 2026."),
    ],
)
def test_date_field_names_the_part_that_is_wrong(
    app: Flask, typed: str, wrong: tuple[str, ...], message: str
) -> None:
    day, month, year = typed.split("/")
    form = sent(app, date_form(), {"on-day": day, "on-month": month, "on-year": year})
    assert form.on.data is None
    assert form.on.errors == [message]
    assert form.on.wrong_parts == wrong
    assert [form.on.part(part) for part in form.on.PARTS] == [day, month, year]


def test_date_field_survives_a_request_without_its_inputs(app: Flask) -> None:
    form = sent(app, date_form([Required()]), {"something": "else"})
    assert form.on.data is None
    assert form.on.errors == ["Complete esta respuesta: Día"]


def test_date_field_may_be_left_empty_where_it_is_optional(app: Flask) -> None:
    form = sent(app, date_form([Optional()]), {"on-day": "", "on-month": "", "on-year": ""})
    assert (form.on.data, form.errors) == (None, {})


def test_date_field_shows_the_stored_day(app: Flask) -> None:
    with app.test_request_context():
        form = date_form()(data={"on": date(2026, 3, 7)})
        assert [form.on.part(part) for part in form.on.PARTS] == ["7", "3", "2026"]


# --- money ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("1250", 125000),
        ("1,250.5", 125050),
        ("$1,250.50 MXN", 125050),
        ("1250.05 pesos", 125005),
        ("0", 0),
        ("", None),
    ],
)
def test_money_field_reads_amounts_as_people_write_them(
    app: Flask, typed: str, cents: int | None
) -> None:
    form = sent(app, money_form(), {"amount": typed})
    assert (form.amount.data, form.errors) == (cents, {})


@pytest.mark.parametrize("typed", ["1.250,50", "12,50", "mil", "-5", "1.234.5", "9" * 40])
def test_money_field_refuses_what_could_mean_two_amounts(app: Flask, typed: str) -> None:
    form = sent(app, money_form(), {"amount": typed})
    assert form.amount.data is None
    assert form.amount.errors == ["Escriba una cantidad en números; por ejemplo, 1,250.50."]
    assert form.amount._value() == typed


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("1.250,50", 125050),
        ("1.250", 125000),
        ("1250,5 euros", 125050),
        ("€1.250,50", 125050),
        ("12,50 €", 1250),
    ],
)
def test_money_field_reads_amounts_as_the_country_of_the_programme_does(
    app: Flask, monkeypatch: pytest.MonkeyPatch, typed: str, cents: int
) -> None:
    monkeypatch.setitem(app.config, "LOCALES", {"es": "es_ES", "en": "en"})
    amount = MoneyField("Importe", [Optional()], currency="EUR")
    form = sent(app, type("EuroForm", (PlatformForm,), {"amount": amount}), {"amount": typed})
    assert (form.amount.data, form.errors) == (cents, {})
    with app.app_context():
        assert form.amount.symbol == "€"


@pytest.mark.parametrize(
    ("currency", "locale", "typed", "cents"),
    [
        ("MXN", "es_MX", "1250 USD", None),
        ("EUR", "es_ES", "1250 USD", None),
        ("EUR", "es_ES", "1250 MXN", None),
        ("EUR", "es_ES", "1250 eur", 125000),
        ("EUR", "es_ES", "1 Euro", 100),
        ("EUR", "es_ES", "$1250", None),
        ("MXN", "es_MX", "1250 Pesos Mexicanos", 125000),
        ("MXN", "es_MX", "1 peso", 100),
        ("MXN", "es_MX", "1250 pesos chilenos", None),
        ("CLP", "es_CL", "$1.250", 125000),
        ("CLP", "es_CL", "1.250 CLP", 125000),
        ("CLP", "es_CL", "1.250 pesos chilenos", 125000),
        ("PEN", "es_PE", "S/ 1,250", 125000),
        ("CHF", "es", "1250 CHF", 125000),
    ],
)
def test_money_field_reads_its_own_currency_alone(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    currency: str,
    locale: str,
    typed: str,
    cents: int | None,
) -> None:
    monkeypatch.setitem(app.config, "LOCALES", {"es": locale, "en": "en"})
    amount = MoneyField("Importe", [Optional()], currency=currency)
    form = sent(app, type("OtherForm", (PlatformForm,), {"amount": amount}), {"amount": typed})
    assert form.amount.data == cents
    assert ("amount" in form.errors) == (cents is None)


def yen(app: Flask, monkeypatch: pytest.MonkeyPatch) -> type[PlatformForm]:
    monkeypatch.setitem(app.config, "LOCALES", {"es": "es_CL", "en": "en"})
    amount = MoneyField("Importe", [Optional()], currency="JPY")
    return type("YenForm", (PlatformForm,), {"amount": amount})


@pytest.mark.parametrize("typed", ["5.000,50", "5000,5", "5000,00"])
def test_money_field_refuses_decimals_in_a_currency_without_cents(
    app: Flask, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    form = sent(app, yen(app, monkeypatch), {"amount": typed})
    assert form.amount.data is None
    assert form.amount.errors == [
        "Los montos en JPY no llevan centavos. Escriba un monto entero; por ejemplo, 1.250."
    ]
    assert form.amount._value() == typed


def test_money_field_names_no_cents_in_a_currency_without_them(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = yen(app, monkeypatch)
    assert sent(app, form, {"amount": "5.000"}).amount.data == 500_000
    assert sent(app, form, {"amount": "mil"}).amount.errors == [
        "Escriba una cantidad en números; por ejemplo, 1.250."
    ]
    with app.test_request_context():
        assert form(data={"amount": 500_000}).amount._value() == "5.000"
        # What was kept before is shown as it is, so that nobody changes it unawares.
        assert form(data={"amount": 500_050}).amount._value() == "5.000,50"


def test_money_field_takes_hundredths_of_a_currency_of_thousandths(app: Flask) -> None:
    amount = MoneyField("Importe", [Optional()], currency="KWD")
    form = type("DinarForm", (PlatformForm,), {"amount": amount})
    assert sent(app, form, {"amount": "5000.25"}, "en").amount.data == 500_025
    assert sent(app, form, {"amount": "5000.255"}, "en").amount.data is None


def test_money_field_reads_english_names_of_its_currency(app: Flask) -> None:
    for typed in ("1250 Mexican pesos", "1250 pesos", "1250 mxn", "$1250"):
        assert sent(app, money_form(), {"amount": typed}, "en").amount.data == 125000, typed


def test_money_field_shows_stored_cents_as_an_amount(app: Flask) -> None:
    with app.test_request_context():
        assert money_form()(data={"amount": 123456705}).amount._value() == "1,234,567.05"


# --- texts ---------------------------------------------------------------------------------------


def test_text_is_tidied_before_it_is_judged(app: Flask) -> None:
    form = sent(app, EveryField, {**COMPLETE, "name": "  Cafe\u0301\x00 \r\n "})
    assert form.name.data == "Café"
    assert "name" not in form.errors


def test_password_keeps_its_spaces(app: Flask) -> None:
    assert sent(app, EveryField, {"secret": "  a b  "}).secret.data == "  a b  "


def test_spaces_alone_are_no_answer(app: Flask) -> None:
    form = sent(app, EveryField, {**COMPLETE, "name": "   "})
    assert form.name.errors == ["Complete esta respuesta: Nombre"]


def test_word_limit_counts_as_the_browser_does(app: Flask) -> None:
    assert "story" not in sent(app, EveryField, {**COMPLETE, "story": "uno\n dos  tres"}).errors
    one_too_many = sent(app, EveryField, {**COMPLETE, "story": "uno dos tres cuatro"})
    assert one_too_many.story.errors == ["Acorte el texto en 1 palabra: el límite es 3."]
    two_too_many = sent(app, EveryField, {**COMPLETE, "story": "a b c d e"}, "en")
    assert two_too_many.story.errors == ["Shorten the text by 2 words: the limit is 3."]


def test_zero_is_an_answer(app: Flask) -> None:
    form = type("Count", (PlatformForm,), {"n": IntegerField("Personas", [Required()])})
    assert sent(app, form, {"n": "0"}).errors == {}


# --- messages ------------------------------------------------------------------------------------


def test_missing_answers_are_named_in_spanish_and_english(app: Flask) -> None:
    expected = {
        "es": {
            "name": "Complete esta respuesta: Nombre",
            "kind": "Elija una respuesta: Tipo",
            "areas": "Elija al menos una opción: Áreas",
            "agrees": "Marque la casilla para continuar: Acepto",
            "state": "Elija una respuesta: Estado",
            "begins_on": "Complete esta respuesta: Inicio",
            "budget": "Complete esta respuesta: Presupuesto",
            "proof": "Elija un archivo: Comprobante",
        },
        "en": {
            "name": "Complete this answer: Nombre",
            "kind": "Choose an answer: Tipo",
            "areas": "Choose at least one: Áreas",
            "agrees": "Tick the box to go on: Acepto",
            "state": "Choose an answer: Estado",
            "begins_on": "Complete this answer: Inicio",
            "budget": "Complete this answer: Presupuesto",
            "proof": "Choose a file: Comprobante",
        },
    }
    for language, messages in expected.items():
        form = sent(app, EveryField, {}, language)
        assert form.errors == {name: [message] for name, message in messages.items()}


def test_messages_of_the_form_library_come_in_the_readers_language(app: Flask) -> None:
    wrong = {**COMPLETE, "name": "demasiado largo", "mail": "nada", "people": "x"}
    spanish = sent(app, EveryField, wrong).errors
    assert spanish["name"] == ["El campo no puede tener más de 10 caracteres."]
    assert spanish["mail"] == ["Email inválido."]
    assert spanish["people"] == ["No es un valor entero válido."]
    english = sent(app, EveryField, wrong, "en").errors
    assert english["name"] == ["Field cannot be longer than 10 characters."]
    assert english["people"] == ["Not a valid integer value."]


def test_error_links_lead_to_the_input_and_name_the_question(app: Flask) -> None:
    links = error_links(
        sent(app, EveryField, {**COMPLETE, "begins_on-month": "", "name": "demasiado largo"})
    )
    assert links == [
        {"text": "Nombre: El campo no puede tener más de 10 caracteres.", "href": "#name"},
        {"text": "Inicio: A la fecha le falta el mes.", "href": "#begins_on-month"},
        {"text": "Elija un archivo: Comprobante", "href": "#proof"},
    ]


def test_error_links_reach_the_fields_of_rows(app: Flask) -> None:
    rows = type("Rows", (PlatformForm,), {"rows": FieldList(FormField(RowForm), min_entries=2)})
    links = error_links(sent(app, rows, {"rows-0-law": "LFPDPPP", "rows-1-law": ""}))
    assert links == [{"text": "Complete esta respuesta: Norma", "href": "#rows-1-law"}]


def test_choices_may_be_given_as_pairs_before_and_after_binding(app: Flask) -> None:
    pairs = [("a", "Uno"), ("b", "Dos", {"hint": "Ayuda"})]
    early = type("Early", (PlatformForm,), {"kind": RadioField("Tipo", choices=pairs)})
    with app.test_request_context():
        assert [tuple(each)[:2] for each in early().kind.iter_choices()] == [
            ("a", "Uno"),
            ("b", "Dos"),
        ]
        late = type("Late", (PlatformForm,), {"kind": RadioField("Tipo")})()
        late.kind.choices = pairs
        items = adapt(late.kind).params["items"]
    assert items == [
        {"value": "a", "text": "Uno", "checked": False},
        {"value": "b", "text": "Dos", "checked": False, "hint": {"text": "Ayuda"}},
    ]


# --- versions ------------------------------------------------------------------------------------


def test_version_of_the_page_survives_a_refused_answer(app: Flask) -> None:
    form = sent(app, EveryField, {**COMPLETE, "name": "", "version": "4"})
    form.keep_version(9)
    assert form.version.data == 4


def test_version_of_the_row_is_shown_first(app: Flask) -> None:
    with app.test_request_context():
        form = EveryField()
        form.keep_version(9)
        assert form.version.data == 9


# --- on the page ---------------------------------------------------------------------------------


def test_adapter_chooses_the_component_by_the_field(app: Flask) -> None:
    with app.test_request_context():
        form = EveryField()
        assert {field.name: adapt(field).kind for field in form} == {
            "version": "hidden",
            "name": "input",
            "mail": "input",
            "secret": "password",
            "people": "input",
            "story": "counted",
            "note": "counted",
            "plain": "textarea",
            "kind": "radios",
            "areas": "checkboxes",
            "agrees": "checkbox",
            "state": "select",
            "begins_on": "date",
            "budget": "money",
            "proof": "file",
        }


def test_every_field_is_drawn_with_label_hint_and_value() -> None:
    app = small_app()
    source = page(
        "{{ forms.form_open(form, upload=true) }}{{ forms.fields(form) }}"
        "{{ forms.submit('Enviar') }}{{ forms.form_close() }}"
    )
    with app.test_request_context():
        form = EveryField(data={"name": "Uno & dos", "begins_on": date(2026, 3, 7), "version": 6})
    tree = tree_of(render(app, source, form=form))
    assert tree.xpath("//input[@name='name']/@value") == ["Uno & dos"]
    assert tree.xpath("//input[@name='begins_on-month']/@value") == ["3"]
    assert tree.xpath("//input[@name='version']/@value") == ["6"]
    assert tree.xpath("//form/@enctype") == ["multipart/form-data"]
    assert text_of(tree.xpath("//*[@id='name-hint']")[0]) == "Como se conocerá"
    legends = [text_of(legend) for legend in tree.xpath("//legend")]
    assert legends == ["Tipo", "Áreas", "Inicio"]


def test_refused_form_shows_summary_marks_fields_and_says_so_in_the_title(app: Flask) -> None:
    form = sent(app, EveryField, {**COMPLETE, "begins_on-month": "", "budget": "<b>"})
    source = page("{{ forms.error_summary(form) }}{{ forms.fields(form) }}")
    tree = tree_of(render(app, source, form=form))
    summary = tree.xpath("//*[contains(@class, 'error-summary')]//a")
    assert [(text_of(link), link.get("href")) for link in summary] == [
        ("Inicio: A la fecha le falta el mes.", "#begins_on-month"),
        ("Presupuesto: Escriba una cantidad en números; por ejemplo, 1,250.50.", "#budget"),
        ("Elija un archivo: Comprobante", "#proof"),
    ]
    assert text_of(tree.xpath("//title")[0]) == "Error: Título – Programa de pruebas"
    marked = tree.xpath("//input[contains(@class, 'govuk-input--error')]/@name")
    assert marked == ["begins_on-month", "budget"]
    assert tree.xpath("//input[@name='budget']/@value") == ["<b>"]


def test_scripts_of_the_kit_speak_the_readers_language() -> None:
    app = small_app()
    source = page("{{ forms.fields(form) }}")
    words = {
        "es": ("Le quedan %{count} palabras", "Mostrar la contraseña", "Elegir un archivo"),
        "en": ("You have %{count} words left", "Show password", "Choose a file"),
    }
    for language, expected in words.items():
        with app.test_request_context(headers={"Accept-Language": language}):
            form = EveryField()
        tree = tree_of(render(app, source, form=form, language=language))
        found = (
            tree.xpath("//@*[name()='data-i18n.words-under-limit.other']")[0],
            tree.xpath("//@*[name()='data-i18n.show-password-aria-label']")[0],
            tree.xpath("//@*[name()='data-i18n.choose-files-button']")[0],
        )
        assert found == expected


def test_choice_reveals_what_belongs_to_it(app: Flask) -> None:
    form = sent(app, EveryField, COMPLETE)
    source = page("{{ forms.field(form.kind, conditional={'a': '<p>Más</p>'|safe}) }}")
    tree = tree_of(render(app, source, form=form))
    assert text_of(tree.xpath("//*[@id='conditional-kind']")[0]) == "Más"
    assert tree.xpath("//input[@checked]/@value") == ["a"]

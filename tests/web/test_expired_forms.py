"""A form that comes without a session is kept for whoever typed it, and for nobody else."""

import pytest

from tests.pages import JudgingClient

TYPED = "Atendemos por mensaje a pacientes de clínicas pequeñas."


def test_own_form_comes_back_with_everything_typed(client: JudgingClient) -> None:
    page = client.post(
        "/eligibility?from=check",
        data={"obstacle": TYPED, "later": "1", "csrf_token": "old"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert page.status_code == 400
    (form,) = page.tree.xpath("//main//form")
    sent = {each.get("name"): each.get("value") for each in form.xpath(".//input")}
    token = sent.pop("csrf_token")
    assert (form.get("action"), sent) == (
        "/eligibility?from=check",
        {"obstacle": TYPED, "later": "1"},
    )
    assert token != "old"
    assert TYPED in page.main


@pytest.mark.parametrize("origin", [None, "cross-site", "same-site", "none"])
def test_form_of_another_site_never_comes_back(client: JudgingClient, origin: str | None) -> None:
    headers = {"Sec-Fetch-Site": origin} if origin else {}
    page = client.post("/eligibility", data={"obstacle": TYPED}, headers=headers)
    assert page.status_code == 400
    assert TYPED not in page.get_data(as_text=True)
    assert page.tree.xpath("//main//form") == []


def test_password_never_stands_in_a_page(client: JudgingClient) -> None:
    page = client.post(
        "/sign-in",
        data={"email": "ana@example.org", "password": "maíz azul bajo la lluvia"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert page.status_code == 400
    assert "lluvia" not in page.get_data(as_text=True)

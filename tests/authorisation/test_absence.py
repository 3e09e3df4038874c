"""What is out of scope looks exactly like what does not exist, and parts need their own whole."""

import re
from typing import Any

import pytest

from tests.authorisation.probing import Expectation, Finding, Prober, read_expectations, strangers
from tests.authorisation.world import World

EXPECTATIONS = read_expectations()
ANY_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')  # it holds the second it was made in
CHANGING_HEADERS = re.compile(r"^(X-Request-Id|Set-Cookie|Date): .*\r?\n", re.MULTILINE)


def impression(finding: Finding) -> tuple[int, str, str]:
    """Return what somebody can tell from an answer, but for the id that they asked for."""
    headers = CHANGING_HEADERS.sub("", finding.headers)
    text = TOKEN.sub("", finding.text)
    return finding.status, ANY_ID.sub("id", text), ANY_ID.sub("id", headers)


@pytest.mark.parametrize(
    "stranger",
    ["foreign_owner", "outside_officer", "undeclared", "recused_officer", "recused_caseworker"],
)
def test_what_is_out_of_scope_looks_like_what_does_not_exist(prober: Prober, stranger: str) -> None:
    lines = [each for each in EXPECTATIONS if each.verdicts[stranger] == "404"]
    assert len(lines) > 10
    differences = []
    for each in lines:
        values = prober.values(each.subject)
        there = prober.ask(stranger, each)
        nowhere = prober.ask(stranger, each, strangers(values))
        if there.status != 404 or impression(there) != impression(nowhere):
            differences.append(str(each))
    assert differences == []
    assert not prober.was_changed()


def foreign_part(world: World, name: str) -> Any:
    """Return a part of the other tenant's things."""
    places = {
        "file_id": "mar_review",
        "suggestion_id": "mar_review",
        "evidence_id": "mar_trial",
        "report_id": "mar_trial",
        "incident_id": "mar_trial",
        "dossier_id": "mar_dossier",
        "membership_id": "foreign_company",
        "invitation_id": "foreign_company",
    }
    return world.subjects[places[name]][name]


def parts_of(prober: Prober, each: Expectation) -> list[str]:
    """Return the ids in an address behind the first: those of parts of what the first names."""
    names = re.findall(r"<uuid:(\w+)>", each.rule)
    return names[1:]


def test_parts_of_somebody_else_are_not_found_under_ones_own(prober: Prober) -> None:
    tried, found = 0, []
    for each in EXPECTATIONS:
        for name in parts_of(prober, each):
            values = prober.values(each.subject)
            values[name] = foreign_part(prober.world, name)
            for actor in (actor for actor, verdict in each.verdicts.items() if verdict == "ok"):
                tried += 1
                finding = prober.ask(actor, each, values)
                if finding.verdict != "404":
                    found.append(f"{each} by {actor}: {finding.verdict}")
    assert found == []
    assert tried > 30
    assert not prober.was_changed()


def test_ones_own_parts_are_not_found_under_somebody_else(prober: Prober) -> None:
    wholes = {
        "application_id": "mar_review",
        "trial_id": "mar_trial",
        "organisation_id": "foreign_company",
    }
    found = []
    for each in EXPECTATIONS:
        first, *parts = re.findall(r"<uuid:(\w+)>", each.rule) or [""]
        if not parts or first not in wholes:
            continue
        values = prober.values(each.subject)
        values[first] = prober.world.subjects[wholes[first]][first]
        finding = prober.ask("owner", each, values)
        if finding.verdict not in ("403", "404"):
            found.append(f"{each}: {finding.verdict}")
    assert found == []
    assert not prober.was_changed()


# --- ids inside forms ----------------------------------------------------------------------------


def post(prober: Prober, actor: str, path: str, **fields: Any) -> int:
    return prober.send(actor, "POST", path, {k: str(v) for k, v in fields.items()}).status_code


def test_application_cannot_be_started_for_somebody_elses_organisation(prober: Prober) -> None:
    own = prober.world.subjects["company"]["organisation_id"]
    foreign = prober.world.subjects["foreign_company"]["organisation_id"]
    fields = {"start_key": "0123456789abcdef0123456789abcdef"}
    assert post(prober, "owner", "/applications/new", organisation_id=foreign, **fields) == 422
    assert not prober.was_changed()
    assert post(prober, "owner", "/applications/new", organisation_id=own, **fields) == 303
    assert prober.was_changed()
    prober.restore()


def test_head_names_only_people_of_the_own_authority_who_are_not_recused(prober: Prober) -> None:
    path = f"/cases/{prober.world.subjects['rio_review']['application_id']}/officer"
    for name in ("outside_officer", "associate_officer", "recused_officer", "caseworker", "owner"):
        assert post(prober, "lead_head", path, person=prober.world.ids[name]) == 422, name
        assert not prober.was_changed(), name
    assert post(prober, "lead_head", path, person=prober.world.ids["undeclared"]) == 303
    prober.restore()


def test_files_of_others_cannot_be_removed_through_ones_own_section(prober: Prober) -> None:
    own, foreign = (prober.world.subjects[f"{name}_draft"] for name in ("rio", "mar"))
    path = f"/applications/{own['application_id']}/sections/{prober.world.file_section}"
    assert post(prober, "owner", path, remove_file=foreign["file_id"]) in (404, 409, 422)
    assert not prober.was_changed()
    assert post(prober, "owner", path, remove_file=own["file_id"]) in (200, 303)
    assert prober.was_changed()
    prober.restore()

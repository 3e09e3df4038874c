"""Cases are suggested for what they have in common, and for nothing else."""

import itertools

import pytest

from sandbox.domain.kinship import Kin, is_alike, kinship, telling_words


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Asistente de citas médicas", "asistente de citas medicas", True),
        ("Asistente de citas médicas", "Asistente para citas médicas.", True),
        ("Citas médicas: asistente", "Asistente de citas médicas", True),
        ("Filtro de mensajes fraudulentos", "Filtro contra mensajes fraudulentos", True),
        ("Asistente de citas médicas", "Asistente de trámites municipales", False),
        ("Reparto con vehículos autónomos", "Reparto de agua con camiones", False),
        ("Asistente", "Alerta temprana", False),
        ("", "", False),
        ("—", "…", False),
    ],
)
def test_names_are_alike_where_one_thing_is_meant(one: str, other: str, alike: bool) -> None:
    assert is_alike(one, other) is is_alike(other, one) is alike


@pytest.mark.parametrize("holds", [*itertools.product([True, False], repeat=3)])
def test_kinship_names_all_that_two_cases_share(holds: tuple[bool, bool, bool]) -> None:
    file, name, organisation = holds
    other = "Asistente de citas" if name else "Alerta de incendios"
    found = kinship("Asistente de citas", other, share_a_file=file, share_organisation=organisation)
    wanted = zip((Kin.FILE, Kin.NAME, Kin.ORGANISATION), holds, strict=True)
    assert found == tuple(kin for kin, is_shared in wanted if is_shared)


def test_others_are_looked_for_by_the_longest_words() -> None:
    name = "Asistente de citas médicas para clínicas rurales, clínicas y hospitales"
    assert telling_words(name) == ("hospitales", "Asistente", "clínicas", "médicas")
    assert telling_words("IA de la UE") == ()

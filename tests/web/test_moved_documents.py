"""Letters, receipts and submissions stay what they were when their case moves to other rules."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy.orm import Session

from sandbox.kernel.actors import StaffRole
from sandbox.models import Application, Person
from tests.factories import actor_for, make_staff
from tests.pages import JudgingClient
from tests.services.test_programme import follow, move
from tests.trial_factories import make_trial

# Of each document something that it says in the words of the rules.
REWORDED = (
    ("criteria.toml", '{es = "Necesidad"', '{es = "Otra necesidad"'),
    ("programme.toml", '"Espacio de pruebas regulatorio', '"Otro espacio de pruebas'),
    ("form-1-organisation.toml", '"Nombre de la organización"', '"Otro nombre"'),
)


def test_documents_of_a_moved_case_stay_the_same_to_the_byte(
    app: Flask, session: Session, client_for: Callable[[str], JudgingClient]
) -> None:
    cast = make_trial(session, app.extensions["file_store"])
    application = session.get_one(Application, cast.trial.application_id)
    case, papers = f"/cases/{application.id}", f"/applications/{application.id}/submissions/1"
    administrators = tuple(
        actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR, name))
        for name in ("Adela", "Bruno")
    )
    reader = client_for(session.get_one(Person, cast.company.person_id).email)
    session.rollback()

    def documents() -> tuple[bytes, ...]:
        addresses = (f"{case}/decision.pdf", f"{papers}/receipt.pdf")
        return tuple(reader.get(address).get_data() for address in addresses)

    def pages() -> tuple[str, ...]:
        return tuple(reader.get(address).main for address in (f"{case}/decision", papers))

    before = documents(), pages()
    assert all(each.startswith(b"%PDF-") for each in before[0])
    follow(session, administrators, *REWORDED)  # type: ignore[arg-type]
    move(session, cast.caseworker, session.get_one(Application, application.id))
    session.rollback()
    assert "Nombre de la organización" in before[1][1]
    assert (documents(), pages()) == before

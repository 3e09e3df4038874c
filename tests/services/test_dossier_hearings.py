"""What a company was told before the decision, and what it said, stands in the dossier."""

from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from sandbox.domain.deliberation import Stance
from sandbox.domain.hearing import CompanyAnswer
from sandbox.home.queries import get_case
from sandbox.kernel.audit import Deed
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.programme.services import move_case
from tests.factories import REFUSED
from tests.packs.copies import put_in_force, ship
from tests.services.test_dossiers import archive_for, entries, files, told
from tests.services.test_hearing import NEXT, Hear, hear, judged

__all__ = ["files", "hear"]  # fixtures of those modules, used here by their names

ANSWER = "El anexo lo demuestra."


def test_hearing_stands_in_the_dossier_of_whoever_reads_it(
    app: Flask, session: Session, files: FileStore, hear: Hear
) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    before = archive_for(app, session, files, case.company, case.application)
    assert "hearings.json" not in entries(before)

    case.announce()
    case.answer(CompanyAnswer.CONTESTS, ANSWER)
    case.decide(reply="El anexo resuelve la duda.")
    for reader in (case.company, case.caseworker, case.lead.officer):
        content = archive_for(app, session, files, reader, case.application)
        [heard] = told(content, "hearings.json")
        assert (heard["outcome"], heard["answer"], heard["text"], heard["late"]) == (
            "declined",
            "contests",
            ANSWER,
            False,
        )
        assert heard["reply"] == "El anexo resuelve la duda."
        assert len(heard["content_hash"]) == 64
        decided = told(content, "decision.json")
        assert heard["refusal_codes"] == decided["refusal_codes"] == list(REFUSED)
        found = entries(content)
        assert found["letters/preliminary-1.pdf"].startswith(b"%PDF-")
        page = found["index.html"].decode()
        assert page.index("Antes de la decisión") < page.index(ANSWER)
        assert decided["hearings"][0]["text"] == ANSWER
        # In both chapters, and beside the two deeds in the history.
        assert page.count("Las personas no quedarían protegidas") == 4
        coded = [each for each in told(content, "history.json") if each["refusal_codes"]]
        assert [each["deed"] for each in coded] == [
            Deed.PRELIMINARY_ANNOUNCED,
            Deed.APPLICATION_DECIDED,
        ]


def test_history_names_reasons_for_a_refusal_as_the_rules_of_then_did(
    app: Flask, session: Session, files: FileStore, hear: Hear, tmp_path: Path
) -> None:
    hear("declined", stops=False)
    case = judged(session, Stance.OBJECT)
    case.announce()
    then = ("criteria.toml", 'es = "Las personas no quedarían protegidas"', 'es = "Otras palabras"')
    ship(tmp_path, "1.1.0", then)
    put_in_force(session, "1.1.0")
    with unit_of_work(session):
        move_case(
            session, case.caseworker, case.application, to="1.1.0", reason="Se pidió.", now=NEXT
        )
    actor, case_id = case.caseworker, case.application.id
    shown = get_case(session, actor, case_id, NEXT)
    [rules] = shown.refusal_rules.values()
    assert rules is not None
    assert (shown.pack.version, rules.version) == ("1.1.0", "1.0.0")
    content = archive_for(app, session, files, actor, case.application)
    versions = {each["deed"]: each["pack_version"] for each in told(content, "history.json")}
    assert versions[Deed.PRELIMINARY_ANNOUNCED] == "1.0.0"
    assert versions[Deed.APPLICATION_MOVED] == "1.1.0"
    page = entries(content)["index.html"].decode()
    assert "Otras palabras" not in page
    assert "Las personas no quedarían protegidas" in page.partition("Historia")[2]


def test_history_prints_the_reasons_that_the_page_prints(
    app: Flask, session: Session, files: FileStore, hear: Hear
) -> None:
    case = judged(session, Stance.CONCUR)

    def reasons(content: bytes) -> list[str]:
        return [each["reason"] for each in told(content, "history.json") if each["reason"]]

    inside = archive_for(app, session, files, case.lead.officer, case.application)
    assert reasons(inside), "Why these authorities were asked is theirs to read."
    assert reasons(archive_for(app, session, files, case.company, case.application)) == []

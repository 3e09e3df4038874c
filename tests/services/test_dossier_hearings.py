"""What a company was told before the decision, and what it said, stands in the dossier."""

from flask import Flask
from sqlalchemy.orm import Session

from sandbox.domain.deliberation import Stance
from sandbox.domain.hearing import CompanyAnswer
from sandbox.kernel.audit import Deed
from sandbox.kernel.files import FileStore
from tests.factories import REFUSED
from tests.services.test_dossiers import archive_for, entries, files, told
from tests.services.test_hearing import Hear, hear, judged

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


def test_history_prints_the_reasons_that_the_page_prints(
    app: Flask, session: Session, files: FileStore, hear: Hear
) -> None:
    case = judged(session, Stance.CONCUR)

    def reasons(content: bytes) -> list[str]:
        return [each["reason"] for each in told(content, "history.json") if each["reason"]]

    inside = archive_for(app, session, files, case.lead.officer, case.application)
    assert reasons(inside), "Why these authorities were asked is theirs to read."
    assert reasons(archive_for(app, session, files, case.company, case.application)) == []

"""Nobody's dossier holds what no page shows them: the marks of the world are sought in each."""

import io
import zipfile
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.dossiers.making import make_dossier
from sandbox.kernel.actors import system_actor
from sandbox.kernel.audit import AuditEntry, Deed
from sandbox.models import CaseDossier, Trial
from sandbox.models.dossiers import DossierState
from tests.authorisation.probing import Finding, Prober
from tests.databases import connect

CASES = ("rio_review", "rio_triage", "rio_assigned", "rio_trial", "rio_ended", "rio_asked")
# Kept by hand: what each meets in the dossiers of these cases. Whoever is not named gets none.
# A dossier holds what is confidential too: its reader is on record as having opened that.
CASE = {"rio.case", "rio.content", "rio.hidden"}
COMPANY = {*CASE, "rio.notice", "rio.asked"}
SECRETARIAT = {*COMPANY, "rio.deliberation", "rio.outcome"}
OFFICER = {*CASE, "rio.notice", "rio.deliberation", "rio.notes", "rio.reliefs"}
HELD = {
    "owner": COMPANY,
    "member": COMPANY,
    "lead_officer": OFFICER,
    "associate_officer": {*OFFICER, "rio.own_notes"},
    "colleague": OFFICER,
    "lead_head": {*CASE, "rio.deliberation", "rio.notes"},
    "associate_head": {*CASE, "rio.notice", "rio.reliefs"},
    "caseworker": SECRETARIAT,
    "drafter": SECRETARIAT,
}
MAKER = system_actor("dossiers.make")


def made_for(prober: Prober, actor: str, path: str) -> Finding | None:
    """Ask for a dossier as somebody, make it, and return all that stands in it; None where no."""
    answer = prober.send(actor, "POST", path)
    if answer.status_code != 303:
        return None
    engine = connect(prober.store.url)
    with prober.app.app_context(), Session(engine) as session:
        waiting = select(CaseDossier).where(CaseDossier.state == DossierState.WAITING.value)
        dossier = session.scalars(waiting).one()
        make_dossier(session, MAKER, dossier)
        assert (dossier.state, dossier.fault) == (DossierState.READY.value, None)
        where = f"{path}/{dossier.id}"
        session.rollback()
    engine.dispose()
    given = prober.send(actor, "GET", where)
    assert given.status_code == 200
    return Finding("ok", 200, "\n".join(_texts(given.get_data())), "")


def _texts(archive: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for name in opened.namelist():
            yield name
            yield opened.read(name).decode("utf-8", errors="replace")


def has_opened(prober: Prober, actor: str, case: UUID) -> bool:
    """Tell whether the history of a case says that somebody opened what is confidential."""
    engine = connect(prober.store.url)
    with Session(engine) as session:
        found = select(AuditEntry.id).where(
            AuditEntry.deed == Deed.CONFIDENTIAL_OPENED.value,
            AuditEntry.application_id == case,
            AuditEntry.person_id == prober.world.ids[actor],
        )
        opened = session.scalar(found) is not None
    engine.dispose()
    return opened


def case_of(prober: Prober, subject: str) -> UUID:
    """Return the case that a subject of the world is, or that its test belongs to."""
    known = prober.world.subjects[subject]
    if "application_id" in known:
        return known["application_id"]
    engine = connect(prober.store.url)
    with Session(engine) as session:
        found = select(Trial.application_id).where(Trial.id == known["trial_id"])
        case = session.execute(found).scalar_one()
    engine.dispose()
    return case


def test_dossier_shows_nobody_what_their_pages_do_not_show(prober: Prober, actor: str) -> None:
    faults: list[str] = []
    seen: set[str] = set()
    for case in CASES:
        path = f"/cases/{case_of(prober, case)}/dossier"
        finding = made_for(prober, actor, path)
        if finding is not None:
            leaks = prober.leaks(actor, finding, {})
            opened = [leak for leak in leaks if leak.startswith("rio.hidden")]
            faults += [f"{case} shows {leak}" for leak in leaks if leak not in opened]
            if bool(opened) is not has_opened(prober, actor, case_of(prober, case)):
                faults.append(f"{case}: {actor} is not on record for what the dossier holds")
            seen |= prober.seen(finding, {})
        if prober.was_changed():
            prober.restore()
    assert faults == []
    assert seen == HELD.get(actor, set())

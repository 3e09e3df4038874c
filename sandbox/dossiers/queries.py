"""Read what a dossier holds beside what other slices read, and the dossiers themselves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from sandbox.access.checks import NotFound
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import AuditEntry, Deed
from sandbox.kernel.mail import OutboxMail
from sandbox.kernel.paging import Page, paged
from sandbox.kernel.search import says
from sandbox.models import (
    Application,
    Authority,
    AuthorityMembership,
    CaseDossier,
    GateEvidence,
    ImportedDossier,
    InstalledVersion,
    Membership,
    OutcomeReport,
    PackVersion,
    Person,
    StaffGrant,
    Trial,
)
from sandbox.models.dossiers import DossierState, ImportState

OWN_DEEDS = frozenset({Deed.DOSSIER_ASKED, Deed.DOSSIER_MADE})
"""To ask for a dossier is no part of the case: the next one is the same."""
DIGEST = "home/digest"
LATEST = 20
UNFINISHED = (DossierState.WAITING.value, DossierState.WRITING.value)


# --- what a dossier holds -------------------------------------------------------------------------


def find_trial(session: Session, application_id: UUID) -> Trial | None:
    """Return the trial of a case; whether a reader may read it is asked of the policy."""
    return session.scalar(select(Trial).where(Trial.application_id == application_id))


def map_sizes(session: Session, trial_id: UUID) -> dict[UUID, int]:
    """Map the documents of a trial's gates to their sizes."""
    rows = session.execute(
        select(GateEvidence.id, GateEvidence.size).where(
            GateEvidence.trial_id == trial_id, GateEvidence.sha256.is_not(None)
        )
    )
    return {row.id: row.size for row in rows}


def list_outcomes(session: Session, trial_id: UUID) -> Sequence[OutcomeReport]:
    """List the editions of the outcome report of a trial, oldest first, be they public or not."""
    return session.scalars(
        select(OutcomeReport)
        .where(OutcomeReport.trial_id == trial_id)
        .order_by(OutcomeReport.edition)
    ).all()


def list_messages(
    session: Session, actor: Actor, application: Application, *, to_company: bool
) -> Sequence[OutboxMail]:
    """List what was written about a case to a reader, and where asked for to the company.

    Shape: people of the company who also work for an authority or the programme are left out: they
    are written to as such as well.
    """
    addressed: ColumnElement[bool] = OutboxMail.person_id == actor.person_id
    if to_company:
        of_company = select(Membership.person_id).where(
            Membership.organisation_id == application.organisation_id,
            Membership.person_id.not_in(select(AuthorityMembership.person_id)),
            Membership.person_id.not_in(select(StaffGrant.person_id)),
        )
        addressed = or_(addressed, OutboxMail.person_id.in_(of_company))
    return session.scalars(
        select(OutboxMail)
        .where(
            OutboxMail.application_id == application.id,
            OutboxMail.template != DIGEST,
            addressed,
        )
        .order_by(OutboxMail.created_at, OutboxMail.id)
    ).all()


def map_names(session: Session, people: Sequence[UUID]) -> dict[UUID, str]:
    """Map people to their names."""
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(people)))
    return {row.id: row.name for row in rows}


def list_authorities(session: Session) -> Sequence[Any]:
    """List every authority of the programme. Shape: rows of id and code."""
    return session.execute(select(Authority.id, Authority.code).order_by(Authority.code)).all()


def find_fingerprint(session: Session, code: str, version: str) -> str:
    """Return the fingerprint of a version of the rules; empty where none was noted."""
    for table in (InstalledVersion, PackVersion):
        found = session.scalar(
            select(table.sha256).where(table.code == code, table.semver == version)
        )
        if found:
            return found
    return ""


def last_deed_at(session: Session, application_id: UUID) -> datetime:
    """Return when something was last done on a case."""
    return session.execute(
        select(AuditEntry.at)
        .where(
            AuditEntry.application_id == application_id,
            AuditEntry.deed.not_in([deed.value for deed in OWN_DEEDS]),
        )
        .order_by(AuditEntry.at.desc())
        .limit(1)
    ).scalar_one()


# --- dossiers of this installation ----------------------------------------------------------------


def list_dossiers(session: Session, actor: Actor, application_id: UUID) -> Sequence[CaseDossier]:
    """List the dossiers of a case that the actor asked for, the latest first."""
    return session.scalars(
        select(CaseDossier)
        .where(
            CaseDossier.application_id == application_id,
            CaseDossier.asked_by_id == actor.person_id,
        )
        .order_by(CaseDossier.asked_at.desc(), CaseDossier.id)
        .limit(LATEST)
    ).all()


def find_unfinished(session: Session, actor: Actor, application_id: UUID) -> CaseDossier | None:
    """Return the dossier that is being made for the actor already."""
    return session.scalars(
        select(CaseDossier)
        .where(
            CaseDossier.application_id == application_id,
            CaseDossier.asked_by_id == actor.person_id,
            CaseDossier.state.in_(UNFINISHED),
        )
        .limit(1)
    ).one_or_none()


def get_ready(
    session: Session, actor: Actor, application_id: UUID, dossier_id: UUID
) -> CaseDossier:
    """Return a dossier that the actor asked for and that can be given out. Raises: NotFound."""
    found = session.scalar(
        select(CaseDossier).where(
            CaseDossier.id == dossier_id,
            CaseDossier.application_id == application_id,
            CaseDossier.asked_by_id == actor.person_id,
            CaseDossier.state == DossierState.READY.value,
        )
    )
    if found is None:
        raise NotFound(dossier_id=dossier_id)
    return found


# --- dossiers of other installations --------------------------------------------------------------


def list_imported(session: Session, after: str | None, text: str = "") -> Page[Any]:
    """Page through the dossiers that came from elsewhere, the latest first."""
    statement = select(
        ImportedDossier,
        Person.name.label("imported_by"),
        ImportedDossier.imported_at,
        ImportedDossier.id,
    ).outerjoin(Person, Person.id == ImportedDossier.imported_by_id)
    if text:
        columns = (
            ImportedDossier.reference,
            ImportedDossier.title,
            ImportedDossier.organisation,
            ImportedDossier.programme,
            ImportedDossier.root,
        )
        statement = statement.where(says(text, *columns))
    key = (ImportedDossier.imported_at, ImportedDossier.id)
    return paged(session, statement, key, (datetime, UUID), after)


def get_imported(session: Session, dossier_id: UUID) -> ImportedDossier:
    """Return a dossier that was checked and kept. Raises: NotFound."""
    found = session.scalar(
        select(ImportedDossier).where(
            ImportedDossier.id == dossier_id, ImportedDossier.state == ImportState.KEPT.value
        )
    )
    if found is None:
        raise NotFound(dossier_id=dossier_id)
    return found


def find_by_root(session: Session, root: str) -> ImportedDossier | None:
    """Return the dossier of this root hash that is here already."""
    return session.scalar(select(ImportedDossier).where(ImportedDossier.root == root))

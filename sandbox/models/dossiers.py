"""Keep dossiers of cases: those that were asked for here, and those that came from elsewhere."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from sandbox.kernel.db import Audited, Base


class DossierState(StrEnum):
    WAITING = "waiting"
    WRITING = "writing"
    READY = "ready"
    FAILED = "failed"


class Failure(StrEnum):
    RIGHTS = "rights"  # whoever asked does not read the case as before
    RULES = "rules"  # this release cannot read those of the case
    FILE = "file"  # a stored one is missing, or no longer what it was
    SIZE = "size"


class CaseDossier(Base):
    """Keep that a person asked for the dossier of a case, how far it is, and where it is stored.

    It belongs to that person, and is given out while the person still reads the case as what they
    were: `authorities` are the codes for which it was made. No deed: the platform counts on by
    itself; that it was asked for is one.
    """

    __tablename__ = "case_dossier"
    __table_args__ = (
        Index("ix_case_dossier_application_id", "application_id", "asked_by_id", "asked_at"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    reader: Mapped[str]  # domain.dossiers.ReaderKind
    authorities: Mapped[list[Any]]
    state: Mapped[str]  # DossierState
    done: Mapped[int] = mapped_column(default=0)  # entries written, of
    total: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str | None]  # of the archive, its address in the file store
    size: Mapped[int | None] = mapped_column(BigInteger)
    root: Mapped[str | None]  # the hash that names the whole
    fault: Mapped[str | None]  # Failure, and what it was found on
    finished_at: Mapped[datetime | None]


class ImportState(StrEnum):
    CHECKING = "checking"
    KEPT = "kept"
    REFUSED = "refused"


class ImportedDossier(Audited, Base):
    """Keep a dossier of another installation: the archive itself, and what lists say of it.

    Nothing of it mixes with the cases of this one. What was refused is never given out.
    """

    __tablename__ = "imported_dossier"
    __table_args__ = (Index("ix_imported_dossier_imported_at", "imported_at", "id"),)

    filename: Mapped[str]
    sha256: Mapped[str]  # of the archive as it came, its address in the file store
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]  # ImportState
    fault: Mapped[str | None]  # domain.dossiers.DossierFault, or that it is here already
    entry: Mapped[str] = mapped_column(default="")  # at which it was found
    root: Mapped[str | None] = mapped_column(unique=True)
    reference: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    organisation: Mapped[str] = mapped_column(default="")
    programme: Mapped[str] = mapped_column(default="")
    operator: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    reader: Mapped[str] = mapped_column(default="")
    as_of: Mapped[str] = mapped_column(default="")
    imported_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    imported_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]

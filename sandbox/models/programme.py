"""Keep the versions of the rules that were uploaded: what was sent never changes again."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from sandbox.kernel.db import Audited, Base, Versioned


class PackState(StrEnum):
    UPLOADED = "uploaded"  # waits for a second person
    ACTIVE = "active"  # new cases begin under it
    RETIRED = "retired"  # another came after it; cases that began under it keep it
    DISCARDED = "discarded"  # never came into force, and never will


class PackVersion(Audited, Versioned, Base):
    """Keep one version of a policy pack and what became of it; its files stand in PackFile."""

    __tablename__ = "pack_version"
    __table_args__ = (
        # A number says one content for ever, also that of a version which was discarded.
        UniqueConstraint("code", "semver"),
        Index(
            "uq_pack_version_active",
            "code",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
        Index("ix_pack_version_uploaded_at", "uploaded_at", "id"),
    )

    code: Mapped[str]
    semver: Mapped[str]
    sha256: Mapped[str]  # over names and texts of all files, in canonical form
    note: Mapped[str] = mapped_column(default="")
    state: Mapped[str]  # PackState
    uploaded_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]
    activated_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    activated_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    discarded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    discarded_at: Mapped[datetime | None]


class InstalledVersion(Base):
    """Keep the fingerprint of a version on disk under which something began.

    Whatever began under it is decided by those very files. No deed: the platform notes it by
    itself, with the first application or enquiry.
    """

    __tablename__ = "installed_version"
    __table_args__ = (UniqueConstraint("code", "semver"),)

    code: Mapped[str]
    semver: Mapped[str]
    sha256: Mapped[str]
    noted_at: Mapped[datetime]


class PackFile(Audited, Base):
    """Keep one file of a version, apart from the rows that lists read."""

    __tablename__ = "pack_file"
    __table_args__ = (UniqueConstraint("pack_version_id", "name"),)

    pack_version_id: Mapped[UUID] = mapped_column(ForeignKey("pack_version.id"))
    name: Mapped[str]
    content: Mapped[str]

    def audited_as(self) -> UUID:
        return self.pack_version_id

"""Keep people, the organisations they apply for, and the roles they hold."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sandbox.kernel.db import Audited, Base, Versioned


class MailRhythm(StrEnum):
    """Name how often a person hears by mail of what can wait; the inbox has it at once."""

    AT_ONCE = "at_once"
    DAILY = "daily"


class Person(Audited, Versioned, Base):
    """Keep an account; the address is normalised once, on the way in."""

    __tablename__ = "person"

    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password: Mapped[str | None]  # an Argon2id hash; None until an invitation is taken up
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)  # names the session; new: all sign out
    confirmed_at: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(default="es")
    mail_rhythm: Mapped[str] = mapped_column(
        default=MailRhythm.AT_ONCE.value, server_default=MailRhythm.AT_ONCE.value
    )
    wants_reminders: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime]


class StaffGrant(Audited, Base):
    """Give a person a role in the programme's own secretariat."""

    __tablename__ = "staff_grant"
    __table_args__ = (UniqueConstraint("person_id", "role"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]  # kernel.actors.StaffRole
    granted_at: Mapped[datetime]

    def audited_as(self) -> UUID:
        return self.person_id


class OrganisationRole(StrEnum):
    OWNER = "owner"
    MEMBER = "member"


class Organisation(Audited, Versioned, Base):
    """Keep a company or body that applies and takes part."""

    __tablename__ = "organisation"

    name: Mapped[str]
    kind: Mapped[str]  # company, public_body, academia, civil_society
    tax_id: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[str | None]
    website: Mapped[str | None]
    created_at: Mapped[datetime]

    members: Mapped[list["Membership"]] = relationship(back_populates="organisation")


class Membership(Audited, Base):
    """Let a person act for an organisation."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("person_id", "organisation_id"),
        Index("ix_membership_organisation_id", "organisation_id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str]  # OrganisationRole
    joined_at: Mapped[datetime]

    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation] = relationship(back_populates="members")

    def audited_as(self) -> UUID:
        return self.organisation_id


class Invitation(Audited, Base):
    """Hold a place in an organisation for one address; used once, within 72 hours."""

    __tablename__ = "invitation"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    email: Mapped[str]
    role: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    invited_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship()

    def audited_as(self) -> UUID:
        return self.organisation_id


class AuthorityRole(StrEnum):
    HEAD = "head"
    OFFICER = "officer"


class Authority(Audited, Base):
    """Keep an authority of the programme; its names and competences come from the pack."""

    __tablename__ = "authority"

    code: Mapped[str] = mapped_column(unique=True)
    names: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class AuthorityMembership(Audited, Base):
    """Let a person act for an authority, as an officer or as its head."""

    __tablename__ = "authority_membership"
    __table_args__ = (
        UniqueConstraint("person_id", "authority_id"),
        Index("ix_authority_membership_authority_id", "authority_id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    role: Mapped[str]  # AuthorityRole
    joined_at: Mapped[datetime]

    person: Mapped[Person] = relationship()
    authority: Mapped[Authority] = relationship()

    def audited_as(self) -> UUID:
        return self.authority_id

"""Read the deeds of a case that its readers may see, and say whose reasons they read."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.domain.packs import PolicyPack
from sandbox.kernel.audit import AuditEntry, Deed
from sandbox.models import Application, Authority, Person
from sandbox.packs import active


class Readers(StrEnum):
    """Name those who read the reason that was given for a deed."""

    ALL = "all"  # whoever reads the case
    KNOWING = "knowing"  # whoever reads what the company wrote: after the declaration
    INSIDE = "inside"  # the authorities and the secretariat
    NOBODY = "nobody"  # it belongs to no case


# Every deed that keeps a reason has its line; what is not named here is never printed.
REASONS: Mapping[Deed, Readers] = {
    Deed.APPLICATION_WITHDRAWN: Readers.ALL,
    Deed.APPLICATION_MOVED: Readers.ALL,
    Deed.TRIAL_ENDED_EARLY: Readers.KNOWING,
    Deed.TRIAL_COMPLETED: Readers.KNOWING,
    Deed.REQUIREMENT_REFUSED: Readers.KNOWING,
    Deed.REQUIREMENT_WAIVED: Readers.KNOWING,
    Deed.APPLICATION_ASSIGNED: Readers.INSIDE,
    Deed.AUTHORITY_REPLACED: Readers.INSIDE,
    Deed.ASSOCIATE_ADDED: Readers.INSIDE,
    Deed.ASSOCIATE_RELEASED: Readers.INSIDE,
    Deed.LEAD_OFFERED: Readers.INSIDE,
    Deed.LEAD_OFFER_DECLINED: Readers.INSIDE,
    Deed.LEAD_PASSED: Readers.INSIDE,
    Deed.PACK_ADOPTED: Readers.NOBODY,
}

# What the authorities do among themselves is theirs until the decision says it.
INTERNAL_DEEDS = frozenset(
    {
        Deed.CONFLICT_DENIED,
        Deed.CONFLICT_DECLARED,
        Deed.OFFICER_NAMED,
        Deed.REVIEW_SAVED,
        Deed.POSITION_TAKEN,
        Deed.RECEIPT_CONFIRMED,
        Deed.ASSIGNMENT_DECLINED,
        Deed.LEAD_OFFERED,
        Deed.LEAD_OFFER_WITHDRAWN,
        Deed.LEAD_OFFER_DECLINED,
        Deed.NOTE_WRITTEN,
        Deed.QUESTION_SUGGESTED,
        Deed.SUGGESTION_TAKEN,
        Deed.SUGGESTION_LEFT,
        Deed.RELIEF_DRAFTED,
        Deed.RELIEF_DISCARDED,
        Deed.ASSOCIATE_ADDED,
        Deed.ASSOCIATE_RELEASED,
        Deed.AUTHORITY_REPLACED,
        Deed.APPLICATION_DELIBERATION_OPENED,
        Deed.OUTCOME_DRAFTED,
        Deed.OUTCOME_SAVED,
        Deed.OUTCOME_SENT_FOR_PUBLICATION,
        Deed.OUTCOME_RETURNED,
        Deed.DOSSIER_ASKED,
        Deed.DOSSIER_MADE,
    }
)
# What a company does to its own draft, or to an answer that it has not sent, concerns nobody else,
# and would drown the rest.
DRAFTING_DEEDS = frozenset(
    {
        Deed.APPLICATION_SECTION_SAVED,
        Deed.APPLICATION_INFORMATION_SAVED,
        Deed.APPLICATION_FILE_ATTACHED,
        Deed.APPLICATION_FILE_REMOVED,
    }
)


def list_history(
    session: Session,
    application_id: UUID,
    *,
    is_inside: bool,
    limit: int | None = None,
    but: Collection[Deed] = (),
) -> Sequence[Any]:
    """List the deeds of a case that a reader may see, newest first.

    Shape: `is_inside` for whoever reads it for an authority or the secretariat.
    The company reads who acted by authority, never by the names of the authorities' people.
    """
    hidden = DRAFTING_DEEDS.union(but)
    if not is_inside:
        hidden = hidden | INTERNAL_DEEDS
    return session.execute(
        select(
            AuditEntry.at,
            AuditEntry.deed,
            AuditEntry.actor_kind,
            AuditEntry.details,
            Person.name.label("person"),
            Authority.code.label("authority"),
        )
        .outerjoin(Person, Person.id == AuditEntry.person_id)
        .outerjoin(Authority, Authority.id == AuditEntry.authority_id)
        .where(
            AuditEntry.application_id == application_id,
            AuditEntry.deed.not_in([deed.value for deed in hidden]),
        )
        .order_by(AuditEntry.at.desc(), AuditEntry.tick.desc())
        .limit(limit)
    ).all()


def versions_then(application: Application, rows: Sequence[Any]) -> tuple[str, ...]:
    """Name for each deed of a case the version of the rules under which the case stood then.

    Shape: `rows` are its deeds without a gap from the last one back, as `list_history` gives them.
    """
    found, version = [], application.pack_version
    for row in rows:
        found.append(version)
        if row.deed == Deed.APPLICATION_MOVED.value:
            version = row.details["before"]
    return tuple(found)


def map_refusal_rules(
    application: Application, rows: Sequence[Any]
) -> Mapping[int, PolicyPack | None]:
    """Map the places of refusals among a case's deeds to the rules that name their reasons.

    Shape: `rows` as `versions_then` takes them; None where the rules of then cannot be read.
    """
    return {
        place: active.find_pack_then(application, version)
        for place, (row, version) in enumerate(
            zip(rows, versions_then(application, rows), strict=True)
        )
        if row.details.get("refusal_codes")
    }


def reasons_read(*, is_inside: bool, is_knowing: bool) -> frozenset[str]:
    """Name the deeds whose reasons one reader of a case reads in its history."""
    kinds = {Readers.ALL}
    if is_inside:
        kinds.add(Readers.INSIDE)
    if is_knowing:
        kinds.add(Readers.KNOWING)
    return frozenset(deed.value for deed, readers in REASONS.items() if readers in kinds)

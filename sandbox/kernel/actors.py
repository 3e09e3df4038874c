"""Say who acts: a value made once per request, with every right read in that request."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class StaffRole(StrEnum):
    """Name the roles of people who work for the programme itself."""

    CASEWORKER = "caseworker"
    PUBLISHER = "publisher"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Actor:
    """Describe who acts, by the ids of the organisations and authorities they act for."""

    name: str = ""
    person_id: UUID | None = None
    language: str = "es"
    owner_of: frozenset[UUID] = frozenset()
    member_of: frozenset[UUID] = frozenset()  # organisations, owned ones included
    head_of: frozenset[UUID] = frozenset()
    officer_of: frozenset[UUID] = frozenset()  # authorities, headed ones included
    staff: frozenset[StaffRole] = frozenset()
    system: str | None = None
    grants: frozenset[str] = frozenset()  # permissions of a system actor, by value

    @property
    def is_visitor(self) -> bool:
        """Tell whether nobody is signed in."""
        return self.person_id is None and self.system is None

    @property
    def kind(self) -> str:
        """Return `visitor`, `person` or `system`, for records and logs."""
        if self.system is not None:
            return "system"
        return "visitor" if self.person_id is None else "person"


VISITOR = Actor()


def system_actor(name: str, *grants: str) -> Actor:
    """Return a named actor of the platform itself with exactly these permissions."""
    return Actor(name=name, system=name, grants=frozenset(grants))

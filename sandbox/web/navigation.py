"""Say which entries the menu shows to whom: data, in the order in which they appear."""

from dataclasses import dataclass
from enum import StrEnum

from flask import request
from flask_babel import lazy_gettext as _l

from sandbox.kernel.actors import Actor, StaffRole


class Audience(StrEnum):
    """Name the kinds of readers whose menus differ."""

    VISITOR = "visitor"
    COMPANY = "company"
    AUTHORITY = "authority"
    CASEWORKER = "caseworker"
    PUBLISHER = "publisher"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


EVERYBODY = frozenset(Audience)
_SIGNED_IN = EVERYBODY - {Audience.VISITOR}
_SECRETARIAT = frozenset({Audience.CASEWORKER, Audience.PUBLISHER})
_READS_CASES = _SECRETARIAT | {Audience.COMPANY, Audience.AUTHORITY, Audience.AUDITOR}


@dataclass(frozen=True, slots=True)
class Entry:
    """Offer one address to some kinds of readers.

    Shape: `path` is also the prefix of the pages below it, which mark the entry as active.
    """

    path: str
    label: object  # lazy text
    audiences: frozenset[Audience]


MENU: tuple[Entry, ...] = (
    Entry("/tasks", _l("My tasks"), _SIGNED_IN),
    Entry("/applications", _l("Applications"), _READS_CASES),
    Entry("/trials", _l("Trials"), _READS_CASES),
    Entry("/organisation", _l("My organisation"), frozenset({Audience.COMPANY})),
    Entry("/authority", _l("My authority"), frozenset({Audience.AUTHORITY})),
    Entry("/eligibility", _l("Is it for you?"), frozenset({Audience.VISITOR})),
    Entry("/register", _l("Public register"), EVERYBODY),
    Entry("/reports", _l("Outcome reports"), EVERYBODY),
    Entry("/round-tables", _l("Round tables"), EVERYBODY),
)

FOOTER: tuple[Entry, ...] = (
    Entry("/about", _l("About the programme"), EVERYBODY),
    Entry("/accessibility", _l("Accessibility"), EVERYBODY),
    Entry("/privacy", _l("Privacy"), EVERYBODY),
    Entry("/open-data", _l("Open data"), EVERYBODY),
)


def audiences_of(actor: Actor) -> frozenset[Audience]:
    """Tell as what kinds of reader somebody meets the menu; one person may be several."""
    if actor.is_visitor:
        return frozenset({Audience.VISITOR})
    found = {Audience(role.value) for role in StaffRole if role in actor.staff}
    if actor.member_of:
        found.add(Audience.COMPANY)
    if actor.officer_of:
        found.add(Audience.AUTHORITY)
    # A person who belongs nowhere yet has come to apply.
    return frozenset(found or {Audience.COMPANY})


@dataclass(frozen=True, slots=True)
class Link:
    """Hold an entry as one page shows it."""

    href: str
    text: str
    current: bool
    active: bool


def entries_for(actor: Actor, entries: tuple[Entry, ...] = MENU) -> tuple[Entry, ...]:
    """Keep the entries that somebody may meet, in the menu's order."""
    mine = audiences_of(actor)
    return tuple(entry for entry in entries if entry.audiences & mine)


def menu(actor: Actor) -> list[Link]:
    """Return the menu of the page that is being rendered."""
    return [_link(entry) for entry in entries_for(actor)]


def footer_menu(actor: Actor) -> list[Link]:
    """Return the links at the foot of every page."""
    return [_link(entry) for entry in entries_for(actor, FOOTER)]


def _link(entry: Entry) -> Link:
    return Link(
        href=entry.path,
        text=str(entry.label),
        current=request.path == entry.path,
        active=request.path.startswith(f"{entry.path}/"),
    )

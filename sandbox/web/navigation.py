"""Say which entries the menu shows to whom: data, in the order in which they appear."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _l

from sandbox.access.checks import conceivable
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
_COMPANY = frozenset({Audience.COMPANY})
_TRIALS = frozenset({Audience.COMPANY, Audience.AUTHORITY, Audience.CASEWORKER})
_RELIEFS = frozenset({Audience.AUTHORITY, Audience.CASEWORKER, Audience.AUDITOR})
_REPORTS = frozenset({Audience.CASEWORKER, Audience.PUBLISHER})
_RULES = EVERYBODY - {Audience.VISITOR, Audience.COMPANY}
_CASES = frozenset({Audience.COMPANY, Audience.AUTHORITY, Audience.CASEWORKER})


@dataclass(frozen=True, slots=True)
class Entry:
    """Offer one page to some kinds of readers; the pages below its address mark it as active."""

    endpoint: str
    label: object  # lazy text
    audiences: frozenset[Audience] = EVERYBODY
    values: Mapping[str, Any] = field(default_factory=dict)


MENU: tuple[Entry, ...] = (
    Entry("home.my_tasks", _l("My tasks"), _SIGNED_IN),
    Entry("enquiries.index", _l("Enquiries"), _CASES),
    Entry("applications.index", _l("Applications"), _CASES),
    Entry("trials.index", _l("Tests"), _TRIALS),
    Entry("reliefs.index", _l("Reliefs"), _RELIEFS),
    Entry("outcomes.index", _l("Report drafts"), _REPORTS),
    Entry("accounts.own_organisations", _l("My organisation"), _COMPANY),
    Entry("accounts.own_authority", _l("My authority"), frozenset({Audience.AUTHORITY})),
    Entry("programme.index", _l("Rules"), _RULES),
    Entry("dossiers.imported", _l("Imported dossiers"), frozenset({Audience.ADMINISTRATOR})),
    Entry("accounts.people", _l("People"), frozenset({Audience.ADMINISTRATOR})),
    Entry("successions.index", _l("Successions"), frozenset({Audience.ADMINISTRATOR})),
    Entry("home.operations", _l("Operations"), frozenset({Audience.ADMINISTRATOR})),
    Entry("home.audit", _l("All deeds"), frozenset({Audience.AUDITOR})),
    Entry("home.check_eligibility", _l("Is it for you?"), frozenset({Audience.VISITOR})),
    Entry("register.trials", _l("Public register")),
    Entry("register.reports", _l("Reports")),
    Entry("register.round_tables", _l("Round tables")),
    Entry("home.inbox", _l("Inbox"), _SIGNED_IN),
)

FOOTER: tuple[Entry, ...] = (
    Entry("home.text", _l("About the programme"), values={"name": "about"}),
    Entry("home.text", _l("What we ask"), values={"name": "questions"}),
    Entry("home.text", _l("Words explained"), values={"name": "glossary"}),
    Entry("home.text", _l("Accessibility"), values={"name": "accessibility"}),
    Entry("home.text", _l("Privacy"), values={"name": "privacy"}),
    Entry("home.text", _l("Open data"), values={"name": "open-data"}),
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
    return frozenset(found) or _COMPANY


@dataclass(frozen=True, slots=True)
class Link:
    """Hold an entry as one page shows it."""

    href: str
    text: str
    is_current: bool
    is_active: bool


def entries_for(actor: Actor, entries: tuple[Entry, ...] = MENU) -> tuple[Entry, ...]:
    """Keep the entries that somebody may meet, in the menu's order; none of them is refused."""
    mine = audiences_of(actor)
    return tuple(
        entry for entry in entries if entry.audiences & mine and _is_open(actor, entry.endpoint)
    )


def _is_open(actor: Actor, endpoint: str) -> bool:
    permission = getattr(current_app.view_functions[endpoint], "_needs", None)
    return permission is None or conceivable(actor, permission)


def menu(actor: Actor) -> list[Link]:
    """Return the menu of the page that is being rendered."""
    return [_link(entry) for entry in entries_for(actor)]


def footer_menu(actor: Actor) -> list[Link]:
    """Return the links at the foot of every page."""
    return [_link(entry) for entry in entries_for(actor, FOOTER)]


def _link(entry: Entry) -> Link:
    href = url_for(entry.endpoint, **entry.values)
    return Link(
        href=href,
        text=str(entry.label),
        is_current=request.path == href,
        is_active=request.path.startswith(f"{href}/"),
    )

"""Hold whom and what the demonstration's stories share, and bring the people to life."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.permissions import P
from sandbox.accounts import queries as people
from sandbox.accounts import services as accounts
from sandbox.accounts.passwords import hash_password
from sandbox.authorities.services import register_authorities
from sandbox.domain.packs import PolicyPack
from sandbox.kernel.actors import Actor, StaffRole, system_actor
from sandbox.kernel.files import FileStore
from sandbox.models import Person
from sandbox.models.people import AuthorityRole, OrganisationRole
from sandbox.web.demo.accounts import PASSWORD, address
from sandbox.web.demo.answers import Composer
from sandbox.web.demo.days import Days
from sandbox.web.demo.facts import fill, read

FOUNDER = system_actor(
    "demonstration",
    P.PERSON_ADMINISTER.value,
    P.ORGANISATION_CREATE.value,
    P.ORGANISATION_INVITE.value,
    P.ROUND_TABLE_REGISTER.value,
)
BEFORE_ALL = timedelta(days=5)


@dataclass(frozen=True)
class Company:
    """Hold an organisation that applies, with its two people."""

    id: UUID
    name: str
    owner: Actor
    member: Actor
    slots: Mapping[str, str]


@dataclass(frozen=True)
class Bench:
    """Hold an authority with its people."""

    code: str
    id: UUID
    head: Actor
    officers: tuple[Actor, ...]


@dataclass
class World:
    """Hold what all stories have in common."""

    session: Session
    pack: PolicyPack
    store: FileStore
    now: datetime
    password_hash: str = ""
    benches: dict[str, Bench] = field(default_factory=dict)
    caseworkers: tuple[Actor, ...] = ()
    publishers: tuple[Actor, ...] = ()
    turns: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.days = Days(self.now, self.pack)
        self.composer = Composer(self.pack)
        self.password_hash = self.password_hash or hash_password(PASSWORD)

    # --- people ----------------------------------------------------------------------------------

    def person(self, word: str, name: str, at: datetime) -> Person:
        """Return the person with an address, entered if need be."""
        known = people.find_person(self.session, address(word))
        return known or accounts.create_person(
            self.session,
            FOUNDER,
            email=address(word),
            name=name,
            password_hash=self.password_hash,
            now=at,
        )

    def actor(self, person: Person) -> Actor:
        """Return a person as the actor they are now."""
        self.session.flush()
        return people.actor_of(self.session, person)

    def gather(self, at: datetime) -> None:
        """Enter the secretariat and the authorities, or find them where they are known."""
        rows = register_authorities(self.session, FOUNDER, self.pack, now=at)
        self.session.flush()
        staff = [self._staff(each, at) for each in read("people")["staff"]]
        self.caseworkers = tuple(each for each in staff if StaffRole.CASEWORKER in each.staff)
        self.publishers = tuple(each for each in staff if StaffRole.PUBLISHER in each.staff)
        named = read("people")["authorities"]
        rng = Random("authorities")  # noqa: S311 - names, not secrets
        for code, authority in rows.items():
            known = named.get(code) or {
                "head": invented_name(rng),
                "officers": [invented_name(rng) for _ in range(3)],
            }
            head = self._seat(authority, f"head.{code.lower()}", known["head"], at, head=True)
            officers = tuple(
                self._seat(authority, f"officer{number}.{code.lower()}", name, at, head=False)
                for number, name in enumerate(known["officers"], start=1)
            )
            self.benches[code] = Bench(code, authority.id, head, officers)

    def _staff(self, each: Mapping[str, str], at: datetime) -> Actor:
        person = self.person(each["word"], each["name"], at)
        role = StaffRole(each["role"])
        if role not in self.actor(person).staff:
            accounts.grant_staff_role(self.session, FOUNDER, person, role=role, now=at)
        return self.actor(person)

    def _seat(self, authority: Any, word: str, name: str, at: datetime, *, head: bool) -> Actor:
        person = self.person(word, name, at)
        if authority.id not in self.actor(person).officer_of:
            role = AuthorityRole.HEAD if head else AuthorityRole.OFFICER
            accounts.join_authority(
                self.session, FOUNDER, person, authority=authority, role=role, now=at
            )
        return self.actor(person)

    def next_officer(self, code: str, unable: Collection[UUID]) -> Actor:
        """Return the officer of an authority whose turn it is, so that all have work."""
        able = [each for each in self.benches[code].officers if each.person_id not in unable]
        self.turns[code] = self.turns.get(code, 0) + 1
        return able[self.turns[code] % len(able)]

    # --- companies -------------------------------------------------------------------------------

    def found_company(self, known: Mapping[str, Any], at: datetime) -> Company:
        """Enter an organisation with an owner and, where one is named, a member."""
        owner = self.person(f"owner.{known['word']}", known["owner"], at)
        row = accounts.create_organisation(
            self.session,
            FOUNDER,
            name=known["implementer"],
            kind="company" if known["kind"] == "startup" else known["kind"],
            tax_id=known["tax_id"],
            state=known["place"],
            owner=owner,
            now=at,
        )
        acting = self.actor(owner)
        member = acting
        if known.get("member"):
            person = self.person(f"member.{known['word']}", known["member"], at)
            accounts.add_member(
                self.session,
                FOUNDER,
                row,
                person=person,
                role=OrganisationRole.MEMBER,
                now=at + timedelta(hours=2),
            )
            member = self.actor(person)
        return Company(row.id, row.name, acting, member, company_slots(known))


def company_slots(known: Mapping[str, Any]) -> dict[str, str]:
    """Return the words of texts that depend on who applies."""
    by_kind = read("organisations")["slots"]
    return {
        **by_kind.get(known["kind"], by_kind["other"]),
        "organisation": known["implementer"],
        "kind": known["kind"],
        "size": known["size"],
        "tax_id": known["tax_id"] or "",
        "contact": known["owner"],
        "email": address(f"owner.{known['word']}"),
        "place": known["place"],
    }


def invented_name(rng: Random) -> str:
    """Make up somebody."""
    names = read("people")
    first, second = rng.sample(names["surnames"], 2)
    return f"{rng.choice(names['given'])} {first} {second}"


def invented_company(rng: Random, word: str, kind: str, taken: set[str]) -> dict[str, Any]:
    """Make up an organisation whose name nobody has yet; `word` stands in its addresses."""
    names = read("people")
    while True:
        plant = rng.choice(names["organisation_words"])
        form = rng.choice(names["organisation_forms"][kind])
        where = rng.choice(names["organisation_places"])
        name = f"{fill(form, {'word': plant})} {where}"
        if name not in taken:
            break
    taken.add(name)
    letters = "".join(each for each in plant.upper() if "A" <= each <= "Z")[:3].ljust(3, "X")
    day = f"{rng.randint(0, 22):02d}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    ending = "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=3))
    pays_tax = kind in ("company", "startup")
    return {
        "implementer": name,
        "word": word,
        "kind": kind,
        "size": rng.choice(("micro", "small", "medium", "large")),
        "tax_id": f"{letters}{day}{ending}" if pays_tax else None,
        "place": "",
        "owner": invented_name(rng),
    }

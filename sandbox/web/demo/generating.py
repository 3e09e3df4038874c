"""Generate believable cases: a few of each plot told through the services, the others retold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID, uuid4

from sandbox.kernel import jobs, mail
from sandbox.kernel.actors import Actor
from sandbox.kernel.db import unit_of_work
from sandbox.models import Person
from sandbox.web.demo.accounts import address
from sandbox.web.demo.answers import TierOutOfReach
from sandbox.web.demo.facts import projects, read
from sandbox.web.demo.planning import Kind, Plan, make_plans
from sandbox.web.demo.plots import tell
from sandbox.web.demo.retelling import (
    CaseTale,
    Retold,
    Tale,
    Words,
    table_of,
    tale_of_company,
)
from sandbox.web.demo.story import Story
from sandbox.web.demo.world import Company, World, company_slots, invented_company

NEWEST_MAILS = 20
CASES_AT_ONCE = 50
FOUNDED_DAYS_AGO = 3600
FOUNDED_BEFORE_DAYS = 30
SHARE_KNOWN = 0.5  # of the cases, those of an organisation that has applied before
TELLINGS = {Kind.COMPLETED: 2, Kind.DECLINED: 2, Kind.ENDED_EARLY: 1, Kind.NOT_STARTED: 1}
USUAL_TELLINGS = 2
HALF = 0.5


class Generator:
    """Generate cases, the earliest first."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.seed = seed
        self.rng = Random(f"generator-{seed}")  # noqa: S311 - stories, not secrets
        self.retold = Retold(world.session)
        self.tales: dict[tuple[str, ...], list[CaseTale]] = {}
        self.companies: dict[str, list[Company]] = {}
        self.founding: dict[str, Founding] = {}
        self.taken: set[str] = set()
        self.places = _places(world)

    def run(self, count: int) -> Iterator[int]:
        """Generate cases in batches, each whole or not at all; give the number so far."""
        plans = make_plans(self.world.pack, count, self.seed)
        session = self.world.session
        for start in range(0, len(plans), CASES_AT_ONCE):
            batch = plans[start : start + CASES_AT_ONCE]
            with (
                unit_of_work(session),
                jobs.set_aside(session),
                mail.only_to_inboxes(session, newest=NEWEST_MAILS),
            ):
                if start == 0:
                    self.world.gather(self.world.days.moment(self.rng, FOUNDED_DAYS_AGO))
                for plan in batch:
                    self._one(plan)
                self.retold.write()
            yield start + len(batch)

    # --- one case --------------------------------------------------------------------------------

    def _one(self, plan: Plan) -> None:
        told = self.tales.setdefault(plan.plot, [])
        is_known = len(told) >= TELLINGS.get(plan.kind, USUAL_TELLINGS)
        if is_known and not plan.is_open:
            self._retell(plan, told[plan.number % len(told)])
            return
        story = self._tell(plan)
        if not plan.is_open:
            told.append(CaseTale(story))

    def _tell(self, plan: Plan) -> Story:
        company = self._company(plan, plan.applicant)
        self.retold.write()
        for chosen in (plan.project, *projects()):
            story = self._story(plan, company, chosen)
            try:
                tell(story, plan)
            except TierOutOfReach:
                continue  # This project's own answers never lead to the tier: another's do.
            return story
        raise TierOutOfReach(plan.tier)

    def _retell(self, plan: Plan, tale: CaseTale) -> None:
        company = self._company(plan, tale.story.company.slots["kind"])
        story = self._story(plan, company, tale.story.project)
        for fixed in ("participants", "start_date"):
            story.slots[fixed] = tale.story.slots[fixed]
        shift = tale.shift_for(plan.begins)
        tale.retell(self.retold, story, self._people(tale.story.company, company), shift)

    def _story(self, plan: Plan, company: Company, project: Mapping[str, Any]) -> Story:
        chance = Random(f"{self.seed}-{plan.number}-places")  # noqa: S311
        places = chance.sample(list(self.places), min(len(self.places), chance.choice((1, 1, 2))))
        placed = dict(project)
        placed["base_name"] = project.get("base_name", project["name"])
        if places:
            area = read("answers")["areas"].get(project["area"], {})
            among = f"{area.get('site', '')} de " if chance.random() < HALF else ""
            placed["name"] = f"{placed['base_name']} en {among}{self.places[places[0]]}"
        key = f"{self.seed}-{plan.number}"
        return Story(self.world, company, placed, plan.tier, key=key, places=",".join(places))

    def _people(self, former: Company, company: Company) -> dict[UUID, UUID]:
        """Say who stands in for whom: the applicant's people, and colleagues in turn."""
        pairs = {former.id: company.id}
        stand_in(pairs, [former.owner], [company.owner])
        turn = self.rng.randrange(len(self.world.caseworkers))
        stand_in(pairs, self.world.caseworkers, _turned(self.world.caseworkers, turn))
        turn = self.rng.randrange(len(self.world.publishers))
        stand_in(pairs, self.world.publishers, _turned(self.world.publishers, turn))
        for bench in self.world.benches.values():
            turn = self.rng.randrange(len(bench.officers))
            stand_in(pairs, bench.officers, _turned(bench.officers, turn))
        return pairs

    # --- organisations ---------------------------------------------------------------------------

    def _company(self, plan: Plan, kind: str) -> Company:
        """Return an organisation of this kind, known or founded shortly before it applies."""
        known = self.companies.setdefault(kind, [])
        if known and self.rng.random() < SHARE_KNOWN:
            return self.rng.choice(known)
        word = f"org{self.seed}-{plan.number}"
        facts = invented_company(self.rng, word, kind, self.taken)
        facts["place"] = self.rng.choice(list(self.places) or [""])
        at = self.world.days.moment(self.rng, plan.begins + FOUNDED_BEFORE_DAYS)
        if kind in self.founding:
            company = self._refound(self.founding[kind], facts, at)
        else:
            company = self.world.found_company(facts, at)
            tale = tale_of_company(self.world.session, company.id, company.owner.person_id)
            self.founding[kind] = Founding(tale, company, facts, at)
        known.append(company)
        return company

    def _refound(self, founding: "Founding", facts: Mapping[str, Any], at: datetime) -> Company:
        former = founding.company
        ids: dict[Any, Any] = {}
        texts = {
            former.name: facts["implementer"],
            former.owner.name: facts["owner"],
            address(f"owner.{founding.facts['word']}"): address(f"owner.{facts['word']}"),
            str(founding.facts["tax_id"]): str(facts["tax_id"]),
            founding.facts["place"]: facts["place"],
            founding.session_key: uuid4().hex,
        }
        words = Words(texts, {}, {}, {})
        for table, row in founding.tale.retell(ids, words, at - founding.at):
            self.retold.add(table, row)
        organisation_id: UUID = ids[former.id]
        owner = Actor(
            name=facts["owner"],
            person_id=ids[former.owner.person_id],
            language=former.owner.language,
            owner_of=frozenset({organisation_id}),
            member_of=frozenset({organisation_id}),
        )
        return Company(organisation_id, facts["implementer"], owner, owner, company_slots(facts))


@dataclass(frozen=True)
class Founding:
    """Hold how an organisation was founded, to found others like it."""

    tale: Tale
    company: Company
    facts: Mapping[str, Any]
    at: datetime

    @property
    def session_key(self) -> str:
        """Return the key that names the owner's sessions, of which each person has their own."""
        people = (row for table, row, _ in self.tale.rows if table is table_of(Person))
        return str(next(people)["fs_uniquifier"])


def stand_in(pairs: dict[UUID, UUID], former: Sequence[Actor], later: Sequence[Actor]) -> None:
    """Let each person stand in for another."""
    for old, new in zip(former, later, strict=True):
        if old.person_id is not None and new.person_id is not None:
            pairs[old.person_id] = new.person_id


def _turned(people: Sequence[Actor], turn: int) -> list[Actor]:
    return [*people[turn:], *people[:turn]]


def _places(world: World) -> Mapping[str, str]:
    """Map the places that the pack knows to their names, if it asks for places."""
    templates = read("answers")["questions"]
    language = world.pack.languages[0]
    for question in world.pack.questions.values():
        if templates.get(question.key, {}).get("common") == ["{places}"]:
            return {each.value: each.label.in_(language) for each in question.options}
    return {}

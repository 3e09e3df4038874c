"""Hold one application of the demonstration: whose it is, how it is worded, and its time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, Self
from uuid import UUID

from sandbox.domain.packs import Answers, PolicyPack
from sandbox.kernel.actors import Actor
from sandbox.models import Application
from sandbox.web.demo.facts import Words, read
from sandbox.web.demo.world import Company, World

START_KEY = "demonstration-"


class Telling:
    """Hold one case and the moment up to which it is told.

    Units: days are counted back from today. Time only moves on: a deed on the day of the one
    before follows it by minutes.
    """

    def __init__(
        self,
        world: World,
        company: Company,
        project: Mapping[str, Any],
        tier: str,
        *,
        key: str,
        places: str = "",
    ) -> None:
        self.world = world
        self.company = company
        self.project = project
        self.tier = tier
        self.key = key
        self.rng = Random(key)  # noqa: S311 - a story, not a secret
        self.at: datetime | None = None
        self.started = 0
        self.application: Application = None  # type: ignore[assignment]
        self.answers: Answers = {}
        self.lead = ""
        self.associates: tuple[str, ...] = ()
        self.named: dict[str, Actor] = {}
        self.declared: set[UUID] = set()
        self.recused: set[UUID] = set()
        self.slots = self._slots(places or company.slots["place"])
        self.words = Words(self.rng, self.slots)

    def _slots(self, places: str) -> dict[str, str]:
        areas = read("answers")["areas"]
        area = areas.get(self.project["area"]) or next(iter(areas.values()))
        least, most = {0: (40, 400), 1: (120, 900)}.get(self._rank, (40, 260))
        return {
            **area,
            "people": self.project.get("people", area["people"]),
            "participants": str(10 * self.rng.randint(least // 10, most // 10)),
            "places": places,
            **self.company.slots,
        }

    @property
    def _rank(self) -> int:
        return [each.key for each in self.world.pack.tiers].index(self.tier)

    @property
    def start_key(self) -> str:
        """Return the key that makes sure that the application is started once."""
        return f"{START_KEY}{self.key}"

    @property
    def pack(self) -> PolicyPack:
        """Return the rules under which the case goes."""
        return self.world.pack

    # --- time ------------------------------------------------------------------------------------

    def on(self, days_ago: int) -> Self:
        """Move on to a day, at an hour of work."""
        moment = self.world.days.moment(self.rng, days_ago)
        self.at = moment if self.at is None or moment > self.at else self._soon(self.at)
        return self

    def _soon(self, at: datetime) -> datetime:
        return min(at + timedelta(minutes=self.rng.randint(3, 25)), self.world.now)

    def tick(self) -> datetime:
        """Return the next moment, minutes after the deed before."""
        if self.at is None:
            raise AssertionError("A story begins on a day.")
        self.at = self._soon(self.at)
        return self.at

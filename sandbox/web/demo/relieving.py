"""Answer what the applications of the demonstration ask for in reliefs, on the day of the test."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random

from sandbox.domain.reliefs import ReliefWording, answerers, provision_of, sought_reliefs
from sandbox.domain.trials import latest_end
from sandbox.kernel.clock import local_day
from sandbox.models import Trial
from sandbox.trials import services
from sandbox.web.demo.facts import Words
from sandbox.web.demo.story import Story

SOON_DAYS = 12  # so soon the second relief of some tests ends, that somebody has to act
AHEAD_DAYS = 10  # so soon a draft begins
LONGEST_DAYS = 540
MOST_GRANTED = 2  # what is asked for beyond that is refused


def answer_reliefs(story: Story, trial: Trial, *, is_new: bool, runs: bool) -> None:
    """Draft what each row asks for and, unless the test has just been opened, decide on it.

    Shape: `runs` where the test stands open today.
    """
    # The rest of the story must not change with what is said here.
    state = story.rng.getstate()
    chance = Random(f"{trial.reference}: reliefs")  # noqa: S311 - texts, not secrets
    words = Words(chance, story.slots)
    for number, row in enumerate(sought_reliefs(story.pack, story.answers), start=1):
        wording = _wording(story, trial, row, words)
        if is_new:
            # Whoever tries to grant the draft can: no relief begins in the past.
            ahead = story.world.days.today + timedelta(days=AHEAD_DAYS)
            wording = replace(wording, starts_on=ahead)
        # Not of every test, or all would end on one day.
        is_near = runs and number == MOST_GRANTED and len(trial.title) % 3 == 0
        if is_near and wording.ends_on is not None:
            soon = story.world.days.today + timedelta(days=SOON_DAYS)
            wording = replace(wording, ends_on=min(wording.ends_on, soon))
        _answer(story, trial, number, wording, words=words, is_new=is_new)
    story.rng.setstate(state)


def _answer(
    story: Story, trial: Trial, number: int, wording: ReliefWording, *, words: Words, is_new: bool
) -> None:
    session = story.world.session
    row = sought_reliefs(story.pack, story.answers)[number - 1]
    today = local_day(trial.opened_at, story.pack.calendar.timezone)
    able = answerers(story.pack, row, story.codes, today)
    officer = story.named[next(code for code in story.codes if code in able)]
    relief = services.draft_relief(
        session, officer, trial, wording=wording, sought=number, now=story.tick()
    )
    if is_new:
        return
    if number > MOST_GRANTED:
        services.refuse_relief(
            session,
            officer,
            trial,
            number=relief.number,
            expected_version=1,
            reason=words.deed("reliefs", "refused"),
            now=story.tick(),
        )
        return
    services.grant_relief(
        session, officer, trial, number=relief.number, expected_version=1, now=story.tick()
    )


def _wording(story: Story, trial: Trial, row: Mapping[str, str], words: Words) -> ReliefWording:
    begins = local_day(trial.opened_at, story.pack.calendar.timezone)
    tier = story.pack.tier(trial.tier)
    return ReliefWording(
        kind=row["kind"],
        provision=provision_of(story.pack, row, story.company.owner.language),
        scope=row["asked"],
        conditions=words.deed("reliefs", "conditions"),
        neutrality=words.deed("reliefs", "neutrality"),
        starts_on=begins,
        ends_on=min(
            latest_end(tier, tier.stages[0].key, begins, 0),
            begins + timedelta(days=LONGEST_DAYS),
        ),
    )

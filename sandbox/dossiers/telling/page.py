"""Put the chapters together: the page that a judge opens without the platform."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask import current_app
from flask_babel import gettext as _

from sandbox.applications.wording import refusal_names
from sandbox.dossiers.gathering import (
    Case,
    Gathered,
)
from sandbox.dossiers.labels import READER
from sandbox.dossiers.telling.application import tell_correspondence, tell_submissions
from sandbox.dossiers.telling.deciding import tell_authorities, tell_decision, tell_hearings
from sandbox.dossiers.telling.parts import Fact, Part, facts_of, instant_of
from sandbox.dossiers.telling.trial import tell_trial
from sandbox.kernel.language import language_tag
from sandbox.packs import active


@dataclass(frozen=True, slots=True)
class Chapter:
    """Hold what the page tells under one heading."""

    title: str
    parts: tuple[Part, ...]


def tell_page(case: Case, found: Gathered) -> bytes:
    """Write the page, in the language of the case."""
    language = case.application.language
    told = found.told["case.json"]
    chapters = (
        Chapter(_("What was sent"), tuple(tell_submissions(case, found, language))),
        Chapter(_("Correspondence"), tuple(tell_correspondence(case, found, language))),
        Chapter(_("The authorities"), tuple(tell_authorities(case, found, language))),
        Chapter(_("Before the decision"), tuple(tell_hearings(case, language))),
        Chapter(_("Decision"), tuple(tell_decision(case, found, language))),
        Chapter(_("The test"), tuple(tell_trial(case, found, language))),
        Chapter(_("History"), tuple(_history(case, found))),
    )
    text = current_app.jinja_env.get_template("dossiers/archive.html").render(
        tag=language_tag(),
        title=_("Dossier of the case %(reference)s", reference=told["reference"]),
        programme=case.pack.programme.title.in_(language),
        head=tuple(_head(case, found, told)),
        chapters=[chapter for chapter in chapters if chapter.parts],
        entries=found.entries(),
    )
    return text.encode()


def _head(case: Case, found: Gathered, told: Mapping[str, Any]) -> Iterator[Fact]:
    reader = str(READER[found.reader.kind.value])
    if found.reader.authorities:
        reader = f"{reader} ({', '.join(found.reader.authorities)})"
    yield from facts_of(
        (_("Title"), told["title"]),
        (_("Organisation"), told["organisation"]),
        (_("Status"), told["status"]),
        (_("Received"), instant_of(told["submitted_at"])),
        (_("Rules"), f"{case.application.pack_code} {case.application.pack_version}"),
        (_("Made for"), reader),
    )


def _history(case: Case, found: Gathered) -> Iterator[Part]:
    say = cast("Callable[[str], object]", current_app.jinja_env.globals["deed_sentence"])
    lines = []
    for row in found.told["history.json"]:
        by = row["authority"] or (_("The platform") if row["by_platform"] else row["person"])
        said = f"{say(row['deed'])} · {by}" if by else say(row["deed"])
        rules = active.find_pack_then(case.application, row["pack_version"])
        names = refusal_names(rules, row["refusal_codes"])
        lines.append(
            (instant_of(row["at"]), "\n".join(filter(None, (str(said), row["reason"], names))))
        )
    yield Part("", facts_of(*lines))

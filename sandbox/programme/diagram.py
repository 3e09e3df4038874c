"""Draw the stage plans of a pack: stages in a row, what each gate asks for below, fit for print."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from sandbox.applications.wording import read
from sandbox.domain.packs import PolicyPack, RequirementSpec, StageSpec, TierSpec, Who
from sandbox.kernel.language import current_language
from sandbox.programme.words import party_words
from sandbox.trials.sentences import cap_words

# Units: points of the drawing.
MARGIN = 24
BOX = 232
BETWEEN = 28
LINE = 17
PADDING = 12
TITLE = 64
# A letter of the drawing's text is about half as wide as it is high.
LETTERS = (BOX - 2 * PADDING) // 7
WIDE_LETTERS = 110
FEWEST_BOXES = 3


@dataclass(frozen=True, slots=True)
class Line:
    """Write one line of text in a box, or the first one of an item."""

    y: int
    text: str
    kind: str  # heading, fact, party, item


@dataclass(frozen=True, slots=True)
class Box:
    """Draw one stage with its gate; the last box of a row is the end of the test."""

    x: int
    y: int
    height: int
    gate_y: int | None
    is_live: bool
    is_end: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Draw one tier."""

    y: int
    name: str
    summary: tuple[Line, ...]
    boxes: tuple[Box, ...]


def diagram(pack: PolicyPack, tiers: Sequence[TierSpec]) -> str:
    """Return the stage plans of some tiers of a pack as one SVG, in the reader's language."""
    rows: list[Row] = []
    y = MARGIN + TITLE
    for tier in tiers:
        row, y = _row(tier, y, pack.currency)
        rows.append(row)
    boxes = max((len(row.boxes) for row in rows), default=0)
    width = 2 * MARGIN + max(boxes, FEWEST_BOXES) * (BOX + BETWEEN) - BETWEEN
    return render_template(
        "programme/diagram.svg",
        rows=rows,
        width=width,
        height=y,
        box_width=BOX,
        between=BETWEEN,
        margin=MARGIN,
        padding=PADDING,
        language=current_language(),
        title=_(
            "%(programme)s: stages and gates, version %(version)s",
            programme=read(pack.programme.short_title),
            version=pack.version,
        ),
    )


def _row(tier: TierSpec, y: int, currency: str) -> tuple[Row, int]:
    summary = tuple(
        Line(y + 24 + number * LINE, text, "fact")
        for number, text in enumerate(textwrap.wrap(read(tier.summary), WIDE_LETTERS))
    )
    top = y + 24 + (len(summary) + 1) * LINE
    boxes = [
        _box(
            place,
            top,
            stage_facts(stage, currency),
            stage.gate,
            name=read(stage.name),
            is_live=stage.live,
        )
        for place, stage in enumerate(tier.stages)
    ]
    if tier.stages:
        place, name = len(tier.stages), _("Completed")
        boxes.append(_box(place, top, [], tier.completion, name=name, is_end=True))
    tallest = max((box.height for box in boxes), default=0)
    boxes = [
        Box(each.x, each.y, tallest, each.gate_y, each.is_live, each.is_end, each.lines)
        for each in boxes
    ]
    return Row(y, read(tier.name), summary, tuple(boxes)), top + tallest + 3 * LINE


def _box(
    place: int,
    top: int,
    facts: Sequence[str],
    gate: Sequence[RequirementSpec],
    *,
    name: str,
    is_live: bool = False,
    is_end: bool = False,
) -> Box:
    lines: list[Line] = []
    y = top + PADDING + LINE
    for kind, text in [("heading", name), *(("fact", fact) for fact in facts)]:
        y = _write(lines, y, text, kind)
    gate_y = y + 6 if gate else None
    if gate:
        y = _write(lines, y + LINE + 10, _("To get here:"), "fact")
    party = ""
    for requirement in sorted(gate, key=_party_order):
        by = party_words(requirement.kind, requirement.by)
        if by != party:
            party = by
            y = _write(lines, y + 6, f"{by[:1].upper()}{by[1:]}:", "party")
        y = _write(lines, y, requirement_words(requirement), "item")
    x = MARGIN + place * (BOX + BETWEEN)
    return Box(x, top, y - top, gate_y, is_live, is_end, tuple(lines))


def _party_order(requirement: RequirementSpec) -> tuple[int, str]:
    """Order requirements so that those of one party stand together."""
    words = party_words(requirement.kind, requirement.by)
    return list(Who).index(requirement.by), words


def _write(lines: list[Line], y: int, text: str, kind: str) -> int:
    letters = LETTERS - 2 if kind in ("heading", "item") else LETTERS
    for number, part in enumerate(textwrap.wrap(text, letters, break_on_hyphens=False) or [""]):
        lines.append(Line(y, part, kind if number == 0 or kind != "item" else "more"))
        y += LINE
    return y


def stage_facts(stage: StageSpec, currency: str) -> list[str]:
    """Say how long a stage may last, who takes part and how often it is reported on."""
    facts = [
        ngettext("%(num)d day at most", "%(num)d days at most", stage.max_days),
    ]
    if stage.live:
        facts.append(_("With real participants"))
    facts += cap_words(stage, currency)
    if stage.report_every_days is not None:
        facts.append(
            ngettext("A report every day", "A report every %(num)d days", stage.report_every_days)
        )
    return facts


def requirement_words(requirement: RequirementSpec) -> str:
    """Say what a gate asks for, with what is special about it."""
    words = read(requirement.label)
    if requirement.persons > 1:
        several = requirement.by in (Who.ASSOCIATES, Who.EVERY_AUTHORITY)
        words += " " + (
            _("(%(count)d persons of each)", count=requirement.persons)
            if several
            else _("(%(count)d persons)", count=requirement.persons)
        )
    if requirement.may_be_waived:
        words += " " + _("(may be waived)")
    return words

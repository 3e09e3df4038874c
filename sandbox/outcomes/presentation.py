"""Turn a report's frozen facts into the rows that its page and its PDF both show."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from sandbox.domain.packs import PolicyPack
from sandbox.kernel.language import current_language

Format = Any  # a function from a value to text


@dataclass(frozen=True, slots=True)
class MetricRow:
    """Show one metric against its target."""

    name: str
    target: str
    result: str
    level: str
    level_label: str
    readings: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ReportView:
    """Hold a report in one reader's language."""

    facts: tuple[tuple[str, str], ...]
    stages: tuple[tuple[str, str, str, str], ...]
    metrics: tuple[MetricRow, ...]
    conditions: tuple[str, ...]
    sections: tuple[tuple[str, str], ...]
    lessons: tuple[tuple[str, str], ...]
    recommendations: tuple[tuple[str, str], ...]
    authorities: tuple[str, ...]  # the codes of all that the facts name


def level_label(level: str | None) -> str:
    """Return the words for how a reading compares with its thresholds."""
    words = {
        "within": _("Within the target"),
        "warning": _("Warning"),
        "breach": _("Breach"),
    }
    return str(words.get(level or "", _("No readings")))


def outcome_label(outcome: str) -> str:
    """Return the words for how the application had been decided."""
    words = {
        "admitted": _("Admitted"),
        "admitted_with_conditions": _("Admitted with conditions"),
        "declined": _("Declined"),
        "redirected": _("Sent elsewhere"),
    }
    return str(words[outcome])


def view_of(report: Any, facts: Mapping[str, Any], pack: PolicyPack, day: Format) -> ReportView:
    """Prepare a report for reading; `day` writes a date in the reader's language."""
    language = current_language()
    return ReportView(
        facts=tuple(_facts(facts, language, day)),
        stages=tuple(_stage(stage, language, day) for stage in facts["stages"]),
        metrics=tuple(_metric(metric, language, day) for metric in facts["metrics"]),
        conditions=tuple((facts["decision"] or {}).get("conditions", ())),
        sections=tuple(
            (spec.title.in_(language), report.sections[spec.key])
            for spec in pack.report_sections
            if report.sections.get(spec.key)
        ),
        lessons=tuple(
            (spec.name.in_(language), report.lessons[spec.code])
            for spec in pack.principles
            if report.lessons.get(spec.code)
        ),
        recommendations=tuple(
            (spec.name.in_(language), report.recommendations[spec.code])
            for spec in pack.stakeholders
            if report.recommendations.get(spec.code)
        ),
        authorities=tuple(dict.fromkeys(_codes(facts))),
    )


def _codes(facts: Mapping[str, Any]) -> Iterator[str]:
    for entry in facts["authorities"]:
        yield entry["code"]
    for entry in facts["suspensions"]:
        if entry["authority"]:
            yield entry["authority"]


def _name(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or next(iter(names.values()), "")


def _on(text: str | None, day: Format) -> str:
    return "—" if text is None else str(day(date.fromisoformat(text)))


def _facts(facts: Mapping[str, Any], language: str, day: Format) -> list[tuple[str, str]]:
    rows = [
        (_("Reference"), facts["reference"]),
        (_("Organisation"), facts["organisation"]),
        (_("Risk tier"), _name(facts["tier"]["name"], language)),
        (_("Authorities"), ", ".join(_authority(entry) for entry in facts["authorities"])),
        (_("Test opened"), _on(facts["opened_on"], day)),
        (_("Test ended"), _on(facts["ended_on"], day)),
        (_("Participants at most"), str(facts["participants"])),
        (_("Incidents"), _incidents(facts["incidents"])),
        (_("Suspensions"), _suspensions(facts["suspensions"], day)),
    ]
    if facts["exit_kind"]:
        rows.append((_("How it ended"), _name(facts["exit_kind"]["name"], language)))
    if facts["decision"]:
        rows.insert(4, (_("Decision"), outcome_label(facts["decision"]["outcome"])))
    return rows


def _authority(entry: Mapping[str, str]) -> str:
    role = _("lead") if entry["role"] == "lead" else _("associate")
    return f"{entry['code']} ({role})"


def _incidents(incidents: list[Mapping[str, Any]]) -> str:
    if not incidents:
        return str(_("No incident"))
    serious = sum(1 for incident in incidents if incident["serious"])
    # Not inside an f-string: the collector of texts does not look into those.
    counted = ngettext("%(num)s incident", "%(num)s incidents", len(incidents))
    grave = ngettext("%(num)s of them serious", "%(num)s of them serious", serious)
    return f"{counted}, {grave}"


def _suspensions(suspensions: list[Mapping[str, Any]], day: Format) -> str:
    if not suspensions:
        return str(_("No suspension"))
    parts = [
        _(
            "%(begin)s to %(end)s, by %(who)s",
            begin=_on(entry["suspended_on"], day),
            end=_on(entry["resumed_on"], day),
            who=_suspender(entry),
        )
        for entry in suspensions
    ]
    return "; ".join(parts)


def _suspender(entry: Mapping[str, Any]) -> str:
    if entry["by_company"]:
        return str(_("the company"))
    return str(entry["authority"] or _("the rules of the programme"))


def _stage(stage: Mapping[str, Any], language: str, day: Format) -> tuple[str, str, str, str]:
    days = "—" if stage["days"] is None else str(stage["days"])
    return (
        _name(stage["name"], language),
        _on(stage["entered_on"], day),
        _on(stage["left_on"], day),
        days,
    )


def _metric(metric: Mapping[str, Any], language: str, day: Format) -> MetricRow:
    unit = _name(metric["unit"], language)
    sign = "≤" if metric["direction"] == "at_most" else "≥"
    return MetricRow(
        name=_name(metric["name"], language),
        target=f"{sign} {metric['target']} {unit}",
        result="—" if metric["last"] is None else f"{metric['last']} {unit}",
        level=metric["level"] or "none",
        level_label=level_label(metric["level"]),
        readings=tuple(
            (_on(reading["on"], day), f"{reading['value']} {unit}", level_label(reading["level"]))
            for reading in metric["readings"]
        ),
    )

"""Tell what became of the test, with its reliefs and reports."""

from collections.abc import Iterator

from flask_babel import gettext as _

from sandbox.dossiers.gathering import (
    Case,
    Gathered,
)
from sandbox.dossiers.telling.parts import Part, day_of, facts_of, instant_of
from sandbox.kernel.statuses import trial_label


def tell_trial(case: Case, found: Gathered, language: str) -> Iterator[Part]:
    """Tell the course of the test: its plan, incidents, suspensions, reports and reliefs."""
    told = found.told.get("trial/trial.json")
    if told is None:
        return
    pack = case.pack
    yield Part(
        told["reference"],
        facts_of(
            (_("Title"), told["title"]),
            (_("Risk tier"), pack.tier(told["tier"]).name.in_(language)),
            (_("Status"), trial_label(told["status"]).label),
            (_("Opened"), instant_of(told["opened_at"])),
            (_("Ended"), instant_of(told["ended_at"])),
        ),
        tuple((path, path) for path in found.told if path.startswith("trial/")),
    )
    labels = {spec.key: spec.label.in_(language) for spec in pack.plan_fields}
    plan = found.told["trial/plan.json"]["fields"]
    yield Part(
        _("Plan of the test"),
        facts_of(*((labels.get(key, key), text) for key, text in sorted(plan.items()))),
    )
    classes = {spec.key: spec.name.in_(language) for spec in pack.incident_classes}
    for each in found.told["trial/incidents.json"]:
        yield Part(
            classes.get(each["class_key"], each["class_key"]),
            facts_of(
                (_("Opened"), instant_of(each["opened_at"])),
                (_("What happened"), each["what_happened"]),
                (_("Complete report"), each["complete_report"]),
                (_("Answer of the lead authority"), each["reaction"]),
                (_("Corrected"), each["correction"]),
            ),
        )
    for each in found.told["trial/suspensions.json"]:
        yield Part(
            _("Suspended"),
            facts_of(
                (_("Since"), instant_of(each["suspended_at"])),
                (_("Until"), instant_of(each["resumed_at"])),
                (_("Authority"), each["authority"]),
                (_("Reason"), each["reason"]),
            ),
        )
    for each in found.told["trial/reports.json"]:
        yield Part(
            _("Report %(number)s", number=each["number"]),
            facts_of(
                (_("Received"), instant_of(each["submitted_at"])),
                (_("Text"), each["narrative"]),
                (_("Remark"), each["remark"]),
            ),
        )
    for each in found.told["trial/final-reports.json"]:
        yield Part(
            _("Final report of the company"),
            facts_of((_("Received"), instant_of(each["submitted_at"])), (_("Text"), each["text"])),
            ((each["path"], each["name"]),) if "path" in each else (),
        )

    yield from _reliefs(case, found, language)
    sections = {spec.key: spec.title.in_(language) for spec in pack.report_sections}
    for path in sorted(path for path in found.told if path.startswith("trial/outcome-")):
        report = found.told[path]
        yield Part(
            _("Outcome report"),
            facts_of(
                (_("Title"), report["title"]),
                (_("Published"), instant_of(report["published_at"])),
                *((sections.get(key, key), text) for key, text in report["sections"].items()),
            ),
            ((path, _("As data")),),
        )


def _reliefs(case: Case, found: Gathered, language: str) -> Iterator[Part]:
    kinds = {spec.key: spec.name.in_(language) for spec in case.pack.relief_kinds}
    for each in found.told["trial/reliefs.json"]:
        yield Part(
            _("Relief %(number)s", number=each["number"]),
            facts_of(
                (_("Authority"), each["authority"]),
                (_("Relief"), kinds.get(each["kind"], each["kind"])),
                (_("Provision"), each["provision"]),
                (_("What it allows"), each["scope"]),
                (_("Conditions"), each["conditions"]),
                (_("First day"), day_of(each["starts_on"])),
                (_("Last day"), day_of(each["ends_on"])),
                (_("Decided"), instant_of(each["decided_at"])),
                (_("Reason"), each["reason"] or each["end_reason"]),
            ),
        )

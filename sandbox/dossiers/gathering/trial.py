"""Gather what a reader may read of a sandbox test, from its plan to its outcome reports."""

from collections.abc import Mapping
from uuid import UUID

from sandbox.access.checks import grants
from sandbox.access.permissions import P
from sandbox.domain.outcomes import ReportStatus
from sandbox.dossiers import queries
from sandbox.dossiers.gathering.holding import Case, Gathered, fields_of
from sandbox.models import Trial
from sandbox.packs import active
from sandbox.trials import queries as trials

_SPOKEN = frozenset({"approval", "refusal", "refusal_withdrawn", "waiver"})


def tell_trial(case: Case, found: Gathered, trial: Trial) -> None:
    """Tell all that is on record of a test."""
    pack = active.pack_of(trial)
    file = trials.read_file(case.session, trial, pack, case.now)
    codes = {line.id: line.code for line in queries.list_authorities(case.session)}
    opened = ("reference", "title", "tier", "tiering", "status", "stage", "exit_kind")
    dates = ("opened_at", "ended_at", "plan_agreed_at", "pack_code", "pack_version")
    found.tell(
        "trial/trial.json",
        {
            **fields_of(trial, *opened, *dates),
            "stages": [
                fields_of(each, "sequence", "key", "entered_at", "left_at") for each in file.stages
            ],
            "start_conditions": [
                fields_of(file.conditions[key], "key", "state", "note", "set_at")
                for key in sorted(file.conditions)
            ],
        },
    )
    found.tell(
        "trial/plan.json",
        {
            **fields_of(file.plan, "version", "fields", "saved_at"),
            "agreements": [fields_of(each, "party", "agreed_at") for each in file.agreements],
        },
    )
    _tell_gates(case, found, file)
    _tell_monitoring(found, file, codes)
    _tell_final_reports(found, file)
    _tell_reliefs(case, found, file)
    _tell_outcomes(case, found, trial)


def _tell_gates(case: Case, found: Gathered, file: trials.TrialFile) -> None:
    sizes = queries.map_sizes(case.session, file.trial.id)
    told = []
    for row in file.evidence:
        said = row.note if row.kind in _SPOKEN and not row.is_recused else ""
        line = fields_of(row, "stage", "requirement", "kind", "authority", "given_at")
        if row.kind == "document":
            path = found.place(row.sha256, sizes[row.id], row.filename)
            line |= {"name": row.filename, "sha256": row.sha256, "path": path}
        told.append({**line, "note": said})
    parts = ("stage", "requirement", "asked_on", "due_on", "silence", "settled_at", "parties")
    terms = [fields_of(term, *parts) for term in file.terms]
    found.tell("trial/gates.json", {"evidence": told, "terms": terms})


def _tell_monitoring(found: Gathered, file: trials.TrialFile, codes: Mapping[UUID, str]) -> None:
    stages = {stage.id: stage.key for stage in file.stages}
    reported = ("number", "due_on", "narrative", "participants", "places", "amount_each")
    judged = ("amount_total", "state", "remark", "submitted_at", "judged_at")
    found.tell(
        "trial/reports.json",
        [
            {
                **fields_of(each, *reported, *judged),
                "stage": stages.get(each.stage_id, ""),
                "readings": [
                    fields_of(reading, "metric", "value", "measured_on", "level")
                    for reading in file.readings
                    if reading.report_id == each.id
                ],
            }
            for each in file.reports
        ],
    )
    told = ("class_key", "serious", "what_happened", "persons_affected", "known_at", "opened_at")
    due = ("due_at", "complete_due_at", "complete_report", "completed_at", "reaction_due_at")
    done = ("reaction", "reacted_at", "correction", "closed_at")
    found.tell(
        "trial/incidents.json", [fields_of(each, *told, *due, *done) for each in file.incidents]
    )
    stopped = ("by_company", "ground", "reason", "suspended_at", "resumed_at")
    found.tell(
        "trial/suspensions.json",
        [
            {
                **fields_of(each, *stopped),
                "authority": codes.get(each.authority_id, "") if each.authority_id else "",
            }
            for each in file.suspensions
        ],
    )


def _tell_final_reports(found: Gathered, file: trials.TrialFile) -> None:
    told = []
    for each in file.final_reports:
        line = fields_of(each, "number", "text", "submitted_at")
        if each.sha256 is not None:
            name = each.filename or ""
            path = found.place(each.sha256, each.size or 0, name)
            line |= {"name": name, "sha256": each.sha256, "path": path}
        told.append(line)
    found.tell("trial/final-reports.json", told)


def _tell_reliefs(case: Case, found: Gathered, file: trials.TrialFile) -> None:
    lines = trials.list_reliefs(case.session, file.trial, file.pack, file.today, actor=case.actor)
    worded = ("number", "sought", "kind", "provision", "scope", "conditions", "neutrality")
    settled = ("starts_on", "ends_on", "verdict", "reason", "decided_at", "ended_on", "end_reason")
    found.tell(
        "trial/reliefs.json",
        [
            {
                "authority": line.authority,
                "extends": line.extends,
                **fields_of(line.relief, *worded, *settled),
            }
            for line in lines
        ],
    )


def _tell_outcomes(case: Case, found: Gathered, trial: Trial) -> None:
    public = ("edition", "slug", "title", "language", "status", "sections", "lessons")
    more = ("recommendations", "facts", "published_at", "content_hash")
    inner = ("consent", "consent_reason", "consent_at")
    for report in queries.list_outcomes(case.session, trial.id):
        asked = (P.OUTCOME_READ, P.OUTCOME_CONSENT)
        is_inside = bool(grants(case.session, case.actor, asked, report))
        if not is_inside and report.status != ReportStatus.PUBLISHED.value:
            continue
        hidden = inner if is_inside else ()
        found.tell(
            f"trial/outcome-{report.edition}.json", fields_of(report, *public, *more, *hidden)
        )

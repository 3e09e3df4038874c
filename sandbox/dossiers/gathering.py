"""Gather everything that a reader may read of a case, as the entries of one archive.

Each part is asked of the slice that shows it on a page, with the reader's own rights: what no page
shows to a reader is in no dossier of theirs. Nothing in it hangs on the moment at which it is made,
so that the same case gives the same reader the same bytes.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.checks import grants, require
from sandbox.access.permissions import P
from sandbox.applications import queries as applications
from sandbox.applications.receipts import receipt_pdf
from sandbox.authorities.queries import applied_codes
from sandbox.coordination import letters
from sandbox.coordination import queries as coordination
from sandbox.domain.dossiers import DossierIndex, Entry, ReaderKind, entry_of
from sandbox.domain.outcomes import ReportStatus
from sandbox.domain.packs import PolicyPack
from sandbox.domain.refusals import NotPossible, Why
from sandbox.dossiers import queries
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.files import CONTENT_TYPES
from sandbox.kernel.mail import render_mail
from sandbox.kernel.statuses import application_label
from sandbox.models import Application, CaseDossier, Decision, Trial
from sandbox.packs import active
from sandbox.trials import queries as trials

_SPOKEN = frozenset({"approval", "refusal", "refusal_withdrawn", "waiver"})
_ENDINGS = frozenset(CONTENT_TYPES)
_PERMISSIONS = (
    P.GUIDANCE_READ,
    P.NOTE_KEEP,
    P.QUESTION_SUGGEST,
    P.APPLICATION_REQUEST_INFORMATION,
    P.APPLICATION_REVIEW,
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Say as what somebody reads a case. Shape: `authorities` are the codes of their own on it."""

    kind: ReaderKind
    authorities: tuple[str, ...]

    @property
    def is_inside(self) -> bool:
        """Tell whether the reader belongs to the secretariat or to an authority on the case."""
        return self.kind is not ReaderKind.COMPANY


@dataclass
class Gathered:
    """Hold the entries of a dossier: texts at hand, and files by the hash they are stored under."""

    reader: Reader
    told: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, Entry] = field(default_factory=dict)

    def tell(self, path: str, content: Any) -> None:
        """Add what is known as an entry in JSON."""
        self.told[path] = content = plain(content)
        text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)
        self.texts[path] = f"{text}\n".encode()

    def place(self, sha256: str, size: int, name: str) -> str:
        """Add a stored file, the same content once, and return where it stands."""
        ending = PurePosixPath(name).suffix.lower().removeprefix(".")
        path = f"files/{sha256}.{ending if ending in _ENDINGS else 'bin'}"
        self.files.setdefault(path, Entry(path, size, sha256, name))
        return path

    def entries(self) -> tuple[Entry, ...]:
        """Return all entries but the index, in the order of the archive."""
        found = [entry_of(path, content) for path, content in self.texts.items()]
        return tuple(sorted((*found, *self.files.values()), key=lambda entry: entry.path))


def plain(value: Any) -> Any:
    """Return a value as JSON can say it, the same each time."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return str(value)
        case Decimal():
            return format(value.normalize(), "f")
        case datetime() | date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case _ if isinstance(value, float):
            return value
        case _ if isinstance(value, Sequence):
            return [plain(item) for item in value]
    raise TypeError(value)


def fields_of(row: Any, *names: str) -> dict[str, Any]:
    """Return the named parts of a row."""
    return {name: getattr(row, name) for name in names}


@dataclass(frozen=True, slots=True)
class Case:
    """Hold what every part of a dossier is gathered with."""

    session: Session
    actor: Actor
    application: Application
    pack: PolicyPack
    now: datetime


def read_as(case: Case) -> tuple[Reader, coordination.Panel | None]:
    """Say as what the actor reads a case. Raises: Denied; NotPossible before a declaration."""
    require(case.session, case.actor, P.DOSSIER_ASK, case.application)
    panel = coordination.case_panel(case.session, case.actor, case.application, case.pack, case.now)
    if panel is not None and panel.viewer is coordination.Viewer.AUTHORITY:
        if not panel.has_declared:
            raise NotPossible(Why.CONFLICT_NOT_DECLARED)
        own = tuple(sorted(line.code for line in panel.lines if line.is_own))
        return Reader(ReaderKind.AUTHORITY, own), panel
    is_staff = StaffRole.CASEWORKER in case.actor.staff
    return Reader(ReaderKind.SECRETARIAT if is_staff else ReaderKind.COMPANY, ()), panel


def is_made_for(dossier: CaseDossier, reader: Reader) -> bool:
    """Tell whether a dossier was made for what somebody is now."""
    return (dossier.reader, tuple(dossier.authorities)) == (
        reader.kind.value,
        reader.authorities,
    )


def gather(case: Case) -> Gathered:
    """Gather a dossier but for its index and the page that tells it in words."""
    reader, panel = read_as(case)
    found = Gathered(reader)
    granted = grants(case.session, case.actor, _PERMISSIONS, case.application)
    _tell_case(case, found)
    _tell_submissions(case, found)
    _tell_correspondence(case, found, granted)
    if panel is not None:
        _tell_authorities(found, panel)
    _tell_judging(case, found, granted)
    _tell_decision(case, found)
    trial = queries.find_trial(case.session, case.application.id)
    if trial is not None and grants(case.session, case.actor, (P.TRIAL_READ,), trial):
        _tell_trial(case, found, trial)
    _tell_history(case, found)
    return found


def index_of(case: Case, found: Gathered, address: str) -> DossierIndex:
    """Return the index of what was gathered."""
    application, programme = case.application, case.pack.programme
    language = application.language
    return DossierIndex(
        case={
            "reference": application.reference or "",
            "title": application.title,
            "organisation": application.organisation.name,
            "language": language,
            "status": found.told["case.json"]["status"],
        },
        origin={
            "programme": programme.title.in_(language),
            "operator": programme.operator.in_(language),
            "address": address,
        },
        rules={
            "code": application.pack_code,
            "version": application.pack_version,
            "fingerprint": queries.find_fingerprint(
                case.session, application.pack_code, application.pack_version
            ),
        },
        reader=found.reader.kind.value,
        authorities=list(found.reader.authorities),
        as_of=queries.last_deed_at(case.session, application.id).isoformat(),
        entries=found.entries(),
    )


# --- the parts ------------------------------------------------------------------------------------


def _tell_case(case: Case, found: Gathered) -> None:
    application = case.application
    label = application_label(application.status, application.outcome, case.actor)
    times = ("submitted_at", "decided_at", "clock_started_on", "answer_due_on", "call_key")
    found.tell(
        "case.json",
        {
            **fields_of(application, "reference", "title", "language", "outcome", *times),
            "organisation": application.organisation.name,
            "status": str(label.label),
            "rules": fields_of(application, "pack_code", "pack_version"),
            "clock_stops": [
                {"started_on": stop.started_on, "ended_on": stop.ended_on, "reason": stop.reason}
                for stop in applications.list_stops(case.session, application.id)
            ],
        },
    )


def submissions_of(case: Case) -> Iterator[applications.SubmissionRow]:
    """Give each submission of a case, as it was sent, the first one first."""
    for line in applications.list_submissions(case.session, case.application.id):
        yield applications.get_submission(
            case.session, case.actor, case.application.id, line.number
        )


def _tell_submissions(case: Case, found: Gathered) -> None:
    for sent in submissions_of(case):
        files = [
            {
                "question": file.question,
                "name": file.filename,
                "sha256": file.sha256,
                "size": file.size,
                "path": found.place(file.sha256, file.size, file.filename),
            }
            for file in sent.files
        ]
        # The hash is taken of `content` alone, as the receipt says it.
        found.tell(
            f"submissions/{sent.number}.json",
            {
                **fields_of(sent, "number", "content_hash", "submitted_at", "submitted_by"),
                "content": sent.content,
                "files": files,
            },
        )
        pack = active.pack_then(case.application, sent.pack_version)
        ended = applied_codes(case.session, before=sent.submitted_at)
        found.texts[f"letters/receipt-{sent.number}.pdf"] = receipt_pdf(
            case.application, pack, sent, ended
        )


def _tell_correspondence(case: Case, found: Gathered, granted: frozenset[P]) -> None:
    session, application = case.session, case.application
    codes = {line.id: line.code for line in queries.list_authorities(session)}
    parts = ("number", "reasons", "general", "returned_at", "due_on", "answered_at")
    found.tell(
        "correspondence/returns.json",
        [fields_of(each, *parts) for each in applications.list_returns(session, application.id)],
    )
    asked = ("number", "asked_at", "due_on", "answered_at")
    found.tell(
        "correspondence/requests.json",
        [
            {
                **fields_of(each, *asked),
                "authority": codes.get(each.authority_id, ""),
                "questions": [
                    fields_of(question, "number", "text", "about", "answer")
                    for question in each.questions
                ],
            }
            for each in applications.list_requests(session, application.id)
        ],
    )
    if P.GUIDANCE_READ in granted:
        found.tell("correspondence/guidance.json", list(_guidance(case)))
    language = application.language
    messages = queries.list_messages(
        session,
        case.actor,
        application,
        to_company=found.reader.kind is not ReaderKind.AUTHORITY,
    )
    people = [mail.person_id for mail in messages if mail.person_id is not None]
    names = queries.map_names(session, people)
    found.tell(
        "correspondence/messages.json",
        [
            {
                "written_at": mail.created_at,
                "to": names.get(mail.person_id, "") if mail.person_id else "",
                "template": mail.template,
                "params": mail.params,
                **fields_of(render_mail(mail, language), "subject", "body"),
            }
            for mail in messages
        ],
    )


_ADVICE = (
    "number",
    "given_on",
    "channel",
    "question",
    "question_key",
    "provision",
    "advice",
    "is_binding",
    "basis",
    "recorded_at",
    "authority",
    "person",
    "corrects",
    "corrected_by",
    "reply",
    "replied_at",
)


def _guidance(case: Case) -> Iterator[dict[str, Any]]:
    rows: list[Any] = []
    after: str | None = None
    while True:
        page = coordination.list_guidance(
            case.session, case.actor, case.application.id, after=after
        )
        rows += page.rows
        after = page.next_key
        if after is None:
            break
    for row in reversed(rows):
        yield fields_of(row, *_ADVICE)


def _tell_authorities(found: Gathered, panel: coordination.Panel) -> None:
    known = (
        "code",
        "role",
        "state",
        "asked_at",
        "respond_by",
        "received_at",
        "received_by",
        "responded_at",
        "reason",
        "tacit",
        "officer",
    )
    found.tell("authorities.json", [fields_of(line, *known) for line in panel.lines])
    if not panel.shows_positions:
        return
    taken = ("stance", "reasons", "conditions", "tacit", "taken_at", "inherited_from")
    found.tell(
        "positions.json",
        [
            {"authority": line.code, **fields_of(line.position, *taken)}
            for line in panel.lines
            if line.position is not None
        ],
    )


def _tell_judging(case: Case, found: Gathered, granted: frozenset[P]) -> None:
    """Tell what an authority keeps for itself, to its own people alone."""
    session, own, case_id = case.session, case.actor.officer_of, case.application.id
    if P.NOTE_KEEP in granted:
        notes = coordination.list_notes(session, own, case_id)
        found.tell(
            "authority/notes.json",
            [
                {
                    "authority": note.authority.code,
                    "written_by": note.written_by.name,
                    **fields_of(note, "written_at", "criterion", "is_shared", "text"),
                }
                for note in reversed(notes)
            ],
        )
    if P.QUESTION_SUGGEST in granted:
        parts = ("suggested_at", "text", "about", "state", "settled_at", "reason")
        suggested = coordination.list_own_suggestions(session, own, case_id)
        found.tell(
            "authority/suggestions.json", [fields_of(each, *parts) for each in reversed(suggested)]
        )
    if P.APPLICATION_REVIEW in granted:
        found.tell("authority/reviews.json", list(_reviews(case, found.reader)))


def _reviews(case: Case, reader: Reader) -> Iterator[dict[str, Any]]:
    for line in queries.list_authorities(case.session):
        if line.code not in reader.authorities:
            continue
        for each in coordination.list_judgements(case.session, case.application.id, line.id):
            parts = fields_of(each, "criterion", "mark", "note", "by", "at")
            yield {"authority": line.code, **parts}


def decision_of(case: Case) -> tuple[PolicyPack, Decision] | None:
    """Return the decision on a case, with the rules that it was taken under."""
    decision = coordination.find_decision(case.session, case.application.id)
    if decision is None:
        return None
    return active.pack_then(case.application, decision.pack_version), decision


def _tell_decision(case: Case, found: Gathered) -> None:
    decided = decision_of(case)
    if decided is None:
        return
    pack, decision = decided
    parts = ("outcome", "rule", "pack_version", "grounds", "conditions", "dissent", "positions")
    found.tell(
        "decision.json",
        {
            **fields_of(decision, *parts, "marks", "remarks", "decided_at"),
            "content_hash": letters.decision_hash(case.application, decision),
        },
    )
    head = coordination.get_letterhead(case.session, case.application.id)
    found.texts["letters/decision.pdf"] = letters.letter_pdf(pack, case.application, decision, head)


def _tell_history(case: Case, found: Gathered) -> None:
    rows = applications.list_history(
        case.session,
        case.application.id,
        is_inside=found.reader.is_inside,
        but=queries.OWN_DEEDS,
    )
    found.tell(
        "history.json",
        [
            {
                "at": row.at,
                "deed": row.deed,
                "by_platform": row.actor_kind == "system",
                "authority": row.authority or "",
                "person": row.person or "" if found.reader.is_inside else "",
                "reason": row.details.get("reason", "") if row.deed == "application:moved" else "",
            }
            for row in reversed(rows)
        ],
    )


# --- the trial ------------------------------------------------------------------------------------


def _tell_trial(case: Case, found: Gathered, trial: Trial) -> None:
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

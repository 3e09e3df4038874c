"""Gather what a reader may read of an application, from its submissions to its history."""

from collections.abc import Iterator
from typing import Any

from sandbox.access.checks import NotFound
from sandbox.access.permissions import P
from sandbox.applications import queries as applications
from sandbox.applications.receipts import receipt_pdf
from sandbox.applications.silence import silence_pdf
from sandbox.authorities.queries import applied_codes
from sandbox.coordination import letters, preliminary
from sandbox.coordination import queries as coordination
from sandbox.domain.dossiers import ReaderKind
from sandbox.domain.packs import PolicyPack
from sandbox.dossiers import queries
from sandbox.dossiers.gathering.holding import Case, Gathered, Reader, fields_of
from sandbox.enquiries import queries as enquiries
from sandbox.kernel.mail import render_mail
from sandbox.kernel.statuses import application_label
from sandbox.models import Decision, PreliminaryResult
from sandbox.packs import active


def tell_case(case: Case, found: Gathered) -> None:
    """Tell where the case stands, and when its clock stood still."""
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


def tell_silence(case: Case, found: Gathered) -> None:
    """Certify that the term of the decision passed without one, where it did."""
    try:
        reading, digest = applications.get_silence(
            case.session, case.application, case.pack, case.now
        )
    except NotFound:
        return
    found.texts["letters/silence.pdf"] = silence_pdf(case.application, case.pack, reading, digest)


def submissions_of(case: Case) -> Iterator[applications.SubmissionRow]:
    """Give each submission of a case, as it was sent, the first one first."""
    for line in applications.list_submissions(case.session, case.application.id):
        yield applications.get_submission(
            case.session, case.actor, case.application.id, line.number
        )


def tell_submissions(case: Case, found: Gathered) -> None:
    """Tell every submission as it was sent, with its files and its receipt."""
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
            case.application, pack, sent, ended, closed=()
        )


def tell_correspondence(case: Case, found: Gathered, granted: frozenset[P]) -> None:
    """Tell what the company was asked and told, what it answered, and what it was advised."""
    session, application = case.session, case.application
    zone = case.pack.calendar.timezone
    codes = {line.id: line.code for line in queries.list_authorities(session)}
    parts = ("number", "reasons", "general", "returned_at", "due_on", "answered_at")
    found.tell(
        "correspondence/returns.json",
        [
            {**fields_of(each, *parts), "late": each.is_late(zone)}
            for each in applications.list_returns(session, application.id)
        ],
    )
    enquiry = enquiries.find_origin(session, case.actor, application.id)
    if enquiry is not None:
        written = ("reference", "subject", "text", "activity", "written_at")
        found.tell(
            "correspondence/enquiry.json",
            {
                **fields_of(enquiry, *written),
                "messages": [
                    fields_of(each, "number", "side", "text", "sent_at")
                    for each in enquiries.list_messages(session, enquiry.id)
                ],
            },
        )
    asked = ("number", "asked_at", "due_on", "answered_at")
    found.tell(
        "correspondence/requests.json",
        [
            {
                **fields_of(each, *asked),
                "late": each.is_late(zone),
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


def tell_authorities(found: Gathered, panel: coordination.Panel) -> None:
    """Tell which authorities were asked, and their positions where the reader sees them."""
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
    taken = (
        "stance",
        "reasons",
        "conditions",
        "proportionality",
        "tacit",
        "taken_at",
        "inherited_from",
    )
    found.tell(
        "positions.json",
        [
            {"authority": line.code, **fields_of(line.position, *taken)}
            for line in panel.lines
            if line.position is not None
        ],
    )


def tell_judging(case: Case, found: Gathered, granted: frozenset[P]) -> None:
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


def tell_hearings(case: Case, found: Gathered) -> None:
    """Tell what was announced before it was decided, and what the company said to it."""
    head = coordination.get_letterhead(case.session, case.application.id)
    frozen = ("number", "outcome", "rule", "pack_version", "grounds", "conditions", "dissent")
    said = (
        "positions",
        "marks",
        "remarks",
        "refusal_codes",
        "announced_at",
        "due_on",
        "silent_at",
        "answer",
    )
    after = ("text", "answered_at", "late", "reply")
    told = []
    for pack, result in hearings_of(case):
        fingerprint = preliminary.preliminary_hash(case.application, result)
        told.append({**fields_of(result, *frozen, *said, *after), "content_hash": fingerprint})
        letter = preliminary.preliminary_pdf(pack, case.application, result, head)
        found.texts[f"letters/preliminary-{result.number}.pdf"] = letter
    if told:
        found.tell("hearings.json", told)


def hearings_of(case: Case) -> Iterator[tuple[PolicyPack, PreliminaryResult]]:
    """Give each result that was announced, with the rules under which it was."""
    for result in coordination.list_preliminary_results(case.session, case.application.id):
        yield active.pack_then(case.application, result.pack_version), result


def tell_decision(case: Case, found: Gathered) -> None:
    """Tell the decision, its letter included, once there is one."""
    decided = decision_of(case)
    if decided is None:
        return
    pack, decision = decided
    parts = ("outcome", "rule", "pack_version", "grounds", "conditions", "dissent", "positions")
    found.tell(
        "decision.json",
        {
            **fields_of(
                decision, *parts, "marks", "remarks", "refusal_codes", "hearings", "decided_at"
            ),
            "content_hash": letters.decision_hash(case.application, decision),
        },
    )
    head = coordination.get_letterhead(case.session, case.application.id)
    found.texts["letters/decision.pdf"] = letters.letter_pdf(pack, case.application, decision, head)


def tell_history(case: Case, found: Gathered) -> None:
    """Tell who did what when, as the page of the case does."""
    is_inside = found.reader.is_inside
    # Nobody has a dossier made who may not read the answers.
    printed = applications.reasons_read(is_inside=is_inside, is_knowing=True)
    rows = applications.list_history(
        case.session,
        case.application.id,
        is_inside=is_inside,
        but=queries.OWN_DEEDS,
    )
    versions = applications.versions_then(case.application, rows)
    found.tell(
        "history.json",
        [
            {
                "at": row.at,
                "deed": row.deed,
                "by_platform": row.actor_kind == "system",
                "authority": row.authority or "",
                "person": row.person or "" if is_inside else "",
                "reason": row.details.get("reason", "") if row.deed in printed else "",
                "refusal_codes": row.details.get("refusal_codes", ""),
                "pack_version": version,
            }
            for row, version in reversed(list(zip(rows, versions, strict=True)))
        ],
    )

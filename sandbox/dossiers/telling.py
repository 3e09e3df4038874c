"""Tell a dossier in words: the page in it that a judge opens without the platform."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from flask import current_app
from flask_babel import gettext as _

from sandbox.applications.answers import ReadAnswer, read_submission
from sandbox.applications.wording import refusal_names
from sandbox.coordination.letters import DecisionWords, decision_words
from sandbox.coordination.preliminary import preliminary_words
from sandbox.coordination.sentences import (
    COMPANY_ANSWER,
    ROLE,
    STANCE,
    authority_name,
    proportionality_words,
)
from sandbox.domain.deliberation import Stance
from sandbox.domain.hearing import CompanyAnswer
from sandbox.domain.packs import QuestionKind
from sandbox.dossiers.gathering import (
    Case,
    Gathered,
    decision_of,
    hearings_of,
    submissions_of,
)
from sandbox.dossiers.labels import READER
from sandbox.kernel.formats import day, instant
from sandbox.kernel.language import language_tag
from sandbox.kernel.statuses import trial_label
from sandbox.models.coordination import AssignmentRole
from sandbox.models.enquiries import Side
from sandbox.packs import active

Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """Hold a piece of a chapter: facts under a heading, and where to read more."""

    title: str
    facts: tuple[Fact, ...]
    links: tuple[tuple[str, str], ...] = ()


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
        Chapter(_("What was sent"), tuple(_submissions(case, found, language))),
        Chapter(_("Correspondence"), tuple(_correspondence(case, found, language))),
        Chapter(_("The authorities"), tuple(_authorities(case, found, language))),
        Chapter(_("Before the decision"), tuple(_hearings(case, language))),
        Chapter(_("Decision"), tuple(_decision(case, found, language))),
        Chapter(_("The test"), tuple(_trial(case, found, language))),
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


def _facts(*pairs: tuple[object, object]) -> tuple[Fact, ...]:
    """Keep the facts that say something."""
    return tuple((str(name), str(text)) for name, text in pairs if text not in (None, ""))


def _day(text: str | None) -> str:
    return day(date.fromisoformat(text)) if text else ""


def _instant(text: str | None) -> str:
    return instant(datetime.fromisoformat(text)) if text else ""


def _came(when: str, *, is_late: bool) -> str:
    """Say when an answer came, and that it was after its term where it was."""
    return _("%(instant)s, after the term", instant=when) if is_late else when


def _head(case: Case, found: Gathered, told: Mapping[str, Any]) -> Iterator[Fact]:
    reader = str(READER[found.reader.kind.value])
    if found.reader.authorities:
        reader = f"{reader} ({', '.join(found.reader.authorities)})"
    yield from _facts(
        (_("Title"), told["title"]),
        (_("Organisation"), told["organisation"]),
        (_("Status"), told["status"]),
        (_("Received"), _instant(told["submitted_at"])),
        (_("Rules"), f"{case.application.pack_code} {case.application.pack_version}"),
        (_("Made for"), reader),
    )


def _submissions(case: Case, found: Gathered, language: str) -> Iterator[Part]:
    for sent in reversed(tuple(submissions_of(case))):
        number = sent.number
        pack = active.pack_then(case.application, sent.pack_version)
        links = (
            (f"submissions/{number}.json", _("As data")),
            (f"letters/receipt-{number}.pdf", _("Receipt")),
        )
        yield Part(
            _("Version %(number)s", number=number),
            _facts(
                (_("Received"), instant(sent.submitted_at)),
                (_("Sent by"), sent.submitted_by),
                (_("Content fingerprint (SHA-256)"), sent.content_hash),
            ),
            links,
        )
        for section in read_submission(pack, sent, closed=()):
            answered = [answer for answer in section.answers if answer.is_answered]
            facts = _facts(*((_label(each, language), _answer(each)) for each in answered))
            files = [file for answer in answered for file in answer.files]
            places = {file["sha256"]: file["path"] for file in _files(found, number)}
            if facts or files:
                named = tuple((places[file.sha256], file.filename) for file in files)
                yield Part(section.spec.title.in_(language), facts, named)


def _files(found: Gathered, number: int) -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = found.told[f"submissions/{number}.json"]["files"]
    return files


def _label(answer: ReadAnswer, language: str) -> str:
    label = answer.spec.label.in_(language)
    return _("%(question)s (confidential)", question=label) if answer.is_confidential else label


def _answer(answer: ReadAnswer) -> str:
    if answer.spec.kind is QuestionKind.FILE:
        return "\n".join(file.filename for file in answer.files)
    write = cast("Callable[[Any, Any], str]", current_app.jinja_env.globals["answer_text"])
    return write(answer.spec, answer.value)


def _correspondence(case: Case, found: Gathered, language: str) -> Iterator[Part]:
    questions = case.pack.questions

    def question(key: str) -> str:
        return questions[key].label.in_(language) if key in questions else key

    enquiry = found.told.get("correspondence/enquiry.json")
    if enquiry is not None:
        says = {Side.COMPANY: _("The company"), Side.SECRETARIAT: _("The secretariat")}
        yield Part(
            _("Enquiry %(reference)s", reference=enquiry["reference"]),
            _facts(
                (_("Subject"), enquiry["subject"]),
                (_("Sent on"), _instant(enquiry["written_at"])),
                (_("Text"), enquiry["text"]),
                (_("What the organisation does or plans"), enquiry["activity"]),
                *(
                    (f"{says[Side(each['side'])]}, {_instant(each['sent_at'])}", each["text"])
                    for each in enquiry["messages"]
                ),
            ),
        )
    for each in found.told["correspondence/returns.json"]:
        yield Part(
            _("Returned for correction on %(day)s", day=_instant(each["returned_at"])),
            _facts(
                (_("General remark"), each["general"]),
                *((question(key), reason) for key, reason in each["reasons"].items()),
                (_("Answer by:"), _day(each["due_on"])),
                (_("Answered"), _came(_instant(each["answered_at"]), is_late=each["late"])),
            ),
        )
    for each in found.told["correspondence/requests.json"]:
        yield Part(
            _("Request for information %(number)s", number=each["number"]),
            _facts(
                (_("Authority"), each["authority"]),
                (_("Asked on"), _instant(each["asked_at"])),
                (_("Answer by:"), _day(each["due_on"])),
                *(
                    (line["text"], line["answer"] or _("Not answered"))
                    for line in each["questions"]
                ),
                (_("Answered"), _came(_instant(each["answered_at"]), is_late=each["late"])),
            ),
        )
    for each in found.told.get("correspondence/guidance.json", ()):
        yield Part(
            _("Advice %(number)s", number=each["number"]),
            _facts(
                (_("Given on"), _day(each["given_on"])),
                (_("Authority"), each["authority"] or _("The secretariat")),
                (_("Question"), each["question"]),
                (_("Advice"), each["advice"]),
                (_("Binding because"), each["basis"] if each["is_binding"] else ""),
                (_("How the company understood it"), each["reply"]),
            ),
        )
    for each in found.told["correspondence/messages.json"]:
        yield Part(
            each["subject"],
            _facts(
                (_("Written on"), _instant(each["written_at"])),
                (_("To"), each["to"]),
                (_("Text"), each["body"]),
            ),
        )


def _authorities(case: Case, found: Gathered, language: str) -> Iterator[Part]:
    positions = {each["authority"]: each for each in found.told.get("positions.json", ())}
    for each in found.told.get("authorities.json", ()):
        code = each["code"]
        taken = positions.get(code, {})
        yield Part(
            f"{code} – {authority_name(case.pack, code, language)}",
            _facts(
                (_("Role"), ROLE[AssignmentRole(each["role"])]),
                (_("Officer"), each["officer"]),
                (_("Position"), STANCE[Stance(taken["stance"])].label if taken else ""),
                (_("Reasons"), taken.get("reasons", "")),
                (_("Conditions"), "\n".join(taken.get("conditions", ()))),
                *proportionality_words(case.pack, taken.get("proportionality", {}), language),
            ),
        )


def _hearings(case: Case, language: str) -> Iterator[Part]:
    for pack, result in hearings_of(case):
        words = preliminary_words(pack, result, language)
        answer = None if result.answer is None else COMPANY_ANSWER[CompanyAnswer(result.answer)]
        silent = _("None came in the term. Silence says neither yes nor no.")
        yield Part(
            _("Preliminary result %(number)s", number=result.number),
            _facts(
                (_("Announced on"), day(result.announced_at)),
                (_("Result"), words.outcome.label),
                (_("How it came about"), "\n".join(map(str, (*words.decisive, words.remarks)))),
                (_("Reasons for the refusal"), _refused_for(words)),
                (_("Conditions"), "\n".join(words.conditions)),
                (_("Answer by"), day(result.due_on)),
                (_("Answer"), answer.label if answer else silent if result.silent_at else ""),
                (
                    _("Answered on"),
                    _came(instant(result.answered_at), is_late=result.late)
                    if result.answered_at
                    else "",
                ),
                (_("What the company says"), result.text),
                (_("What the lead authority answers"), result.reply),
            ),
            (
                (f"letters/preliminary-{result.number}.pdf", _("The letter")),
                ("hearings.json", _("As data")),
            ),
        )


def _decision(case: Case, found: Gathered, language: str) -> Iterator[Part]:
    if "letters/silence.pdf" in found.texts:
        yield Part(
            _("The term of the decision passed without one"),
            (),
            (("letters/silence.pdf", _("Certificate of silence")),),
        )
    decided = decision_of(case)
    if decided is None:
        return
    pack, decision = decided
    words = decision_words(pack, decision, language)
    yield Part(
        str(words.outcome.label),
        _facts(
            (_("Decided"), instant(decision.decided_at)),
            (_("Decision"), words.summary),
            (_("How it was decided"), "\n".join(map(str, words.decisive))),
            (_("Reasons for the refusal"), _refused_for(words)),
            (_("Remarks"), words.remarks),
            (_("Conditions"), "\n".join(words.conditions)),
            (_("Content fingerprint (SHA-256)"), found.told["decision.json"]["content_hash"]),
        ),
        (("letters/decision.pdf", _("The letter")), ("decision.json", _("As data"))),
    )
    for each in words.criteria:
        yield Part(each.name, _facts((each.tag.label, "\n".join(each.lines) or "—")))
    for voice in words.participants:
        yield Part(
            f"{voice.code} – {voice.name}",
            _facts(
                (_("Role"), voice.role),
                (_("Position"), voice.tag.label),
                (_("Reasons"), voice.reasons),
                (_("Conditions"), "\n".join(voice.conditions)),
                *voice.proportionality,
            ),
        )


def _refused_for(words: DecisionWords) -> str:
    lines = (f"{each.name}: {each.text}" if each.text else each.name for each in words.refused_for)
    return "\n".join(lines)


def _trial(case: Case, found: Gathered, language: str) -> Iterator[Part]:
    told = found.told.get("trial/trial.json")
    if told is None:
        return
    pack = case.pack
    yield Part(
        told["reference"],
        _facts(
            (_("Title"), told["title"]),
            (_("Risk tier"), pack.tier(told["tier"]).name.in_(language)),
            (_("Status"), trial_label(told["status"]).label),
            (_("Opened"), _instant(told["opened_at"])),
            (_("Ended"), _instant(told["ended_at"])),
        ),
        tuple((path, path) for path in found.told if path.startswith("trial/")),
    )
    labels = {spec.key: spec.label.in_(language) for spec in pack.plan_fields}
    plan = found.told["trial/plan.json"]["fields"]
    yield Part(
        _("Plan of the test"),
        _facts(*((labels.get(key, key), text) for key, text in sorted(plan.items()))),
    )
    classes = {spec.key: spec.name.in_(language) for spec in pack.incident_classes}
    for each in found.told["trial/incidents.json"]:
        yield Part(
            classes.get(each["class_key"], each["class_key"]),
            _facts(
                (_("Opened"), _instant(each["opened_at"])),
                (_("What happened"), each["what_happened"]),
                (_("Complete report"), each["complete_report"]),
                (_("Answer of the lead authority"), each["reaction"]),
                (_("Corrected"), each["correction"]),
            ),
        )
    for each in found.told["trial/suspensions.json"]:
        yield Part(
            _("Suspended"),
            _facts(
                (_("Since"), _instant(each["suspended_at"])),
                (_("Until"), _instant(each["resumed_at"])),
                (_("Authority"), each["authority"]),
                (_("Reason"), each["reason"]),
            ),
        )
    for each in found.told["trial/reports.json"]:
        yield Part(
            _("Report %(number)s", number=each["number"]),
            _facts(
                (_("Received"), _instant(each["submitted_at"])),
                (_("Text"), each["narrative"]),
                (_("Remark"), each["remark"]),
            ),
        )
    for each in found.told["trial/final-reports.json"]:
        yield Part(
            _("Final report of the company"),
            _facts((_("Received"), _instant(each["submitted_at"])), (_("Text"), each["text"])),
            ((each["path"], each["name"]),) if "path" in each else (),
        )

    yield from _reliefs(case, found, language)
    sections = {spec.key: spec.title.in_(language) for spec in pack.report_sections}
    for path in sorted(path for path in found.told if path.startswith("trial/outcome-")):
        report = found.told[path]
        yield Part(
            _("Outcome report"),
            _facts(
                (_("Title"), report["title"]),
                (_("Published"), _instant(report["published_at"])),
                *((sections.get(key, key), text) for key, text in report["sections"].items()),
            ),
            ((path, _("As data")),),
        )


def _reliefs(case: Case, found: Gathered, language: str) -> Iterator[Part]:
    kinds = {spec.key: spec.name.in_(language) for spec in case.pack.relief_kinds}
    for each in found.told["trial/reliefs.json"]:
        yield Part(
            _("Relief %(number)s", number=each["number"]),
            _facts(
                (_("Authority"), each["authority"]),
                (_("Relief"), kinds.get(each["kind"], each["kind"])),
                (_("Provision"), each["provision"]),
                (_("What it allows"), each["scope"]),
                (_("Conditions"), each["conditions"]),
                (_("First day"), _day(each["starts_on"])),
                (_("Last day"), _day(each["ends_on"])),
                (_("Decided"), _instant(each["decided_at"])),
                (_("Reason"), each["reason"] or each["end_reason"]),
            ),
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
            (_instant(row["at"]), "\n".join(filter(None, (str(said), row["reason"], names))))
        )
    yield Part("", _facts(*lines))

"""Tell what the company sent, and what it was asked and told."""

from collections.abc import Callable, Iterator
from typing import Any, cast

from flask import current_app
from flask_babel import gettext as _

from sandbox.applications.answers import ReadAnswer, read_submission
from sandbox.domain.packs import QuestionKind
from sandbox.dossiers.gathering import (
    Case,
    Gathered,
    submissions_of,
)
from sandbox.dossiers.telling.parts import Part, came, day_of, facts_of, instant_of
from sandbox.kernel.formats import instant
from sandbox.models.enquiries import Side
from sandbox.packs import active


def tell_submissions(case: Case, found: Gathered, language: str) -> Iterator[Part]:
    """Tell each version that was sent, the last one first, with its answers and files."""
    for sent in reversed(tuple(submissions_of(case))):
        number = sent.number
        pack = active.pack_then(case.application, sent.pack_version)
        links = (
            (f"submissions/{number}.json", _("As data")),
            (f"letters/receipt-{number}.pdf", _("Receipt")),
        )
        yield Part(
            _("Version %(number)s", number=number),
            facts_of(
                (_("Received"), instant(sent.submitted_at)),
                (_("Sent by"), sent.submitted_by),
                (_("Content fingerprint (SHA-256)"), sent.content_hash),
            ),
            links,
        )
        for section in read_submission(pack, sent, closed=()):
            answered = [answer for answer in section.answers if answer.is_answered]
            facts = facts_of(*((_label(each, language), _answer(each)) for each in answered))
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


def tell_correspondence(case: Case, found: Gathered, language: str) -> Iterator[Part]:
    """Tell the enquiry before the case, what was asked and answered, and every message."""
    questions = case.pack.questions

    def question(key: str) -> str:
        return questions[key].label.in_(language) if key in questions else key

    enquiry = found.told.get("correspondence/enquiry.json")
    if enquiry is not None:
        says = {Side.COMPANY: _("The company"), Side.SECRETARIAT: _("The secretariat")}
        yield Part(
            _("Enquiry %(reference)s", reference=enquiry["reference"]),
            facts_of(
                (_("Subject"), enquiry["subject"]),
                (_("Sent on"), instant_of(enquiry["written_at"])),
                (_("Text"), enquiry["text"]),
                (_("What the organisation does or plans"), enquiry["activity"]),
                *(
                    (f"{says[Side(each['side'])]}, {instant_of(each['sent_at'])}", each["text"])
                    for each in enquiry["messages"]
                ),
            ),
        )
    for each in found.told["correspondence/returns.json"]:
        yield Part(
            _("Returned for correction on %(day)s", day=instant_of(each["returned_at"])),
            facts_of(
                (_("General remark"), each["general"]),
                *((question(key), reason) for key, reason in each["reasons"].items()),
                (_("Answer by:"), day_of(each["due_on"])),
                (_("Answered"), came(instant_of(each["answered_at"]), is_late=each["late"])),
            ),
        )
    for each in found.told["correspondence/requests.json"]:
        yield Part(
            _("Request for information %(number)s", number=each["number"]),
            facts_of(
                (_("Authority"), each["authority"]),
                (_("Asked on"), instant_of(each["asked_at"])),
                (_("Answer by:"), day_of(each["due_on"])),
                *(
                    (line["text"], line["answer"] or _("Not answered"))
                    for line in each["questions"]
                ),
                (_("Answered"), came(instant_of(each["answered_at"]), is_late=each["late"])),
            ),
        )
    for each in found.told.get("correspondence/guidance.json", ()):
        yield Part(
            _("Advice %(number)s", number=each["number"]),
            facts_of(
                (_("Given on"), day_of(each["given_on"])),
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
            facts_of(
                (_("Written on"), instant_of(each["written_at"])),
                (_("To"), each["to"]),
                (_("Text"), each["body"]),
            ),
        )

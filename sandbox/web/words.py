"""Give templates the words for statuses, deeds and answers, and ways to write prose."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from markupsafe import Markup, escape

from sandbox.applications.wording import refusal_names
from sandbox.domain.packs import ORGANISATION_NAME, QuestionKind, QuestionSpec
from sandbox.home.tasks import TASK_SENTENCES
from sandbox.kernel.formats import day, money
from sandbox.kernel.language import current_language
from sandbox.kernel.statuses import (
    ENQUIRY_KIND,
    ENQUIRY_STATUS,
    OUTCOME,
    application_label,
    relief_label,
    trial_label,
)
from sandbox.web.deeds import deed_sentence


def register_words(app: Flask) -> None:
    """Add the words to the templates' environment."""
    app.jinja_env.globals.update(
        answer_text=answer_text,
        application_label=application_label,
        deed_sentence=deed_sentence,
        enquiry_kinds=ENQUIRY_KIND,
        enquiry_statuses=ENQUIRY_STATUS,
        outcome_labels=OUTCOME,
        refusal_names=refusal_names,
        relief_label=relief_label,
        task_sentence=TASK_SENTENCES.__getitem__,
        trial_label=trial_label,
    )
    app.jinja_env.filters.update(
        paragraphs=paragraphs, in_language=in_language, plain_number=plain_number
    )


def in_language(texts: Mapping[str, str]) -> str:
    """Return the reader's language out of texts kept as data; else whichever there is."""
    return texts.get(current_language()) or next(iter(texts.values()), "")


def plain_number(value: Decimal) -> str:
    """Write a measured value without trailing zeros."""
    return format(value.normalize(), "f")


def paragraphs(text: str) -> Markup:
    """Write plain text as paragraphs; a blank line ends one."""
    blocks = [block.strip() for block in str(text).replace("\r\n", "\n").split("\n\n")]
    parts = [
        Markup('<p class="govuk-body">{}</p>').format(
            Markup("<br>").join(escape(line) for line in block.split("\n"))
        )
        for block in blocks
        if block
    ]
    return Markup("").join(parts)


def answer_text(question: QuestionSpec, answer: Any) -> str:
    """Write the answer to a question as one text in the reader's language."""
    language = current_language()
    match question.kind:
        case QuestionKind.YES_NO:
            return _("Yes") if answer == "yes" else _("No")
        case QuestionKind.CHOICE | QuestionKind.MANY:
            chosen = [answer] if question.kind is QuestionKind.CHOICE else answer
            options = [(value, question.option(str(value))) for value in chosen]
            return ", ".join(
                option.label.in_(language) if option else str(value) for value, option in options
            )
        case QuestionKind.DATE:
            return day(date.fromisoformat(answer))
        case QuestionKind.MONEY:
            return money(int(answer))
        case QuestionKind.NUMBER:
            unit = f" {question.unit.in_(language)}" if question.unit else ""
            return f"{answer}{unit}"
        case QuestionKind.ORGANISATION:
            # The number of a natural person is personal, so that only the name is published.
            return str(answer[0].get(ORGANISATION_NAME, ""))
        case QuestionKind.ROWS:
            return "\n\n".join(
                "\n".join(
                    f"{column.label.in_(language)}: {answer_text(column, row[column.key])}"
                    for column in question.columns
                    if row.get(column.key)
                )
                for row in answer
            )
        case _:
            return str(answer)

"""Say of the keys what they do: the form, the check and the criteria."""

from collections.abc import Mapping

from sandbox.domain.packs import MOST_FILES as MOST_OF_AN_ANSWER
from sandbox.packs import schemas
from sandbox.packs.schemas import PartSchema
from sandbox.packs.sentences.base import CODE, IN_FORM, NAME, TableWords

SAYS: Mapping[type[PartSchema], TableWords] = {
    schemas.SectionSchema: TableWords(
        "Section",
        "One part of the application form: questions that a person thinks about together.",
        {
            "key": CODE,
            "title": "Its name in the list of sections.",
            "intro": "What is said before its questions.",
            "questions": "Its questions, in the order in which they are asked.",
        },
    ),
    schemas.QuestionSchema: TableWords(
        "Question",
        "One question, or one column of a question of kind `rows`. An answer must matter to "
        "something, or be marked with `information`. A question of the check has no "
        f"`required`, and neither it nor its options have {IN_FORM}. "
        "See [Kinds of question](#kinds-of-question).",
        {
            "key": "The name by which conditions and other parts refer to it; each only once in "
            "the form, and each only once in the check.",
            "kind": "What kind of answer it takes.",
            "label": "The question itself.",
            "hint": "A sentence below the question.",
            "example": "An example of a good answer.",
            "required": "Whether the answer must be there before the application can be sent.",
            "required_if": "Instead of `required`: the question may stay empty unless this "
            "condition holds; the condition looks at questions before it. The form says so beside "
            "the question. The check, which needs every answer, has none.",
            "ask_if": "It is asked only where this condition holds; the condition looks at "
            "questions before it.",
            "options": "The answers to choose from, for kinds `choice` and `many`.",
            "columns": "The columns of a table, for kind `rows`. A column is no `many`, `rows`, "
            "`file` or `organisation` and gives no points; its options bring in competences in "
            "the rows of reliefs alone.",
            "max_words": "The most words of an answer, for kinds `text` and `long_text`.",
            "format": "What a short text has to look like, for kind `text`: an e-mail address or a "
            "telephone number. A number of words bounds it no further.",
            "minimum": "The smallest number or amount (in cents); for `many` the fewest options, "
            "of those that there are, for `file` the fewest files.",
            "maximum": "The largest number or amount (in cents); for `many` the most options, for "
            f"`file` the most files, 1 to {MOST_OF_AN_ANSWER}.",
            "max_rows": "The most rows, for kind `rows`.",
            "unit": "What a number counts, shown beside it.",
            "competences": "The matters that the answer touches: any answer, and of `yes_no` a "
            "yes. A column has none but those of its options.",
            "points": "The points of risk that a yes gives, for kind `yes_no`.",
            "may_be_confidential": "Whether the company may mark the answer as confidential. A "
            "column has none: rows are marked as a whole.",
            "is_title": "Whether the answer names the case in every list. Exactly one question of "
            "the form does; it is a required `text` without a condition.",
            "criteria": "The keys of the criteria for which the answer is evidence; it is shown "
            "beside them in the review.",
            "information": "Says that the answer is only there to be read. Without it, an answer "
            "that nothing looks at is refused. A column is judged like a question: it matters "
            "where a column after it looks at it, where its rows are public, or where it goes into "
            "the register of reliefs or brings in competences; the mark of a question holds for "
            "its columns too.",
        },
    ),
    schemas.OptionSchema: TableWords(
        "Option",
        "One answer to choose.",
        {
            "value": "The name by which conditions refer to it; each only once in its question.",
            "label": "What the person reads.",
            "hint": "A sentence below it.",
            "points": "The points of risk that it gives. The options of a column give none.",
            "competences": "The matters that it touches. In the question of reliefs each counts "
            "with the weight of a relief.",
        },
    ),
    schemas.EligibilitySchema: TableWords(
        "Eligibility check",
        "The anonymous check. The least favourable verdict stands, in this order: `not_possible`, "
        "`guidance`, `not_yet`, `likely`. Where no rule holds, the verdict is `likely`.",
        {
            "intro": "What is said before the questions.",
            "questions": "Its questions, of kind `choice` or `yes_no`; each must be looked at by a "
            "rule or a condition.",
            "rules": "What the answers mean.",
            "verdicts": "The heading for each verdict; all four must be there.",
        },
    ),
    schemas.EligibilityRuleSchema: TableWords(
        "Rule of the check",
        "One reason, with the verdict for which it speaks.",
        {
            "key": CODE,
            "when": "When it holds; it looks at questions of the check.",
            "verdict": "The verdict for which it speaks.",
            "reason": "The sentence that the visitor reads.",
        },
    ),
    schemas.CriterionSchema: TableWords(
        "Criterion",
        "What every authority assesses, and marks as met, partly met or not met.",
        {
            "key": CODE,
            "name": NAME,
            "key_question": "The question that the authority answers.",
            "positive": "What speaks for it, a line each.",
            "negative": "What speaks against it, a line each.",
            "must_be_met": "Whether an application that does not meet it is declined by itself, "
            "whatever the positions say. With `unanimity` the mark of any authority counts, "
            "otherwise that of the lead.",
            "rubric": "When to give each mark. Whoever reviews reads it beside the marks.",
        },
    ),
    schemas.RubricSchema: TableWords(
        "Rubric",
        "A sentence for each mark of a criterion: all three, or no rubric at all.",
        {
            "met": "When the criterion is met.",
            "partly": "When it is partly met.",
            "not_met": "When it is not met.",
        },
    ),
    schemas.PrioritySchema: TableWords(
        "Priority",
        "Applications that come before others. Whether one does is computed from its answers as it "
        "is sent, and shown with the reason in lists, under My tasks and on the page of the case. "
        "No order and no term hangs on it: people put it first.",
        {
            "code": CODE,
            "name": "The words of the tag beside the application.",
            "reason": "Why it comes first. People read it beside the tag.",
            "when": "The answers with which an application has it.",
        },
    ),
    schemas.ProhibitedUseSchema: TableWords(
        "Prohibited use",
        "A use that is named to the secretariat when it checks the application, so that it can "
        "decline it. A pack with prohibited uses needs a prohibited tier and a hard rule that "
        "leads to it.",
        {
            "key": CODE,
            "name": NAME,
            "when": "The answers that reveal it.",
        },
    ),
}

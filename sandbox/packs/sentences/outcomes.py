"""Say of the keys what they do: ends, reports, what is public and what is kept."""

from collections.abc import Mapping

from sandbox.packs import schemas
from sandbox.packs.schemas import PartSchema
from sandbox.packs.sentences.base import CODE, NAME, TableWords

SAYS: Mapping[type[PartSchema], TableWords] = {
    schemas.TermSchema: TableWords(
        "Word explained",
        "A word that the programme uses in a sense of its own.",
        {
            "key": "A name for the word, different from those of the others.",
            "term": "The word as the texts of the pack write it, in the singular; at most 120 "
            "characters and 12 words.",
            "meaning": "What it means, in a sentence.",
        },
    ),
    schemas.ExitKindSchema: TableWords(
        "Kind of exit",
        "What came of a test.",
        {
            "code": CODE,
            "name": NAME,
            "ends": "To which way of ending it belongs.",
        },
    ),
    schemas.NamedSchema: TableWords(
        "Stakeholder",
        "Somebody to whom a recommendation may be addressed.",
        {"code": CODE, "name": NAME},
    ),
    schemas.PublicLaterSchema: TableWords(
        "Answer published later",
        "A public field that the register shows only once the test has come so far.",
        {
            "key": "The key of the question, which is among the `public_fields`.",
            "since": "From when on the register shows the answer.",
        },
    ),
    schemas.RetentionSchema: TableWords(
        "Retention",
        "How long records of one kind are kept. The privacy page says it; whoever runs the "
        "platform deletes them by it, since nothing is deleted by itself.",
        {
            "key": "The kind of record.",
            "months": "For how many months after they were last used.",
            "provision": "The provision that says so, if there is one.",
        },
    ),
    schemas.ReportSectionSchema: TableWords(
        "Section of the outcome report",
        "One part of the report that is published at the end.",
        {
            "key": CODE,
            "title": "Its heading.",
            "help": "What it should say.",
            "required": "Whether it must be filled in before the draft goes to the publishers.",
        },
    ),
}

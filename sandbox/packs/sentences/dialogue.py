"""Say of the keys what they do: round tables and consultations."""

from collections.abc import Mapping

from sandbox.packs import schemas
from sandbox.packs.schemas import PartSchema
from sandbox.packs.sentences.base import TableWords

SAYS: Mapping[type[PartSchema], TableWords] = {
    schemas.RoundTableSchema: TableWords(
        "Round tables",
        "How open a round table may be, and what keeps unknown who spoke where the Chatham House "
        "rule holds. No number may be so small that it would give a person away.",
        {
            "regimes": "How open a segment of a table may be. `registered_interview` must be among "
            "them where an authority has `posts`.",
            "least_persons": "How many people take part at least before a record under the rule "
            "may be sealed. It is also the number that is published: so many or more.",
            "least_organisations": "From how many organisations they come at least.",
            "least_of_sector": "How many organisations of a sector take part at least before the "
            "record may name the sector.",
            "least_of_theme": "How many statements a theme has at least before they stand under "
            "its heading.",
            "objection_days": "For how many business days those who took part may object to a "
            "record before it is published.",
            "attendance_months": "For how many months a sealed list of those who took part is "
            "kept, which any two of three custodians together can open. Without it no list is "
            "kept: the record attests that the rules on numbers were met.",
        },
    ),
    schemas.ConsultationSchema: TableWords(
        "Consultations",
        "How long the public is asked, when it is answered, and which counts stay hidden.",
        {
            "least_days": "For how many calendar days a consultation is open at least.",
            "reply_days": "Within how many business days of its end the secretariat answers in "
            "public.",
            "smallest_count": "The smallest count of answers that is shown.",
            "least_answers": "How many answers an anonymous survey has at least before its results "
            "are shown.",
        },
    ),
}

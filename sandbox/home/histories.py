"""Choose which deeds of a case's history its readers see."""

from sandbox.kernel.audit import Deed

# What the authorities do among themselves is theirs until the decision says it.
INTERNAL_DEEDS = frozenset(
    {
        Deed.CONFLICT_DENIED,
        Deed.CONFLICT_DECLARED,
        Deed.OFFICER_NAMED,
        Deed.REVIEW_SAVED,
        Deed.POSITION_TAKEN,
        Deed.RECEIPT_CONFIRMED,
        Deed.ASSIGNMENT_DECLINED,
        Deed.LEAD_OFFERED,
        Deed.LEAD_OFFER_WITHDRAWN,
        Deed.LEAD_OFFER_DECLINED,
        Deed.NOTE_WRITTEN,
        Deed.QUESTION_SUGGESTED,
        Deed.SUGGESTION_TAKEN,
        Deed.SUGGESTION_LEFT,
        Deed.RELIEF_DRAFTED,
        Deed.RELIEF_DISCARDED,
        Deed.ASSOCIATE_ADDED,
        Deed.ASSOCIATE_RELEASED,
        Deed.AUTHORITY_REPLACED,
        Deed.APPLICATION_DELIBERATION_OPENED,
        Deed.OUTCOME_DRAFTED,
        Deed.OUTCOME_SAVED,
        Deed.OUTCOME_SENT_FOR_PUBLICATION,
        Deed.OUTCOME_RETURNED,
    }
)
# What a company does to its own draft, or to an answer that it has not sent, concerns nobody else,
# and would drown the rest.
DRAFTING_DEEDS = frozenset(
    {
        Deed.APPLICATION_SECTION_SAVED,
        Deed.APPLICATION_INFORMATION_SAVED,
        Deed.APPLICATION_FILE_ATTACHED,
        Deed.APPLICATION_FILE_REMOVED,
    }
)

"""Say of the keys what they do: how authorities decide together."""

from collections.abc import Mapping

from sandbox.packs import schemas
from sandbox.packs.checking import NEEDED_RELIEF_COLUMNS
from sandbox.packs.schemas import PartSchema
from sandbox.packs.sentences.base import CODE, NAME, REPEATS, TableWords

SAYS: Mapping[type[PartSchema], TableWords] = {
    schemas.CoordinationSchema: TableWords(
        "Coordination",
        "How the lead is found, how authorities answer and how positions become a decision. How "
        "long each has stands in the [terms](#term).",
        {
            "answer_weight": "What an answer that touches a competence weighs for the authorities "
            "that hold it; one that touches several weighs for each of them.",
            "relief_weight": "What a row of the reliefs weighs for each authority that it touches: "
            "once, however many competences of that authority it touches.",
            "reliefs_question": "The key of the question, of kind `rows`, that lists the reliefs. "
            "It needs the columns "
            + ", ".join(
                f"`{key}` (of kind {' or '.join(f'`{kind}`' for kind in kinds)})"
                for key, kinds in NEEDED_RELIEF_COLUMNS.items()
            )
            + ". The column `kind` is asked for in every row, and its options are kinds of relief.",
            "acceptance_days": REPEATS.format("acceptance"),
            "acceptance_silence": "What silence then means: `granted` accepts, `denied` declines, "
            "`none` leaves it open.",
            "position_days": REPEATS.format("position"),
            "position_silence": "What silence then means: `granted` agrees, `denied` objects, "
            "`none` leaves it open.",
            "decision_rule": "How positions become a decision.",
            "objection_opens_deliberation": "Whether an objection leads to a deliberation first, "
            "where the rule is `unanimity`.",
            "returns_allowed": "How often the secretariat may return an application for "
            "correction.",
            "returns_within_days": "Within how many business days from the day on which it was "
            "first sent; left out, until authorities are asked. After them the application is "
            "taken as it is.",
            "return_answer_days": REPEATS.format("return_answer"),
            "activity_question": "The key of a required question of kind `choice`, asked of "
            "everybody, of which each option touches a competence. The authority of the chosen "
            "option leads, whatever else weighs more; among several of them the weights decide. "
            "Without it the weights alone find the lead.",
            "quorum": "How many authorities must have taken a position before a decision, the lead "
            "among them; silence that counts as a position is one. Where fewer are on a case, all "
            "of them. Without it the decision waits for every authority on the case.",
        },
    ),
    schemas.PreliminaryResultSchema: TableWords(
        "Preliminary result",
        "Before an outcome that is named here is decided, the lead announces it to the company "
        "with its reasons and conditions. Within the term `comment` of the clocks the company "
        "comments, contests it, or says that it has nothing to say; then the authorities may "
        "change their positions, and the lead decides. Silence is put on record as silence and "
        "lets the lead decide; what comes later is still taken until the decision, marked as "
        "late. A different outcome that is named here, or a condition that was not announced, is "
        "announced first as well. The decision says that the company was heard, and answers it "
        "if it contested.",
        {"outcomes": "The outcomes of which the company hears before they are decided."},
    ),
    schemas.RefusalReasonSchema: TableWords(
        "Reason for refusal",
        "Whoever refuses an application chooses one or more of these beside the reasons in words: "
        "the lead with the decision or with the preliminary result that announces it, and the "
        "secretariat when it declines a prohibited use. The company reads them in the decision and "
        "its letter, and refusals are counted by them. After a preliminary result the decision "
        "gives none that was not announced.",
        {
            "code": CODE,
            "name": NAME,
            "text": "What it means, and what can be done about it. The company reads it below the "
            "name.",
            "criterion": "The key of the criterion that it belongs to. Where an authority marked "
            "that criterion as not met, the reason is proposed.",
        },
    ),
    schemas.StandardConditionSchema: TableWords(
        "Standard condition",
        "An authority that agrees with conditions chooses from these, beside those that it writes "
        "itself. Whatever it chooses stands word for word in its position, in the language of the "
        "application, and from there in the decision.",
        {
            "code": CODE,
            "name": "What authorities know it by; the company does not read it.",
            "text": "The condition as it stands in the decision: who must do what, and by when.",
            "purpose": "What it is for. Authorities read it below the condition.",
            "criterion": "The key of the criterion whose shortcomings it makes up for. Where the "
            "authority found it not fully met, the condition says so and comes first.",
        },
    ),
    schemas.ProportionalitySchema: TableWords(
        "Question on proportionality",
        "An authority that agrees with conditions answers each of these in words. The answers "
        "stand with its position in the decision and in its letter.",
        {
            "key": CODE,
            "question": "What is asked about the conditions taken together.",
            "help": "What a good answer says.",
        },
    ),
    schemas.ReliefKindSchema: TableWords(
        "Kind of relief",
        "What a company may ask for under a rule.",
        {"key": CODE, "name": NAME},
    ),
}

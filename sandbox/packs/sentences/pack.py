"""Say of the keys what they do: the whole."""

from collections.abc import Mapping

from sandbox.packs import schemas
from sandbox.packs.checking import NEEDED_CLOCKS
from sandbox.packs.files import MOST_FILES
from sandbox.packs.schemas import PartSchema
from sandbox.packs.sentences.base import TableWords

SAYS: Mapping[type[PartSchema], TableWords] = {
    schemas.PackSchema: TableWords(
        "The pack",
        "`code`, `version` and `parts` stand in `pack.toml`. Every other key and table may stand "
        "in any file of the pack, and a list of tables may go on from one file to the next. Plain "
        "values, such as `public_fields`, stand above the first table of their file.",
        {
            "code": "The short name of the pack, which is also the name of its folder.",
            "version": "The version, which is also the name of the folder inside. While nobody has "
            "begun anything the newest is in force; after that, the one that a second person put "
            "in force.",
            "languages": "The languages in which every text of the pack must stand.",
            "currency": "The currency of the answers to `money` questions, by its code in ISO "
            "4217. Amounts in a pack are hundredths of it, also where it has no cents: 5,000 yen "
            "are 500000.",
            "programme": "What the programme says about itself.",
            "competences": "The matters that authorities are competent for.",
            "authorities": "The authorities that take part.",
            "calendar": "The days on which terms run.",
            "clocks": "The terms. These must be there: "
            + ", ".join(f"`{key}`" for key in NEEDED_CLOCKS)
            + ".",
            "principles": "The principles on which an outcome report says what was learned.",
            "sections": "The sections of the application form, in the order of the form.",
            "eligibility": "The check that visitors may make before they apply.",
            "criteria": "What every authority assesses.",
            "prohibited_uses": "The uses that are never admitted; write `prohibited_uses = []` for "
            "none.",
            "hard_rules": "The rules that raise the tier whatever the points say; write "
            "`hard_rules = []` for none.",
            "tiers": "The tiers of risk, the mildest first; their ranges of points leave no gap.",
            "metrics": "What tests measure; each tier names those that it needs.",
            "plan_fields": "The parts of a test's plan.",
            "incident_classes": "The classes of incident that a company reports.",
            "coordination": "How the lead is found and how authorities decide.",
            "relief_kinds": "The kinds of relief that a company may ask for.",
            "exit_kinds": "What may come of a test; at least one kind for each way of ending.",
            "stakeholders": "To whom the recommendations of an outcome report are addressed.",
            "report_sections": "The sections of an outcome report.",
            "public_fields": "The keys of the questions whose answers the public register shows "
            "once an application is admitted. A question that may be confidential, or that asks "
            "for files, cannot be among them.",
            "public_later": "Those of the public fields that the register does not show at once.",
            "retention": "How long records are kept. The privacy page tells it.",
            "disclosure_is_presumed": "Whether every answer that the company may mark as "
            "confidential is public unless it marks it, beside the public fields. The form says so "
            "at the mark. Only where a question other than a file may be marked.",
            "conditions_are_public": "Whether the register and the outcome report show the "
            "conditions of the decision.",
            "report_needs_consent": "Whether the outcome report of a test is published only if the "
            "company agrees. It is asked once the draft is sent for publication, sees the whole "
            "report, and agrees or refuses with a reason. Its agreement is to that wording: what "
            "is changed afterwards is asked anew.",
            "final_report_days": "Within how many calendar days of the end of a test the company "
            "hands in its final report, which whoever drafts the outcome report reads beside it. A "
            "test that never left its first stage owes none. Without it no such report is due.",
            "extension": "How a test may be extended. The page of a test says until which day that "
            "can be asked for. Without it a test ends when its plan does.",
            "amendment": "Who must agree to a change of an agreed plan. The page of the plan says "
            "it.",
            "suspension_grounds": "The grounds on which a test may be suspended. Whoever stops one "
            "names a ground beside the reason; without any the reason is enough.",
            "suspension_windows": "The days on which the terms of an authority stand still by law.",
            "successions": "The authorities that end, and who follows them.",
            "glossary": "Words that need an explanation. A public page lists them, and each "
            "section of the form explains those that occur in it.",
            "calls": "When applications may be sent. Without any, they may be sent at any time. "
            "Calls follow one another and never overlap.",
            "outside_calls": "Whether applications may be sent at any time beside the calls too. "
            "Whoever sends one while a call is open chooses: in the call, for one of its places, "
            "or outside the calls, where no places are counted. Only where there are calls.",
            "round_tables": "How round tables are held. The public page of the round tables tells "
            "it. Without it the programme says that it holds none.",
            "consultations": "How the public is consulted. The same page tells it. Without it the "
            "programme says that it consults nobody.",
            "fast_answer": "Lets companies ask, before they apply, whether any rule applies to "
            "what they plan. Without it an enquiry is answered by the secretariat alone.",
            "preliminary_result": "Tells the company what is about to be decided, so that it may "
            "comment on it first. Without it the decision comes at once.",
            "priorities": "The reasons for which an application comes before others. Without any, "
            "all are alike.",
            "refusal_reasons": "The reasons for which applications are refused. Without any a "
            "refusal is reasoned in words alone.",
            "standard_conditions": "The conditions that authorities choose from when they agree "
            "with conditions. Without any each condition is written anew.",
            "proportionality": "What an authority answers about the conditions that it sets. "
            "Without any its reasons are enough.",
        },
    ),
}

PARTS = (
    f"The other files of the folder, at most {MOST_FILES - 1}, in the order in which they are read."
)

"""Say of every table, key and word of a pack what it does, for the reference.

What a key may hold is not said here: that is taken from the schema. A key without a sentence fails
a test.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sandbox.domain.packs import MOST_FILES as MOST_OF_AN_ANSWER
from sandbox.domain.packs import (
    Announceable,
    ClockStart,
    ClockUnit,
    DecisionRule,
    Direction,
    EligibilityVerdict,
    Ending,
    FastSilence,
    Moment,
    Operator,
    QuestionKind,
    RecordKind,
    Regime,
    RequirementKind,
    Silence,
    Suspender,
    Who,
)
from sandbox.packs import schemas
from sandbox.packs.checking import (
    NEEDED_CLOCKS,
    NEEDED_RELIEF_COLUMNS,
    ONLY_IN_FORM,
    PARTY_WORDS,
)
from sandbox.packs.reading import MOST_FILES
from sandbox.packs.schemas import PartSchema


@dataclass(frozen=True, slots=True)
class TableWords:
    """Hold what is said of one table of the file, and of each of its keys."""

    title: str
    about: str
    keys: Mapping[str, str]


_CODE = "The name by which other parts refer to it; each only once."
_IN_FORM = ", ".join(f"`{key}`" for key in ONLY_IN_FORM)
_NAME = "Its name on every page and in every letter."
_REPEATS = (
    "The length of the [term](#term) `{}`, repeated for whoever reads the rules as one table; left "
    "out where that is counted in months."
)

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
            "4217.",
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
        },
    ),
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
    schemas.ProgrammeSchema: TableWords(
        "Programme",
        "What the start page and the pages about the programme say.",
        {
            "title": "The heading of the start page.",
            "short_title": "The name in the header of every page.",
            "operator": "Who runs the programme.",
            "summary": "One paragraph below the heading of the start page.",
            "purpose": "What the programme is for, a paragraph each.",
            "for_whom": "Who it is for, a line each.",
            "not_for": "Who it is not for, a line each.",
            "how_it_works": "The way from the check to the report, a step each.",
            "tax_number": "The hint beside the field for an organisation's tax number.",
            "reference_prefix": "The letters with which the reference of every case begins.",
            "appeals": "How a decision can be challenged, or whom to ask. It stands in the letter "
            "of decision, so it must not refer to it; the `remedy` of the authority that decided, "
            "where there is one, stands there instead.",
            "no_endorsement": "The sentence that taking part is no endorsement; it stands on "
            "public pages and in outcome reports.",
            "privacy": "The text of the page on privacy.",
        },
    ),
    schemas.CallSchema: TableWords(
        "Call",
        "A time in which applications may be sent. The start page and the eligibility check say "
        "which call is open, or when the next one opens. An application may be written at any "
        "time, and belongs to the call in which it was first sent, if it was sent in one; sent "
        "again after a return it stays there. The calls are those of the rules in force, whatever "
        "the rules under which an application was begun.",
        {
            "key": _CODE,
            "name": _NAME,
            "text": "What the call is about, in a sentence or two.",
            "first_day": "The first day of the call.",
            "last_day": "The last day of the call, which is part of it; without it, the call has "
            "no end and no other can follow.",
            "places": "The most applications of the call that can be admitted; a decision that "
            "would admit one more is refused. Without it there is no limit.",
        },
    ),
    schemas.FastAnswerSchema: TableWords(
        "Fast answer",
        "A company describes what it plans and asks whether any rule applies. The secretariat asks "
        "every competent authority, each of which answers that a rule applies and which, that none "
        "does, or that it is not competent. Whoever has not answered is reminded three business "
        "days before the end of the term.",
        {
            "length": "How long each authority has to answer, from the day on which it is asked. "
            "In its suspension windows the term stands still.",
            "unit": "What the length is counted in.",
            "silence": "What it means that an authority lets its term pass. It is recorded and "
            "shown as silence, never as an answer; an answer may still come later.",
            "text": "What an answer is worth: whom it binds, and for how long. It stands beside "
            "every answer, and where a company asks.",
        },
    ),
    schemas.CompetenceSchema: TableWords(
        "Competence",
        "A matter. Questions and options point to it; authorities hold it. At every date an "
        "authority must hold it.",
        {"code": _CODE, "name": _NAME},
    ),
    schemas.AuthoritySchema: TableWords(
        "Authority",
        "Somebody who decides. Where authorities weigh the same, the one listed first leads.",
        {
            "code": f"{_CODE} Two codes differ in more than capital letters, and none is a word by "
            f"which a party is called: {', '.join(f'`{word}`' for word in PARTY_WORDS)}.",
            "name": _NAME,
            "competences": "The codes of the matters that it is competent for.",
            "valid_from": "The first day on which it can take part; without it, always. Each "
            "competence needs an authority without it, or one that follows such by a succession.",
            "valid_until": "The last day on which it can take part; without it, always. Where a "
            "succession ends the authority it works on until somebody applies the succession.",
            "parent": "The body that it belongs to, shown beside its name.",
            "remedy": "How a decision can be challenged that this authority issued as the lead: by "
            "which remedy, before whom and by when, or whom to ask. It stands in the letter of "
            "decision, on its page and in the mail; without it, the `appeals` of the programme do.",
            "posts": "The posts whose meetings with companies the law orders to be registered.",
        },
    ),
    schemas.RegisteredPostSchema: TableWords(
        "Registered post",
        "A post of an authority whose meetings with the companies it regulates must be registered. "
        "The list of authorities shows it, so that a company knows before it asks for a meeting.",
        {
            "code": "The name by which other parts refer to it; once in each authority.",
            "name": "The name of the post.",
            "provision": "The provision of law that orders it.",
            "published": "Whether the register of meetings is open to everybody.",
            "recorded": "Whether the meeting itself is recorded.",
        },
    ),
    schemas.SuspensionWindowSchema: TableWords(
        "Suspension window",
        "Days on which the terms of one authority stand still: its own, and that of the decision "
        "while it leads the case. Filings are received all the same. The days are said in one of "
        "three ways: `first_day` with `last_day`, `first_day` with `business_days`, or `dates`. "
        "No window may last longer than a year.",
        {
            "key": "The name of the window; each only once.",
            "authority": "The code of the authority.",
            "ground": "The legal ground; every term that the window stops shows it.",
            "first_day": "The first day of the window, which is part of it.",
            "last_day": "The last day of the window, which is part of it.",
            "business_days": "How many business days the window has; the first day is one of them "
            "if it is a business day.",
            "dates": "The days of a window of single days.",
        },
    ),
    schemas.SuccessionSchema: TableWords(
        "Succession",
        "An authority ends and others take over. It is prepared here and applied by an "
        "administrator, not before its day; until then the authority works on, and its successors "
        "do not have what they are to receive. Every open case moves then, and each matter of it "
        "goes with its competence.",
        {
            "key": "The name of the succession; each only once.",
            "authority": "The code of the authority that ends; its `valid_until` is the day "
            "before.",
            "on": "The first day on which it can be applied; every successor must be in force.",
            "successors": "Who takes over. Where an open case touches nothing that passes on, the "
            "first of the list takes it.",
            "open_cases": "The rule that open cases follow, in words, for everybody concerned.",
            "provision": "The provision of law that orders the succession.",
            "ended": "The competences that pass to nobody.",
        },
    ),
    schemas.SuccessorSchema: TableWords(
        "Successor",
        "One authority that takes over. Every competence of the authority that ends passes to "
        "exactly one successor, or is named as ended.",
        {
            "code": "The code of the authority.",
            "competences": "What it takes over; the authority's own list must have it too.",
        },
    ),
    schemas.CalendarSchema: TableWords(
        "Calendar",
        "Business days are Monday to Friday, without the holidays of the country and the days off.",
        {
            "country": "The country whose public holidays are no business days.",
            "timezone": "The time zone in which a day begins and ends: that of a place, or `UTC`.",
            "days_off": "Further days that are no business days, each with its name; at most "
            "half of any two years.",
        },
    ),
    schemas.ClockSchema: TableWords(
        "Term",
        "A term. `acceptance` is how long an authority has to accept or decline a case, `position` "
        "how long it has to take its position, `return_answer` how long the company has to correct "
        "a returned application; the first two repeat their silence from "
        "[Coordination](#coordination) and must agree with it. `information_answer`, if it is "
        "there, is the term for an answer to a request for information; without it a request has "
        "the term of `return_answer`. What the company does not answer in time lapses. `comment` "
        "is the term for an answer to a [Preliminary result](#preliminary-result), and is there "
        "exactly where that is; when it passes in silence, nothing lapses. "
        "`exit_report`, if it is there, counts from the end of a test: by then the outcome report "
        "is published or, where the company is asked for its agreement, in its hands, so that a "
        "refusal makes nobody late. Until then its tasks are due on that day; the "
        "suspension windows of the lead do not count. Nothing counts a term with "
        "any other key but `decision`, and the checks "
        "warn of it.",
        {
            "key": _CODE,
            "name": _NAME,
            "unit": "What is counted.",
            "length": "How many of them; the day on which it starts is day 0.",
            "stops_in": "The statuses of an application in which it stands still: `returned`, "
            "`information_requested` and, for `decision` alone, `preliminary`, in which the "
            "company may answer to what was announced. A term that ends such a status cannot "
            "stand still in it. "
            "Only for `decision` and `position`; no other term runs while the company is asked.",
            "silence": "What it means when nobody acts in time. The platform acts on it for "
            "`acceptance` and `position`, and proves it for `decision` with a certificate. What "
            "the company does not answer in time lapses: `return_answer` and `information_answer` "
            "may be `denied` or `none`. `exit_report` is a duty that remains, and who does not "
            "answer to a preliminary result has agreed to nothing: `exit_report` and `comment` "
            "are `none`.",
            "starts": "For `decision` alone: the act with which it begins. Any other term begins "
            "with the act that it answers.",
        },
    ),
    schemas.PrincipleSchema: TableWords(
        "Principle",
        "A principle of the programme.",
        {
            "code": _CODE,
            "name": _NAME,
            "asks": "The question that it puts to a test; whoever drafts the outcome report "
            "answers it.",
        },
    ),
    schemas.SectionSchema: TableWords(
        "Section",
        "One part of the application form: questions that a person thinks about together.",
        {
            "key": _CODE,
            "title": "Its name in the list of sections.",
            "intro": "What is said before its questions.",
            "questions": "Its questions, in the order in which they are asked.",
        },
    ),
    schemas.QuestionSchema: TableWords(
        "Question",
        "One question, or one column of a question of kind `rows`. An answer must matter to "
        "something, or be marked with `information`. A question of the check has no "
        f"`required`, and neither it nor its options have {_IN_FORM}. "
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
            "key": _CODE,
            "when": "When it holds; it looks at questions of the check.",
            "verdict": "The verdict for which it speaks.",
            "reason": "The sentence that the visitor reads.",
        },
    ),
    schemas.CriterionSchema: TableWords(
        "Criterion",
        "What every authority assesses, and marks as met, partly met or not met.",
        {
            "key": _CODE,
            "name": _NAME,
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
    schemas.ProhibitedUseSchema: TableWords(
        "Prohibited use",
        "A use that is named to the secretariat when it checks the application, so that it can "
        "decline it. A pack with prohibited uses needs a prohibited tier and a hard rule that "
        "leads to it.",
        {
            "key": _CODE,
            "name": _NAME,
            "when": "The answers that reveal it.",
        },
    ),
    schemas.HardRuleSchema: TableWords(
        "Hard rule",
        "A rule that raises the tier. None lowers it; of several the severest stands.",
        {
            "key": _CODE,
            "when": "The answers for which it holds.",
            "at_least": "The key of the tier to which it raises.",
            "reason": "The sentence that explains it.",
        },
    ),
    schemas.TierSchema: TableWords(
        "Tier",
        "A tier of risk. Every sum of points belongs to exactly one tier. A prohibited tier is the "
        "last, has no points and no stages. Every other tier has two stages or more.",
        {
            "key": _CODE,
            "name": _NAME,
            "summary": "What it means, in a sentence or two.",
            "min_points": "The fewest points; 0 for the first tier, and one more than the most of "
            "the tier before for every other. Required unless prohibited.",
            "max_points": "The most points; leave it out for the last tier that has points.",
            "prohibited": "Whether what lies in it is never tested.",
            "stages": "Its stages, in their order.",
            "completion": "What must be there before a test can end with its last stage.",
            "start_conditions": "What must be in place before people are exposed.",
            "metrics": "The keys of the metrics that every test in it measures.",
        },
    ),
    schemas.StageSchema: TableWords(
        "Stage",
        "One stage of a tier. The first prepares the test and has no gate.",
        {
            "key": "The name of the stage; each only once in its tier. `completion` is taken by "
            "the gate behind the last stage.",
            "name": _NAME,
            "purpose": "What the stage is for.",
            "max_days": "The most calendar days in it, without those of a suspension. The company "
            "and the lead are told before the last of them and once it is over; from then on it is "
            "the lead's task to lead the test out of the stage.",
            "gate": "What must be there before the test may enter it.",
            "participants_cap": "The most participants; a report that tells of more is marked. "
            "Like every cap it stands on the page of the test, in its plan, in the register and "
            "in the drawing.",
            "places_cap": "The most places.",
            "amount_per_person_cap": "The most money that may be at stake for one participant, in "
            "cents.",
            "amount_total_cap": "The most money that may be at stake in all, in cents.",
            "report_every_days": "After how many calendar days the company reports, again and "
            "again. Required if live, and no longer than the stage.",
            "live": "Whether real people take part.",
        },
    ),
    schemas.RequirementSchema: TableWords(
        "Requirement",
        "One thing that a gate, or the end of a test, demands. See "
        "[Kinds of requirement](#kinds-of-requirement).",
        {
            "key": "The name of the requirement; each only once in its tier.",
            "kind": "What is demanded.",
            "label": "What the pages and the drawing call it.",
            "by": "Who satisfies it. A document of the `associates` comes from any one of them.",
            "persons": "How many different people of each party must approve; only for `approval`.",
            "days": "How many calendar days the test must have been in the stage before; only for "
            "`minimum_days`.",
            "may_be_waived": "Whether the lead may waive it with a written reason.",
            "answer_days": "How many business days the parties have to approve, from the day on "
            "which nothing but approvals is missing at the gate; only for `approval`. The term "
            "begins anew when something else is missing again, and when a test was suspended.",
            "silence": "What it means when they have passed: `granted` counts as the approval of "
            "whoever has not answered; `denied` counts as a denial, after which only an express "
            "approval opens the gate; `none` only says that the answer is overdue. Needs "
            "`answer_days`.",
        },
    ),
    schemas.StartConditionSchema: TableWords(
        "Start condition",
        "Something that must be in place, asked for by a requirement of kind `start_conditions`.",
        {
            "key": "The name of the condition; each only once in its tier.",
            "label": "What it is.",
            "owner": "Who brings it; not `platform` and not `every_authority`.",
        },
    ),
    schemas.MetricSchema: TableWords(
        "Metric",
        "What is measured. The three values rise for `at_most` and fall for `at_least`.",
        {
            "key": _CODE,
            "name": _NAME,
            "unit": "What the number counts.",
            "direction": "Which way is good.",
            "target": "The value that is hoped for; a reading that meets it is always within.",
            "warning": "The value from which on a reading is a warning.",
            "breach": "The value from which on a reading is a breach.",
            "breach_class": "The key of the class of incident that a breach opens by itself. "
            "Without it a breach opens none, and only keeps a gate with `metrics_within` closed.",
            "breach_suspends": "Whether a breach suspends the test at once. It goes on when the "
            "lead agrees. Only with `breach_class`.",
        },
    ),
    schemas.PlanFieldSchema: TableWords(
        "Part of the plan",
        "One part of the plan that the company writes and that others agree to.",
        {
            "key": _CODE,
            "label": "Its heading.",
            "hint": "What it should say.",
            "required": "Whether it must be filled in before others can agree to the plan.",
        },
    ),
    schemas.IncidentClassSchema: TableWords(
        "Class of incident",
        "How grave an incident is, and how soon the company must report it.",
        {
            "key": _CODE,
            "name": _NAME,
            "report_hours": "Within how many hours the company must report it, from when it "
            "learned of it.",
            "serious": "Whether an open incident of this class keeps a gate with "
            "`no_open_incident` closed.",
            "complete_report_days": "Within how many calendar days the company must complete a "
            "first report that was incomplete, from when it learned of the incident. The lead "
            "closes the incident only after that. Without it the first report must say everything.",
            "reaction_days": "Within how many calendar days the lead must answer, from the first "
            "report; its suspension windows do not count. Without it no answer is asked for.",
        },
    ),
    schemas.ExtensionSchema: TableWords(
        "Extension of a test",
        "What the rules say of a test that needs longer than its plan. The platform tells it; the "
        "extension itself is agreed in writing.",
        {
            "ask_days_before": "How many calendar days before the latest end of the test it must "
            "be asked for. That end follows from the longest time in the stages that are left.",
            "approved_by": "Who must approve it.",
            "most": "How often a test may be extended; without it there is no limit.",
            "days": "By how many calendar days at most each time; without it there is no limit.",
        },
    ),
    schemas.AmendmentSchema: TableWords(
        "Amendment of a plan",
        "What the rules say of a change to a plan that was agreed.",
        {"agreed_by": "Who must agree to it."},
    ),
    schemas.SuspensionGroundSchema: TableWords(
        "Ground of suspension",
        "A ground on which a test may be stopped at once. Where there are any, the company and the "
        "authorities have one each at least, so that nobody is kept from the emergency stop.",
        {
            "key": _CODE,
            "name": _NAME,
            "by": "Who may stop a test on it. Not more than one ground may be of `rules`.",
        },
    ),
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
            "acceptance_days": _REPEATS.format("acceptance"),
            "acceptance_silence": "What silence then means: `granted` accepts, `denied` declines, "
            "`none` leaves it open.",
            "position_days": _REPEATS.format("position"),
            "position_silence": "What silence then means: `granted` agrees, `denied` objects, "
            "`none` leaves it open.",
            "decision_rule": "How positions become a decision.",
            "objection_opens_deliberation": "Whether an objection leads to a deliberation first, "
            "where the rule is `unanimity`.",
            "returns_allowed": "How often the secretariat may return an application for "
            "correction.",
            "return_answer_days": _REPEATS.format("return_answer"),
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
    schemas.ReliefKindSchema: TableWords(
        "Kind of relief",
        "What a company may ask for under a rule.",
        {"key": _CODE, "name": _NAME},
    ),
    schemas.ExitKindSchema: TableWords(
        "Kind of exit",
        "What came of a test.",
        {
            "code": _CODE,
            "name": _NAME,
            "ends": "To which way of ending it belongs.",
        },
    ),
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
    schemas.NamedSchema: TableWords(
        "Stakeholder",
        "Somebody to whom a recommendation may be addressed.",
        {"code": _CODE, "name": _NAME},
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
            "key": _CODE,
            "title": "Its heading.",
            "help": "What it should say.",
            "required": "Whether it must be filled in before the draft goes to the publishers.",
        },
    ),
}

PARTS = (
    f"The other files of the folder, at most {MOST_FILES - 1}, in the order in which they are read."
)

WORDS: Mapping[type[StrEnum], Mapping[str, str]] = {
    QuestionKind: {
        QuestionKind.TEXT: "A line of text.",
        QuestionKind.LONG_TEXT: "Some paragraphs of text.",
        QuestionKind.NUMBER: "A number, with a fraction if need be.",
        QuestionKind.MONEY: "An amount in the pack's currency.",
        QuestionKind.DATE: "A day.",
        QuestionKind.CHOICE: "One of the options.",
        QuestionKind.MANY: "Any of the options.",
        QuestionKind.YES_NO: "Yes or no; in conditions `yes` and `no`.",
        QuestionKind.ROWS: "A table that the company fills in, row by row.",
        QuestionKind.FILE: "Attached files.",
        QuestionKind.ORGANISATION: "An organisation: its name and, if it has one, its tax number. "
        "The secretariat and the authorities of the case read beside it whether an organisation "
        "with this number is known here; nobody else is told. The public register shows the name "
        "alone.",
    },
    RequirementKind: {
        RequirementKind.PLAN_AGREED: "Everybody named has agreed to the plan.",
        RequirementKind.START_CONDITIONS: "Every start condition of the tier is met.",
        RequirementKind.DOCUMENT: "A document has been handed in.",
        RequirementKind.APPROVAL: "Everybody named has approved, each with so many `persons`.",
        RequirementKind.REPORT_ACCEPTED: "Every report that fell due in the stage before has been "
        "accepted, and at least one.",
        RequirementKind.METRICS_WITHIN: "Every metric of the tier has been read, and none is in "
        "breach.",
        RequirementKind.NO_OPEN_INCIDENT: "No serious incident is open.",
        RequirementKind.MINIMUM_DAYS: "The test has been in the stage before for so many `days`, "
        "those of suspension not counted.",
    },
    Operator: {
        Operator.EQUALS: "The answer is this one.",
        Operator.NOT_EQUALS: "There is an answer, and it is another one.",
        Operator.ONE_OF: "The answer is one of these.",
        Operator.INCLUDES: "The chosen options include this one, or at least one of these.",
        Operator.AT_LEAST: "The number, amount (in cents) or day is this or more.",
        Operator.AT_MOST: "The number, amount (in cents) or day is this or less.",
        Operator.ANSWERED: "There is an answer, whatever it is.",
    },
    Who: {
        Who.COMPANY: "The company that applied.",
        Who.LEAD: "The authority that leads the case.",
        Who.ASSOCIATES: "Each of the other authorities of the case.",
        Who.EVERY_AUTHORITY: "The lead and each of the associates.",
        Who.SECRETARIAT: "The secretariat of the programme.",
        Who.PLATFORM: "Nobody: the facts themselves satisfy it. Where people must act all the "
        "same, it stands for them: the company and every authority for `plan_agreed`, the lead for "
        "`report_accepted`.",
    },
    ClockUnit: {
        ClockUnit.BUSINESS_DAYS: "Days on which the programme works.",
        ClockUnit.CALENDAR_DAYS: "Every day.",
        ClockUnit.MONTHS: "Months, to the day of the same number, or to the business day after it.",
    },
    Suspender: {
        Suspender.COMPANY: "The company, which may stop its own test.",
        Suspender.AUTHORITIES: "Any officer of an authority that is assigned to the case.",
        Suspender.RULES: "The rules themselves: a reading in breach of a metric with "
        "`breach_suspends`.",
    },
    ClockStart: {
        ClockStart.SUBMITTED: "The application is submitted for the first time.",
        ClockStart.COMPLETE: "The secretariat finds it complete and asks the authorities to take "
        "it. Until then no term runs, and pages say so.",
    },
    Silence: {
        Silence.GRANTED: "What was asked counts as granted.",
        Silence.DENIED: "What was asked counts as denied.",
        Silence.NONE: "Silence means nothing.",
    },
    FastSilence: {
        FastSilence.NONE: "Silence means nothing.",
        FastSilence.NO_RULE: "It counts as if no rule of the authority applied.",
    },
    EligibilityVerdict: {
        EligibilityVerdict.LIKELY: "An application is worth while.",
        EligibilityVerdict.GUIDANCE: "Ordinary guidance would serve better.",
        EligibilityVerdict.NOT_YET: "Something is missing first.",
        EligibilityVerdict.NOT_POSSIBLE: "It cannot be tested here.",
    },
    Announceable: {
        Announceable.ADMITTED: "The application is to be admitted without conditions.",
        Announceable.ADMITTED_WITH_CONDITIONS: "It is to be admitted with conditions.",
        Announceable.DECLINED: "It is not to be admitted.",
    },
    DecisionRule: {
        DecisionRule.UNANIMITY: "It is admitted if no authority objects.",
        DecisionRule.LEAD_DECIDES: "The position of the lead is the decision.",
        DecisionRule.MAJORITY: "It is admitted if more authorities agree than object; the lead "
        "breaks a tie.",
    },
    Ending: {
        Ending.COMPLETED: "The test went through its whole plan.",
        Ending.EARLY: "The test ended before.",
    },
    Moment: {
        Moment.STARTED: "The test has left its first stage, or is over.",
        Moment.ENDED: "The test is over, in whichever way.",
    },
    RecordKind: {
        RecordKind.DRAFTS: "Applications that were never submitted.",
        RecordKind.DECLINED: "Applications that led to no test: declined, withdrawn or lapsed.",
        RecordKind.TRIALS: "Applications that led to a test, with everything of the test.",
        RecordKind.ENQUIRIES: "Enquiries to the secretariat, with what the authorities answered.",
        RecordKind.ACCOUNTS: "Accounts of people who no longer sign in.",
        RecordKind.MESSAGES: "Messages that were sent, and the inbox.",
        RecordKind.HISTORY: "The history of who did what.",
    },
    Regime: {
        Regime.PUBLIC: "Everybody may follow it, and it may be broadcast.",
        Regime.ON_RECORD: "What was said is published with who said it.",
        Regime.CHATHAM_HOUSE: "What was said may be used; nobody learns who said it or who was "
        "there.",
        Regime.CLOSED: "Only that it was held is published.",
        Regime.REGISTERED_INTERVIEW: "A meeting that the law orders to be registered, with full "
        "names, times and topics.",
    },
    Direction: {
        Direction.AT_MOST: "Low is good.",
        Direction.AT_LEAST: "High is good.",
    },
}
"""What each word of a closed list means; words of two lists may be spelt alike."""

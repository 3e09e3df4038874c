"""Say of the keys what they do: risk, tiers, stages and what happens in a test."""

from collections.abc import Mapping

from sandbox.packs import schemas
from sandbox.packs.schemas import PartSchema
from sandbox.packs.sentences.base import CODE, NAME, TableWords

SAYS: Mapping[type[PartSchema], TableWords] = {
    schemas.HardRuleSchema: TableWords(
        "Hard rule",
        "A rule that raises the tier. None lowers it; of several the severest stands.",
        {
            "key": CODE,
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
            "key": CODE,
            "name": NAME,
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
            "name": NAME,
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
            "key": CODE,
            "name": NAME,
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
            "key": CODE,
            "label": "Its heading.",
            "hint": "What it should say.",
            "required": "Whether it must be filled in before others can agree to the plan.",
        },
    ),
    schemas.IncidentClassSchema: TableWords(
        "Class of incident",
        "How grave an incident is, and how soon the company must report it.",
        {
            "key": CODE,
            "name": NAME,
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
            "key": CODE,
            "name": NAME,
            "by": "Who may stop a test on it. Not more than one ground may be of `rules`.",
        },
    ),
}

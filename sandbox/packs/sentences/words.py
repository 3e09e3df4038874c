"""Say what each word of a closed list means."""

from collections.abc import Mapping
from enum import StrEnum

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
    TextFormat,
    Weekday,
    Who,
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
    TextFormat: {
        TextFormat.EMAIL: "An e-mail address.",
        TextFormat.TELEPHONE: "A telephone number: digits, with signs between them and an "
        "extension behind if there is one.",
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
    Weekday: {
        Weekday.MONDAY: "Monday.",
        Weekday.TUESDAY: "Tuesday.",
        Weekday.WEDNESDAY: "Wednesday.",
        Weekday.THURSDAY: "Thursday.",
        Weekday.FRIDAY: "Friday.",
        Weekday.SATURDAY: "Saturday.",
        Weekday.SUNDAY: "Sunday.",
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

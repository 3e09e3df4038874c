"""Say of the keys what they do: who runs it, under which calendar, terms and calls."""

from collections.abc import Mapping

from sandbox.packs import schemas
from sandbox.packs.checking import PARTY_WORDS
from sandbox.packs.schemas import PartSchema
from sandbox.packs.sentences.base import CODE, NAME, TableWords

SAYS: Mapping[type[PartSchema], TableWords] = {
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
            "key": CODE,
            "name": NAME,
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
        {
            "code": CODE,
            "name": NAME,
            "answer_weight": "What an answer weighs that touches it; left out, what the "
            "[coordination](#coordination) says.",
            "relief_weight": "What a relief weighs that touches it, likewise. One that touches "
            "several matters of one authority weighs for it as the weightiest of them.",
        },
    ),
    schemas.AuthoritySchema: TableWords(
        "Authority",
        "Somebody who decides. Where authorities weigh the same, the one listed first leads.",
        {
            "code": f"{CODE} Two codes differ in more than capital letters, and none is a word by "
            f"which a party is called: {', '.join(f'`{word}`' for word in PARTY_WORDS)}.",
            "name": NAME,
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
        "Business days are those outside the weekend of the country, without its holidays and the "
        "days off. The weekend is Saturday and Sunday unless the country is known to have another, "
        "such as Friday and Saturday in Egypt, Israel and Saudi Arabia, or Sunday alone in "
        "Paraguay.",
        {
            "country": "The country whose weekend and public holidays are no business days.",
            "timezone": "The time zone in which a day begins and ends: that of a place, or `UTC`.",
            "days_off": "Further days that are no business days, each with its name; at most "
            "half of any two years.",
            "weekend": "The days of the week on which nobody works, two at most, where they are "
            "not those of the country.",
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
            "key": CODE,
            "name": NAME,
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
            "late_days": "For `return_answer` and `information_answer` alone: for how many days "
            "after the term a late answer is still taken, and marked as late; the case lapses "
            "only after them. Business days where the unit is business days, calendar days "
            "otherwise. With 0 nothing is taken after the last day of the term.",
        },
    ),
    schemas.PrincipleSchema: TableWords(
        "Principle",
        "A principle of the programme.",
        {
            "code": CODE,
            "name": NAME,
            "asks": "The question that it puts to a test; whoever drafts the outcome report "
            "answers it.",
        },
    ),
}

"""Say in words what a gate still lacks, and who can bring it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from sandbox.domain.awaiting import PUBLISHER, Awaited, Step
from sandbox.domain.gates import MissingKind, MissingPart
from sandbox.domain.monitoring import Cap, Reach
from sandbox.domain.packs import (
    AmendmentSpec,
    ExtensionSpec,
    IncidentClassSpec,
    PolicyPack,
    StageSpec,
    Who,
)
from sandbox.kernel.formats import day, money, number
from sandbox.kernel.language import current_language

SECONDS_AN_HOUR = 3_600
HOURS_A_DAY = 24
FEWEST_HOURS_IN_DAYS = 48  # what is shorter is said in hours

# Said beside the form where it is judged, and on a page of its own where two arrive at once.
FORM_SENT = _l(
    "This form was already sent, with other content, and that was saved. What you have "
    "written now has not been saved: check whether it is still needed and send it again."
)

STEPS: Mapping[Step, object] = {
    Step.RESUME: _l("Nothing moves until the suspension is lifted."),
    Step.ANSWER_INCIDENT: _l("The report of an incident waits for an answer."),
    Step.COMPLETE_INCIDENT: _l("The report of an incident has still to be completed."),
    Step.CLOSE_INCIDENT: _l("An incident is open and has to be worked off."),
    Step.SUPERVISE: _l(
        "The test is supervised. What is worked on opens to you once you have declared whether you "
        "have a conflict of interest."
    ),
    Step.CORRECT_REPORT: _l("A monitoring report came back and has to be corrected."),
    Step.REPORT: _l("A monitoring report has to be handed in."),
    Step.JUDGE_REPORT: _l("A monitoring report waits to be accepted or returned."),
    Step.PLAN: _l("The plan of the test has to be written and agreed to."),
    Step.AGREE: _l("The plan of the test waits for agreement."),
    Step.SETTLE: _l("An approval was refused. What is missing has to be settled."),
    Step.BRING: _l("The next gate asks for something that has still to be brought."),
    Step.APPROVE: _l("The next gate waits for approval."),
    Step.ENTER: _l("Everything is in place. The lead authority opens the way."),
    Step.COMPLETE: _l("Everything is in place. The test can be completed."),
    Step.WAIT: _l("The test goes on. Nothing has to be done now."),
    Step.FINAL_REPORT: _l("The test has ended. Its final report has to be handed in."),
    Step.DRAFT_OUTCOME: _l("The test has ended. Its outcome report has to be drafted."),
    Step.FINISH_OUTCOME: _l("The outcome report is being drafted."),
    Step.CONSENT: _l("Before it is published, the outcome report waits for agreement."),
    Step.PUBLISH: _l("The outcome report has to be checked and published."),
    Step.TAKE_BACK: _l(
        "The company refuses the publication of the outcome report, so it stays unpublished. The "
        "publishers can give it back to its drafter for another wording."
    ),
    Step.OVER: _l("Nothing more happens: the outcome report is published."),
}


def step_sentence(each: Awaited) -> str:
    """Say what is next."""
    if each.step is Step.WAIT_FOR_DAYS:
        return ngettext(
            "The test goes on. The stage has to last %(num)s day more.",
            "The test goes on. The stage has to last %(num)s days more.",
            each.days,
        )
    if each.step is Step.WAIT_FOR_REPORT and each.on is not None:
        return _("The test goes on. The next report is due on %(day)s.", day=day(each.on))
    if each.step is Step.LEAVE_STAGE and each.on is not None:
        return _("The stage is over its limit: it had to end by %(day)s.", day=day(each.on))
    return str(STEPS.get(each.step, STEPS[Step.WAIT]))


def party_words(awaited: Awaited) -> str:
    """Name who must act, as a line of its own."""
    return _("Nobody") if awaited.step is Step.OVER else parties_line(awaited.parties)


def in_words(steps: Sequence[Awaited]) -> list[tuple[str, str]]:
    """Say of each step what is next, and who must act."""
    return [(step_sentence(each), party_words(each)) for each in steps]


def parties_line(parties: Sequence[str]) -> str:
    """Name parties, as a line of its own. Shape: as in `Awaited`."""
    names = {each.value: who(each) for each in (Who.COMPANY, Who.SECRETARIAT, Who.LEAD)}
    names[PUBLISHER] = _("the publishers")
    line = ", ".join(names.get(party, party) for party in parties) or _("nobody for now")
    return line[:1].upper() + line[1:]


def class_terms(spec: IncidentClassSpec) -> str:
    """Say by when an incident of a class is reported, completed and answered."""
    hours = spec.report_hours
    if hours % HOURS_A_DAY or hours < FEWEST_HOURS_IN_DAYS:
        first = ngettext("Report it within %(num)s hour.", "Report it within %(num)s hours.", hours)
    else:
        first = ngettext(
            "Report it within %(num)s day.",
            "Report it within %(num)s days.",
            hours // HOURS_A_DAY,
        )
    parts = [first]
    if spec.complete_report_days is not None:
        parts.append(
            ngettext(
                "Complete the report within %(num)s day.",
                "Complete the report within %(num)s days.",
                spec.complete_report_days,
            )
        )
    if spec.reaction_days is not None:
        parts.append(
            ngettext(
                "The lead authority answers within %(num)s day.",
                "The lead authority answers within %(num)s days.",
                spec.reaction_days,
            )
        )
    return " ".join(parts)


def cap_words(stage: StageSpec, currency: str) -> list[str]:
    """Say how many people and places, and how much money, a stage may reach at most."""
    caps: list[str] = []
    if stage.participants_cap is not None:
        caps.append(
            ngettext(
                "%(num)d participant at most",
                "%(num)d participants at most",
                stage.participants_cap,
            )
        )
    if stage.places_cap is not None:
        caps.append(ngettext("%(num)d place at most", "%(num)d places at most", stage.places_cap))
    if stage.amount_per_person_cap is not None:
        amount = money(stage.amount_per_person_cap, currency)
        caps.append(_("%(amount)s at most for each participant", amount=amount))
    if stage.amount_total_cap is not None:
        caps.append(_("%(amount)s at most in all", amount=money(stage.amount_total_cap, currency)))
    return caps


def above_cap_words(cap: Cap) -> str:
    """Say of what a report tells more than its stage allows."""
    return {
        Cap.PARTICIPANTS: _("Above the cap on participants"),
        Cap.PLACES: _("Above the cap on places"),
        Cap.AMOUNT_EACH: _("Above the cap on money for each participant"),
        Cap.AMOUNT_TOTAL: _("Above the cap on money in all"),
    }[cap]


def reach_words(reach: Reach, currency: str) -> list[tuple[Cap, str, str]]:
    """Say how far a report tells that the test has reached: what, its name and how much."""
    said = (
        (Cap.PARTICIPANTS, _("Participants so far"), number(reach.participants)),
        (Cap.PLACES, _("Places so far"), number(reach.places or 0)),
        (
            Cap.AMOUNT_EACH,
            _("Most money so far for one participant"),
            money(reach.amount_each, currency),
        ),
        (Cap.AMOUNT_TOTAL, _("Money so far in all"), money(reach.amount_total, currency)),
    )
    return [each for each in said if reach.of(each[0]) is not None]


def extension_words(spec: ExtensionSpec) -> list[str]:
    """Say how a test may be extended, fact by fact."""
    facts: list[str] = []
    if spec.most is not None:
        facts.append(ngettext("%(num)d time at most", "%(num)d times at most", spec.most))
    if spec.days is not None:
        facts.append(
            ngettext(
                "by %(num)d day at most each time", "by %(num)d days at most each time", spec.days
            )
        )
    facts.append(
        ngettext(
            "asked for %(num)d day before the end at the latest",
            "asked for %(num)d days before the end at the latest",
            spec.ask_days_before,
        )
    )
    facts.append(_("approved by: %(parties)s", parties=_in_a_row(spec.approved_by)))
    return facts


def amendment_words(spec: AmendmentSpec) -> str:
    """Name those who must agree to a change of an agreed plan."""
    return _in_a_row(spec.agreed_by)


def _in_a_row(parties: Iterable[Who]) -> str:
    return ", ".join(who(party) for party in parties)


def term_words(due_at: datetime, now: datetime) -> str:
    """Say how much of a term is left, or for how long it has been over."""
    left = due_at - now
    hours = int(abs(left).total_seconds() // SECONDS_AN_HOUR)
    days = hours // HOURS_A_DAY
    is_short = hours < FEWEST_HOURS_IN_DAYS
    if left < timedelta(0):
        return (
            ngettext("%(num)s hour overdue", "%(num)s hours overdue", hours)
            if is_short
            else ngettext("%(num)s day overdue", "%(num)s days overdue", days)
        )
    return (
        ngettext("%(num)s hour left", "%(num)s hours left", hours)
        if is_short
        else ngettext("%(num)s day left", "%(num)s days left", days)
    )


def who(part: Who, authority: str | None = None) -> str:
    """Name a party to the trial."""
    if authority:
        return authority
    names = {
        Who.COMPANY: _("the company"),
        Who.LEAD: _("the lead authority"),
        Who.ASSOCIATES: _("the associate authorities"),
        Who.EVERY_AUTHORITY: _("every authority"),
        Who.SECRETARIAT: _("the secretariat"),
        Who.PLATFORM: _("the facts themselves"),
    }
    return names[part]


def missing_sentence(part: MissingPart, pack: PolicyPack) -> str:
    """Return what is missing as a sentence in the reader's language."""
    name = who(part.who, part.authority)
    metric = pack.metric(part.subject).name.in_(current_language()) if part.subject else ""
    count = part.count
    sentences = {
        MissingKind.AGREEMENT: lambda: _("Agreement of %(who)s", who=name),
        MissingKind.START_CONDITION: lambda: ngettext(
            "%(num)s start condition is not met", "%(num)s start conditions are not met", count
        ),
        MissingKind.DOCUMENT: lambda: _("Document from %(who)s", who=name),
        MissingKind.APPROVAL: lambda: ngettext(
            "Approval by %(num)s person of %(who)s",
            "Approval by %(num)s persons of %(who)s",
            count,
            who=name,
        ),
        MissingKind.REPORT: lambda: ngettext(
            "%(num)s report has not been handed in",
            "%(num)s reports have not been handed in",
            count,
        ),
        MissingKind.REPORT_ACCEPTANCE: lambda: ngettext(
            "%(num)s report waits for %(who)s", "%(num)s reports wait for %(who)s", count, who=name
        ),
        MissingKind.READING: lambda: (
            _("No reading of “%(metric)s” in this stage", metric=metric)
            if metric
            else _("No reading in this stage")
        ),
        MissingKind.METRIC_IN_BREACH: lambda: _("“%(metric)s” is in breach", metric=metric),
        MissingKind.INCIDENT_CLOSURE: lambda: ngettext(
            "%(num)s serious incident is open", "%(num)s serious incidents are open", count
        ),
        MissingKind.DAYS: lambda: ngettext(
            "%(num)s more day in this stage", "%(num)s more days in this stage", count
        ),
    }
    return str(sentences[part.kind]())

"""Tell how a programme decides."""

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext

from sandbox.applications.wording import length_words, read
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.packs import (
    COUNTED_CLOCKS,
    DECISION_CLOCK,
    ClockSpec,
    ClockUnit,
    DecisionRule,
    PolicyPack,
    RefusalReasonSpec,
    Silence,
    StandardConditionSpec,
)
from sandbox.kernel.formats import day, quoted
from sandbox.kernel.statuses import APPLICATION_STATUS
from sandbox.programme.names import WORDS
from sandbox.programme.summary.lines import Line
from sandbox.programme.words import part_words, preliminary_words
from sandbox.trials.sentences import amendment_words, extension_words


def coordination_lines(pack: PolicyPack) -> Iterator[Line]:
    """Say within which terms and by which rule it is decided."""
    rules = pack.coordination
    yield 1, _("Terms")
    for clock in pack.clocks:
        if clock.key in COUNTED_CLOCKS:
            yield 2, _term(clock)
    if pack.calendar.weekend:
        days = ", ".join(str(WORDS[each]) for each in pack.calendar.weekend)
        yield 2, _("These days of the week are no business days: %(days)s.", days=days)
    for free, name in sorted(pack.calendar.days_off.items()):
        yield 2, _("No term runs on %(day)s: %(name)s", day=day(free), name=read(name))
    yield (
        2,
        (
            ngettext(
                "An application may be returned %(num)d time.",
                "An application may be returned %(num)d times.",
                rules.returns_allowed,
            )
            if rules.returns_allowed
            else _("An application is never returned.")
        ),
    )
    yield from _return_days(pack)
    yield 1, _("Lead")
    if rules.activity_question is not None:
        yield (
            2,
            _(
                "The authority of the preponderant activity leads, which %(question)s asks for. "
                "Where that names several, the weights decide among them.",
                question=part_words(pack.questions[rules.activity_question]),
            ),
        )
    yield (
        2,
        _(
            "An answer that touches a competence weighs %(answer)d, and a relief in %(question)s "
            "weighs %(relief)d, once for each authority that it touches. The authority with the "
            "most weight leads, the first of the list above where several have as much; the others "
            "that are touched are associates.",
            answer=rules.answer_weight,
            relief=rules.relief_weight,
            question=part_words(pack.questions[rules.reliefs_question]),
        ),
    )
    yield from _own_weights(pack)
    yield 1, _("Decision")
    yield 2, _("Rule: %(rule)s", rule=WORDS[rules.decision_rule])
    if rules.quorum is not None:
        yield (
            2,
            _(
                "Quorum: a decision waits for the position of the lead and for %(number)d "
                "positions in all, or for everybody where fewer authorities are on the case.",
                number=rules.quorum,
            ),
        )
    # Under the other rules an objection is one position among others.
    if rules.decision_rule is DecisionRule.UNANIMITY:
        yield (
            2,
            (
                _("An objection opens a deliberation.")
                if rules.objection_opens_deliberation
                else _("An objection opens no deliberation.")
            ),
        )
    if pack.preliminary_result is not None:
        yield (
            2,
            _(
                "The company is told first, and may comment, before this is decided: %(outcomes)s.",
                outcomes=preliminary_words(pack.preliminary_result),
            ),
        )
    yield from _lists_of_decisions(pack)
    yield (
        2,
        (
            _("The conditions of a decision are public.")
            if pack.conditions_are_public
            else _("The conditions of a decision are not public.")
        ),
    )
    yield (
        2,
        (
            _("An answer that may be marked confidential is public unless it is marked.")
            if pack.disclosure_is_presumed
            else _("Of the answers, only those named public are shown to everybody.")
        ),
    )


def _return_days(pack: PolicyPack) -> Iterator[Line]:
    days = pack.coordination.returns_within_days
    if days is not None:
        yield (
            2,
            _(
                "It may be returned within %(length)s from the day on which it was first sent.",
                length=length_words(ClockUnit.BUSINESS_DAYS, days),
            ),
        )


def _own_weights(pack: PolicyPack) -> Iterator[Line]:
    """Say which matters weigh otherwise than the others."""
    for matter in pack.competences:
        if matter.answer_weight is not None:
            yield (
                2,
                _(
                    "An answer that touches %(competence)s weighs %(weight)d.",
                    competence=part_words(matter),
                    weight=matter.answer_weight,
                ),
            )
        if matter.relief_weight is not None:
            yield (
                2,
                _(
                    "A relief that touches %(competence)s weighs %(weight)d.",
                    competence=part_words(matter),
                    weight=matter.relief_weight,
                ),
            )


def _lists_of_decisions(pack: PolicyPack) -> Iterator[Line]:
    """Say what those who decide choose from, and what they answer."""
    if pack.refusal_reasons:
        yield 2, _("Reasons for refusal, of which one at least is given:")
    for reason in pack.refusal_reasons:
        yield 3, _refusal(pack, reason)
    if pack.standard_conditions:
        yield 2, _("Conditions from which an authority chooses:")
    for condition in pack.standard_conditions:
        yield 3, _standard_condition(pack, condition)
    if pack.proportionality:
        yield 2, _("What an authority answers about the conditions that it sets:")
    for asked in pack.proportionality:
        yield 3, " ".join(read(each) for each in (asked.question, asked.help) if each)


def _refusal(pack: PolicyPack, reason: RefusalReasonSpec) -> str:
    words = (
        read(reason.name) if reason.text is None else f"{read(reason.name)}: {read(reason.text)}"
    )
    if reason.criterion is None:
        return words
    return f"{words} [{part_words(pack.criterion(reason.criterion))}]"


def _standard_condition(pack: PolicyPack, condition: StandardConditionSpec) -> str:
    words = f"{read(condition.name)}: {read(condition.text)} ({read(condition.purpose)})"
    if condition.criterion is None:
        return words
    return f"{words} [{part_words(pack.criterion(condition.criterion))}]"


def _term(clock: ClockSpec) -> str:
    facts = [length_words(clock.unit, clock.length)]
    if clock.key == DECISION_CLOCK:
        facts.append(str(WORDS[clock.starts]))
    if clock.silence is not Silence.NONE:
        facts.append(str(WORDS[clock.silence]))
    if clock.late_days:
        days = ClockUnit.CALENDAR_DAYS if clock.unit is ClockUnit.MONTHS else clock.unit
        length = length_words(days, clock.late_days)
        facts.append(_("a late answer is taken for %(length)s more", length=length))
    if clock.stops_in:
        labels = (APPLICATION_STATUS[ApplicationStatus(each)].label for each in clock.stops_in)
        statuses = ", ".join(quoted(label) for label in labels)
        facts.append(_("stands still in %(statuses)s", statuses=statuses))
    return f"{read(clock.name)}: {'; '.join(facts)}"


def endings_lines(pack: PolicyPack) -> Iterator[Line]:
    """Say how a test can end."""
    yield 1, _("Kinds of exit")
    for kind in pack.exit_kinds:
        yield 2, f"{read(kind.name)} [{WORDS[kind.ends]}]"
    yield 1, _("Extension and amendment")
    if pack.extension is None:
        yield 2, _("The rules know no extension of a test.")
    else:
        yield 2, _("Extension of a test: %(rule)s", rule="; ".join(extension_words(pack.extension)))
    if pack.amendment is not None:
        parties = amendment_words(pack.amendment)
        yield 2, _("An agreed plan is changed only if these agree: %(parties)s", parties=parties)
    yield 1, _("Suspension")
    if not pack.suspension_grounds:
        yield 2, _("The company and every authority may stop a test with a reason.")
    for ground in pack.suspension_grounds:
        parties = ", ".join(str(WORDS[party]) for party in ground.by)
        yield 2, f"{read(ground.name)} [{parties}]"
    if pack.retention:
        yield 1, _("Records are kept")
    for kept in pack.retention:
        months = ngettext("%(num)d month", "%(num)d months", kept.months)
        words = f"{WORDS[kept.key]}: {months}"
        yield 2, words if kept.provision is None else f"{words} ({read(kept.provision)})"
    if pack.final_report_days is not None:
        yield 1, _("Final report of the company")
        yield (
            2,
            ngettext(
                "The company hands it in within %(num)d calendar day of the end of the test.",
                "The company hands it in within %(num)d calendar days of the end of the test.",
                pack.final_report_days,
            ),
        )
    yield from _vocabulary(pack)
    yield 1, _("Outcome report")
    for section in pack.report_sections:
        marks = _("required") if section.required else _("optional")
        yield 2, f"{read(section.title)}: {read(section.help)} [{marks}]"
    yield (
        2,
        (
            _("It is published only if the company agrees to its wording.")
            if pack.report_needs_consent
            else _("It is published without asking the company.")
        ),
    )


def _vocabulary(pack: PolicyPack) -> Iterator[Line]:
    """Say the closed lists from which people choose, and the words explained to them."""
    yield 1, _("Kinds of relief")
    for kind in pack.relief_kinds:
        yield 2, read(kind.name)
    yield 1, _("Parts of a plan")
    for part in pack.plan_fields:
        mark = _("required") if part.required else _("optional")
        yield 2, f"{read(part.label)}: {read(part.hint)} [{mark}]"
    yield 1, _("Principles")
    for principle in pack.principles:
        yield 2, f"{principle.code}, {read(principle.name)}: {read(principle.asks)}"
    yield 1, _("Addressees of recommendations")
    yield 2, "; ".join(read(each.name) for each in pack.stakeholders)
    if pack.glossary:
        yield 1, _("Words explained")
    for term in pack.glossary:
        yield 2, f"{read(term.term)}: {read(term.meaning)}"

"""Put the reasons of routing and deciding into words, for pages, letters and mails alike.

The words of the programme (questions, competences, criteria) come in the `language` asked for; the
sentence around them is rendered when it is shown, in the language of the page or letter.
"""

from collections.abc import Callable, Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from sandbox.coordination.queries import Load, Waiting, WaitingKind
from sandbox.domain.deliberation import CriterionMark, Ground, GroundKind, Stance
from sandbox.domain.guidance import Channel
from sandbox.domain.hearing import CompanyAnswer
from sandbox.domain.packs import DecisionRule, PolicyPack, QuestionKind
from sandbox.domain.proportionality import answers_in_order
from sandbox.domain.routing import RoutingReason
from sandbox.kernel.statuses import Label
from sandbox.models.coordination import AssignmentRole, AssignmentState, SuggestionState

ROLE: Mapping[AssignmentRole, LazyString] = {
    AssignmentRole.LEAD: _l("Lead authority"),
    AssignmentRole.ASSOCIATE: _l("Associate authority"),
}
STATE: Mapping[AssignmentState, Label] = {
    AssignmentState.PROPOSED: Label(_l("Has not answered yet"), "gold"),
    AssignmentState.ACCEPTED: Label(_l("Took the case"), "green"),
    AssignmentState.DECLINED: Label(_l("Did not take the case"), "grey"),
    AssignmentState.RELEASED: Label(_l("Taken off the case"), "grey"),
    AssignmentState.SUCCEEDED: Label(_l("Ended; others follow it"), "grey"),
}
STANCE: Mapping[Stance, Label] = {
    Stance.CONCUR: Label(_l("Agrees"), "green"),
    Stance.CONCUR_WITH_CONDITIONS: Label(_l("Agrees with conditions"), "green"),
    Stance.OBJECT: Label(_l("Objects"), "red"),
    Stance.ABSTAIN: Label(_l("Abstains"), "grey"),
}
SUGGESTION: Mapping[SuggestionState, Label] = {
    SuggestionState.OPEN: Label(_l("Waits for the lead"), "gold"),
    SuggestionState.TAKEN: Label(_l("Asked"), "green"),
    SuggestionState.LEFT: Label(_l("Not asked"), "grey"),
}
COMPANY_ANSWER: Mapping[CompanyAnswer, Label] = {
    CompanyAnswer.COMMENTS: Label(_l("The company comments"), "blue"),
    CompanyAnswer.CONTESTS: Label(_l("The company contests it"), "gold"),
    CompanyAnswer.NOTHING: Label(_l("The company has nothing to say"), "grey"),
}
MARK: Mapping[CriterionMark, Label] = {
    CriterionMark.MET: Label(_l("Met"), "green"),
    CriterionMark.PARTLY: Label(_l("Partly met"), "gold"),
    CriterionMark.NOT_MET: Label(_l("Not met"), "red"),
}
CHANNEL: Mapping[Channel, LazyString] = {
    Channel.MEETING: _l("In a meeting"),
    Channel.CALL: _l("In a call"),
    Channel.MESSAGE: _l("In a message"),
    Channel.WRITTEN: _l("In a written document"),
}
RULE: Mapping[DecisionRule, LazyString] = {
    DecisionRule.UNANIMITY: _l(
        "The rules of the programme ask that no authority on the case objects."
    ),
    DecisionRule.LEAD_DECIDES: _l(
        "Under the rules of the programme the lead authority decides; "
        "who disagrees is put on record."
    ),
    DecisionRule.MAJORITY: _l(
        "Under the rules of the programme the majority of the authorities on the case decides."
    ),
}


def routing_sentence(pack: PolicyPack, reason: RoutingReason, language: str) -> LazyString:
    """Say which answer touches which competence, and what it weighs."""
    words = {
        "question": reason.label.in_(language),
        "answer": reason.answer.in_(language) if reason.answer else "",
        "competence": pack.competence(reason.competence).name.in_(language),
        "weight": reason.weight,
    }
    if reason.is_closed and reason.leads:
        return _l(
            "The answer to “%(question)s”, which is confidential, is a matter of %(competence)s "
            "and the preponderant activity, so this authority leads. Weight: %(weight)s.",
            **words,
        )
    if reason.is_closed:
        return _l(
            "The answer to “%(question)s”, which is confidential, is a matter of %(competence)s. "
            "Weight: %(weight)s.",
            **words,
        )
    if reason.leads:
        return _l(
            "The preponderant activity is “%(answer)s”, which is a matter of %(competence)s, so "
            "this authority leads. Weight: %(weight)s.",
            **words,
        )
    if reason.from_relief and reason.weight < pack.coordination.relief_weight:
        return _l(
            "The relief sought under “%(answer)s” is a matter of %(competence)s too; it has "
            "already been counted.",
            **words,
        )
    if reason.from_relief:
        return _l(
            "A relief is sought under “%(answer)s”, which is a matter of %(competence)s. "
            "Weight: %(weight)s.",
            **words,
        )
    if reason.answer is not None:
        return _l(
            "The answer to “%(question)s” is “%(answer)s”, which is a matter of %(competence)s. "
            "Weight: %(weight)s.",
            **words,
        )
    if pack.questions[reason.question].kind is QuestionKind.YES_NO:
        return _l(
            "The answer to “%(question)s” is yes, which is a matter of %(competence)s. "
            "Weight: %(weight)s.",
            **words,
        )
    return _l(
        "The question “%(question)s” was answered, which is a matter of %(competence)s. "
        "Weight: %(weight)s.",
        **words,
    )


def load_sentence(load: Load) -> LazyString:
    """Say what an authority or an officer has to do now."""
    return _l(
        "Open cases: %(cases)s. Answers and positions overdue: %(overdue)s.",
        cases=load.cases,
        overdue=load.overdue,
    )


def authority_name(pack: PolicyPack, code: str, language: str) -> str:
    """Return the full name that an authority had under the rules of the case."""
    known = {authority.code: authority.name for authority in pack.authorities}
    return known[code].in_(language) if code in known else code


def ground_sentence(pack: PolicyPack, ground: Ground, language: str) -> LazyString:
    """Say one ground of a decision as a sentence."""
    words = dict(ground.params)
    if "criterion" in words:
        words["criterion"] = pack.criterion(words["criterion"]).name.in_(language)
    return _GROUNDS[ground.kind](words)


def _rule(words: Mapping[str, str]) -> LazyString:
    return RULE[DecisionRule(words["rule"])]


def _position(words: Mapping[str, str]) -> LazyString:
    return _POSITIONS[Stance(words["stance"])](words)


def _tacit(words: Mapping[str, str]) -> LazyString:
    sentence = _l("%(authority)s let its term pass, which counts as: %(position)s.")
    stance = STANCE[Stance(words["stance"])].label
    return _filled(sentence, authority=words["authority"], position=stance)


def _criterion(words: Mapping[str, str]) -> LazyString:
    mark = MARK[CriterionMark(words["mark"])].label
    values = {"authority": words["authority"], "criterion": words["criterion"], "mark": mark}
    if not words["note"]:
        return _filled(_l("%(authority)s on “%(criterion)s”: %(mark)s."), **values)
    sentence = _l("%(authority)s on “%(criterion)s”: %(mark)s. %(note)s")
    return _filled(sentence, note=words["note"], **values)


def _filled(sentence: LazyString, **values: object) -> LazyString:
    """Fill a sentence whose values are themselves translated when they are shown."""
    return LazyString(lambda: str(sentence) % {key: str(each) for key, each in values.items()})


Words = Mapping[str, str]
_POSITIONS: Mapping[Stance, Callable[[Words], LazyString]] = {
    Stance.CONCUR: lambda w: _l("%(authority)s agrees: %(reasons)s", **w),
    Stance.CONCUR_WITH_CONDITIONS: lambda w: _l(
        "%(authority)s agrees with conditions: %(reasons)s", **w
    ),
    Stance.OBJECT: lambda w: _l("%(authority)s objects: %(reasons)s", **w),
    Stance.ABSTAIN: lambda w: _l("%(authority)s abstains: %(reasons)s", **w),
}
_LEAD_STANCE: Mapping[Stance, Callable[[Words], LazyString]] = {
    Stance.CONCUR: lambda w: _l("The lead authority, %(authority)s, agrees.", **w),
    Stance.CONCUR_WITH_CONDITIONS: lambda w: _l(
        "The lead authority, %(authority)s, agrees with conditions.", **w
    ),
    Stance.OBJECT: lambda w: _l("The lead authority, %(authority)s, objects.", **w),
    Stance.ABSTAIN: lambda w: _l("The lead authority, %(authority)s, abstains.", **w),
}
_GROUNDS: Mapping[GroundKind, Callable[[Words], LazyString]] = {
    GroundKind.RULE: _rule,
    GroundKind.QUORUM: lambda w: _l(
        "The rules ask for the position of the lead and for %(quorum)s positions in all, or for "
        "everybody's where fewer authorities are on the case. Taken so far: %(taken)s.",
        **w,
    ),
    GroundKind.POSITION: _position,
    GroundKind.TACIT_POSITION: _tacit,
    GroundKind.NO_POSITION: lambda w: _l("%(authority)s has not taken a position yet.", **w),
    GroundKind.CRITERION: _criterion,
    GroundKind.CRITERION_NOT_MET: lambda w: _l(
        "%(authority)s finds that “%(criterion)s” is not met, and without it nobody is admitted.",
        **w,
    ),
    GroundKind.OBJECTION: lambda w: _l("%(authority)s objects.", **w),
    GroundKind.DELIBERATION_OPENS: lambda _w: _l(
        "Because of the objection the authorities deliberate before the case is decided."
    ),
    GroundKind.ALL_ABSTAINED: lambda _w: _l(
        "Every authority abstains, so that the rule gives no answer."
    ),
    GroundKind.LEAD_STANCE: lambda w: _LEAD_STANCE[Stance(w["stance"])](w),
    GroundKind.LEAD_ABSTAINED: lambda w: _l(
        "The lead authority, %(authority)s, abstains, so that the rule gives no answer.", **w
    ),
    GroundKind.VOTES: lambda w: _l(
        "Authorities that agree: %(concurring)s. Authorities that object: %(objecting)s.", **w
    ),
    GroundKind.TIE: lambda _w: _l(
        "As many agree as object, so that the lead authority's position counts."
    ),
}

_WAITING: Mapping[WaitingKind, Callable[[Words], LazyString]] = {
    WaitingKind.ANSWER: lambda w: _l("%(authority)s says whether it takes the case.", **w),
    WaitingKind.NAME_OFFICER: lambda w: _l("%(authority)s names its officer for the case.", **w),
    WaitingKind.DECLARE: lambda w: _l(
        "%(person)s (%(authority)s) declares whether there is a conflict of interest.", **w
    ),
    WaitingKind.REVIEW: lambda w: _l("%(person)s (%(authority)s) reviews the criteria.", **w),
    WaitingKind.POSITION: lambda w: _l(
        "%(person)s (%(authority)s) takes the authority's position.", **w
    ),
    WaitingKind.COMPANY: lambda _w: _l("The company answers the request for information."),
    WaitingKind.HEARING: lambda _w: _l(
        "The company answers to the preliminary result, if it likes."
    ),
    WaitingKind.DECIDE: lambda w: _l(
        "%(authority)s, which leads the case, decides or opens a deliberation.", **w
    ),
    WaitingKind.CONCLUDE: lambda w: _l("%(authority)s, which leads the case, decides.", **w),
    WaitingKind.DECIDE_OR_ANNOUNCE: lambda w: _l(
        "%(authority)s, which leads the case, decides, opens a deliberation or announces to the "
        "company what is to be decided.",
        **w,
    ),
    WaitingKind.CONCLUDE_OR_ANNOUNCE: lambda w: _l(
        "%(authority)s, which leads the case, decides or announces to the company what is to be "
        "decided.",
        **w,
    ),
    WaitingKind.LEAD: lambda w: _l(
        "%(authority)s says whether it takes over the lead of the case.", **w
    ),
    WaitingKind.NOBODY: lambda w: _l(
        "%(authority)s has nobody who may act on this case. An administrator of the platform has "
        "to give somebody there the role of head.",
        **w,
    ),
}


def waiting_sentence(waiting: Waiting) -> LazyString:
    """Say for whom a case waits."""
    words = {"authority": waiting.authority, "person": waiting.person}
    return _WAITING[waiting.kind](words)


def proportionality_words(
    pack: PolicyPack, answers: Mapping[str, str], language: str
) -> tuple[tuple[str, str], ...]:
    """Say what an authority answered about its conditions, each under its question."""
    return tuple(
        (key if asked is None else asked.question.in_(language), words)
        for key, asked, words in answers_in_order(pack, answers)
    )

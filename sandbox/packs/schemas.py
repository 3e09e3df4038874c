"""Describe each part of a pack for reading: its keys, which of them must be there, their kinds.

The keys are the names of the fields of `sandbox.domain.packs`, so that one vocabulary serves the
file, the code and the messages. Unknown keys are refused: a misspelt key would otherwise be a rule
that silently does not apply.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, post_load

from sandbox.domain import packs
from sandbox.packs.errors import Fault
from sandbox.packs.fields import (
    Amount,
    Day,
    DayName,
    Each,
    Flag,
    Key,
    Part,
    Pattern,
    Said,
    TextBy,
    When,
    Whole,
    Word,
    Words,
)
from sandbox.packs.positions import Path
from sandbox.packs.reading import Source, shown
from sandbox.packs.saying import Sentence, listed
from sandbox.packs.saying import sentence as _l

CODE = re.compile(r"[a-z][a-z0-9-]{0,31}")
VERSION = re.compile(r"(0|[1-9][0-9]{0,3})(\.(0|[1-9][0-9]{0,3})){2}")
_LONGEST_SUGGESTED = 60


class PartSchema(Schema):
    """Read one table into the dataclass `part`, and name the known keys to whoever errs."""

    part: ClassVar[type]

    class Meta:
        unknown = RAISE

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        known = listed(*self.fields)
        unknown = Said(_l("is not a key here"), Fault.UNKNOWN_KEY, known)
        # Marshmallow carries it as it is.
        self.error_messages["unknown"] = unknown  # type: ignore[assignment]

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Any:
        """Return the dataclass; keys left out take the dataclass's own defaults."""
        return self.part(**data)


class ProgrammeSchema(PartSchema):
    part = packs.ProgrammeSpec
    title = Words(required=True)
    short_title = Words(required=True)
    operator = Words(required=True)
    summary = Words(required=True)
    purpose = Each(Words(), at_least=1, required=True)
    for_whom = Each(Words(), at_least=1, required=True)
    not_for = Each(Words(), at_least=1, required=True)
    how_it_works = Each(Words(), at_least=1, required=True)
    tax_number = Words(required=True)
    reference_prefix = Pattern(r"[A-Z]{2,8}", _l("two to eight capital letters"), required=True)
    appeals = Words(required=True)
    no_endorsement = Words(required=True)
    privacy = Words(required=True)


class CallSchema(PartSchema):
    part = packs.CallSpec
    key = Key(required=True)
    name = Words(required=True)
    text = Words(required=True)
    first_day = Day(required=True)
    last_day = Day()
    places = Whole(1, 10_000)


class FastAnswerSchema(PartSchema):
    part = packs.FastAnswerSpec
    length = Whole(1, 365, required=True)
    unit = Word(packs.ClockUnit, required=True)
    silence = Word(packs.FastSilence)
    text = Words(required=True)


class CompetenceSchema(PartSchema):
    part = packs.CompetenceSpec
    code = Key(required=True)
    name = Words(required=True)


class RegisteredPostSchema(PartSchema):
    part = packs.RegisteredPostSpec
    code = Key(required=True)
    name = Words(required=True)
    provision = Words(required=True)
    published = Flag()
    recorded = Flag()


class AuthoritySchema(PartSchema):
    part = packs.AuthoritySpec
    code = Key(required=True)
    name = Words(required=True)
    competences = Each(Key(), at_least=1, required=True)
    valid_from = Day()
    valid_until = Day()
    parent = Words()
    remedy = Words()
    posts = Each(Part(RegisteredPostSchema))


class SuspensionWindowSchema(PartSchema):
    part = packs.SuspensionWindowSpec
    key = Key(required=True)
    authority = Key(required=True)
    ground = Words(required=True)
    first_day = Day()
    last_day = Day()
    business_days = Whole(1, 250)
    dates = Each(Day())


class SuccessorSchema(PartSchema):
    part = packs.SuccessorSpec
    code = Key(required=True)
    competences = Each(Key(), at_least=1, required=True)


class SuccessionSchema(PartSchema):
    part = packs.SuccessionSpec
    key = Key(required=True)
    authority = Key(required=True)
    on = Day(required=True)
    successors = Each(Part(SuccessorSchema), at_least=1, required=True)
    open_cases = Words(required=True)
    provision = Words(required=True)
    ended = Each(Key())


class PrincipleSchema(PartSchema):
    part = packs.PrincipleSpec
    code = Key(required=True)
    name = Words(required=True)
    asks = Words(required=True)


class CalendarSchema(PartSchema):
    part = packs.CalendarSpec
    country = Pattern(r"[A-Z]{2}", _l("a country's two capital letters, such as MX"), required=True)
    timezone = Pattern(
        r"[A-Za-z_]{1,40}(/[A-Za-z_+-]{1,40}){0,2}",
        _l("a time zone such as America/Mexico_City"),
        required=True,
    )
    days_off = TextBy(DayName(), load_default=dict)


class ClockSchema(PartSchema):
    part = packs.ClockSpec
    key = Key(required=True)
    name = Words(required=True)
    unit = Word(packs.ClockUnit, required=True)
    length = Whole(1, 3_650, required=True)
    stops_in = Each(Key())
    silence = Word(packs.Silence)
    starts = Word(packs.ClockStart)


class OptionSchema(PartSchema):
    part = packs.OptionSpec
    value = Key(required=True)
    label = Words(required=True)
    hint = Words()
    points = Whole(0, 1_000)
    competences = Each(Key())


class QuestionSchema(PartSchema):
    part = packs.QuestionSpec
    key = Pattern(
        r"[a-z][a-z0-9_]{0,63}",
        _l("small letters, digits and _, at most 64, the first a letter"),
        required=True,
    )
    kind = Word(packs.QuestionKind, required=True)
    label = Words(required=True)
    hint = Words()
    example = Words()
    required = Flag()
    required_if = When()
    ask_if = When()
    options = Each(Part(OptionSchema))
    # A late name, because the class is not there yet while its own body is read.
    columns = Each(Part(lambda: QuestionSchema()))  # noqa: PLW0108
    max_words = Whole(1, 5_000)
    minimum = Whole(-1_000_000_000)
    maximum = Whole(-1_000_000_000)
    max_rows = Whole(1, 100)
    unit = Words()
    competences = Each(Key())
    points = Whole(0, 1_000)
    may_be_confidential = Flag()
    is_title = Flag()
    criteria = Each(Key())
    information = Flag()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> packs.QuestionSpec:
        """Return the question; a condition on which it is required stands for `required`."""
        if "required_if" in data:
            data.setdefault("required", False)
        return packs.QuestionSpec(**data)


class SectionSchema(PartSchema):
    part = packs.SectionSpec
    key = Key(required=True)
    title = Words(required=True)
    intro = Words(required=True)
    questions = Each(Part(QuestionSchema), at_least=1, required=True)


class EligibilityRuleSchema(PartSchema):
    part = packs.EligibilityRule
    key = Key(required=True)
    when = When(required=True)
    verdict = Word(packs.EligibilityVerdict, required=True)
    reason = Words(required=True)


class EligibilitySchema(PartSchema):
    part = packs.EligibilitySpec
    intro = Words(required=True)
    questions = Each(Part(QuestionSchema), at_least=1, required=True)
    rules = Each(Part(EligibilityRuleSchema), at_least=1, required=True)
    verdicts = TextBy(Word(packs.EligibilityVerdict), required=True)


class RubricSchema(PartSchema):
    part = packs.RubricSpec
    met = Words(required=True)
    partly = Words(required=True)
    not_met = Words(required=True)


class CriterionSchema(PartSchema):
    part = packs.CriterionSpec
    key = Key(required=True)
    name = Words(required=True)
    key_question = Words(required=True)
    positive = Each(Words(), at_least=1, required=True)
    negative = Each(Words(), at_least=1, required=True)
    must_be_met = Flag()
    rubric = Part(RubricSchema)


class ProhibitedUseSchema(PartSchema):
    part = packs.ProhibitedUse
    key = Key(required=True)
    name = Words(required=True)
    when = When(required=True)


class HardRuleSchema(PartSchema):
    part = packs.HardRule
    key = Key(required=True)
    when = When(required=True)
    at_least = Key(required=True)
    reason = Words(required=True)


class RequirementSchema(PartSchema):
    part = packs.RequirementSpec
    key = Key(required=True)
    kind = Word(packs.RequirementKind, required=True)
    label = Words(required=True)
    by = Word(packs.Who, required=True)
    persons = Whole(1, 10)
    days = Whole(0, 3_650)
    may_be_waived = Flag()
    answer_days = Whole(1, 365)
    silence = Word(packs.Silence)


class StageSchema(PartSchema):
    part = packs.StageSpec
    key = Key(required=True)
    name = Words(required=True)
    purpose = Words(required=True)
    max_days = Whole(1, 3_650, required=True)
    gate = Each(Part(RequirementSchema))
    participants_cap = Whole(1)
    places_cap = Whole(1, 10_000)
    amount_per_person_cap = Whole(1)
    amount_total_cap = Whole(1)
    report_every_days = Whole(1, 3_650)
    live = Flag()


class StartConditionSchema(PartSchema):
    part = packs.StartConditionSpec
    key = Key(required=True)
    label = Words(required=True)
    owner = Word(packs.Who, required=True)


class TierSchema(PartSchema):
    part = packs.TierSpec
    key = Key(required=True)
    name = Words(required=True)
    summary = Words(required=True)
    min_points = Whole(load_default=None)
    max_points = Whole(load_default=None)
    prohibited = Flag()
    stages = Each(Part(StageSchema))
    completion = Each(Part(RequirementSchema))
    start_conditions = Each(Part(StartConditionSchema))
    metrics = Each(Key())


class MetricSchema(PartSchema):
    part = packs.MetricSpec
    key = Key(required=True)
    name = Words(required=True)
    unit = Words(required=True)
    direction = Word(packs.Direction, required=True)
    target = Amount(required=True)
    warning = Amount(required=True)
    breach = Amount(required=True)
    breach_class = Key()
    breach_suspends = Flag()


class PlanFieldSchema(PartSchema):
    part = packs.PlanFieldSpec
    key = Key(required=True)
    label = Words(required=True)
    hint = Words(required=True)
    required = Flag()


class IncidentClassSchema(PartSchema):
    part = packs.IncidentClassSpec
    key = Key(required=True)
    name = Words(required=True)
    report_hours = Whole(1, 8_760, required=True)
    serious = Flag(required=True)
    complete_report_days = Whole(1, 365)
    reaction_days = Whole(1, 365)


class ExtensionSchema(PartSchema):
    part = packs.ExtensionSpec
    ask_days_before = Whole(0, 365, required=True)
    approved_by = Each(Word(packs.Who), at_least=1, required=True)
    most = Whole(1, 20)
    days = Whole(1, 3_650)


class AmendmentSchema(PartSchema):
    part = packs.AmendmentSpec
    agreed_by = Each(Word(packs.Who), at_least=1, required=True)


class SuspensionGroundSchema(PartSchema):
    part = packs.SuspensionGroundSpec
    key = Key(required=True)
    name = Words(required=True)
    by = Each(Word(packs.Suspender), at_least=1, required=True)


class CoordinationSchema(PartSchema):
    part = packs.CoordinationSpec
    answer_weight = Whole(0, 1_000, required=True)
    relief_weight = Whole(0, 1_000, required=True)
    reliefs_question = Key(required=True)
    acceptance_days = Whole(1, 365)
    acceptance_silence = Word(packs.Silence, required=True)
    position_days = Whole(1, 365)
    position_silence = Word(packs.Silence, required=True)
    decision_rule = Word(packs.DecisionRule, required=True)
    objection_opens_deliberation = Flag(required=True)
    returns_allowed = Whole(0, 100, required=True)
    return_answer_days = Whole(1, 365)
    activity_question = Key()
    quorum = Whole(1, 100)


class PreliminaryResultSchema(PartSchema):
    part = packs.PreliminaryResultSpec
    outcomes = Each(Word(packs.Announceable), at_least=1, required=True)


class ReliefKindSchema(PartSchema):
    part = packs.ReliefKindSpec
    key = Key(required=True)
    name = Words(required=True)


class PublicLaterSchema(PartSchema):
    part = packs.PublicLaterSpec
    key = Key(required=True)
    since = Word(packs.Moment, required=True)


class RetentionSchema(PartSchema):
    part = packs.RetentionSpec
    key = Word(packs.RecordKind, required=True)
    months = Whole(1, 1_200, required=True)
    provision = Words()


class ReportSectionSchema(PartSchema):
    part = packs.ReportSectionSpec
    key = Key(required=True)
    title = Words(required=True)
    help = Words(required=True)
    required = Flag()


class ExitKindSchema(PartSchema):
    part = packs.ExitKindSpec
    code = Key(required=True)
    name = Words(required=True)
    ends = Word(packs.Ending, required=True)


class RoundTableSchema(PartSchema):
    part = packs.RoundTableSpec
    regimes = Each(Word(packs.Regime), at_least=1, required=True)
    least_persons = Whole(3, 100, required=True)
    least_organisations = Whole(2, 100, required=True)
    least_of_sector = Whole(2, 100, required=True)
    least_of_theme = Whole(1, 100, required=True)
    objection_days = Whole(1, 90, required=True)
    attendance_months = Whole(1, 1_200)


class ConsultationSchema(PartSchema):
    part = packs.ConsultationSpec
    least_days = Whole(1, 365, required=True)
    reply_days = Whole(1, 365, required=True)
    smallest_count = Whole(2, 1_000, required=True)
    least_answers = Whole(3, 10_000, required=True)


class NamedSchema(PartSchema):
    part = packs.NamedSpec
    code = Key(required=True)
    name = Words(required=True)


class TermSchema(PartSchema):
    part = packs.TermSpec
    key = Key(required=True)
    term = Words(required=True)
    meaning = Words(required=True)


class PackSchema(PartSchema):
    """Read a whole pack; the keys of all its files together are the keys of this one table."""

    part = packs.PolicyPack
    code = Pattern(CODE.pattern, _l("small letters, digits and -"), required=True)
    version = Pattern(
        VERSION.pattern,
        _l("three numbers such as 1.0.0"),
        required=True,
    )
    languages = Each(
        Pattern(r"[a-z]{2}(-[A-Z]{2})?", _l("a language such as es, en or pt-BR")),
        at_least=1,
        required=True,
    )
    currency = Pattern(r"[A-Z]{3}", _l("a currency's three capital letters"), required=True)
    programme = Part(ProgrammeSchema, required=True)
    competences = Each(Part(CompetenceSchema), at_least=1, required=True)
    authorities = Each(Part(AuthoritySchema), at_least=1, required=True)
    calendar = Part(CalendarSchema, required=True)
    clocks = Each(Part(ClockSchema), required=True)
    principles = Each(Part(PrincipleSchema), at_least=1, required=True)
    sections = Each(Part(SectionSchema), at_least=1, required=True)
    eligibility = Part(EligibilitySchema, required=True)
    criteria = Each(Part(CriterionSchema), at_least=1, required=True)
    prohibited_uses = Each(Part(ProhibitedUseSchema), required=True)
    hard_rules = Each(Part(HardRuleSchema), required=True)
    tiers = Each(Part(TierSchema), at_least=1, required=True)
    metrics = Each(Part(MetricSchema), required=True)
    plan_fields = Each(Part(PlanFieldSchema), at_least=1, required=True)
    incident_classes = Each(Part(IncidentClassSchema), at_least=1, required=True)
    coordination = Part(CoordinationSchema, required=True)
    relief_kinds = Each(Part(ReliefKindSchema), at_least=1, required=True)
    exit_kinds = Each(Part(ExitKindSchema), at_least=1, required=True)
    stakeholders = Each(Part(NamedSchema), at_least=1, required=True)
    report_sections = Each(Part(ReportSectionSchema), at_least=1, required=True)
    public_fields = Each(Key(), required=True)
    public_later = Each(Part(PublicLaterSchema))
    retention = Each(Part(RetentionSchema))
    disclosure_is_presumed = Flag()
    conditions_are_public = Flag()
    report_needs_consent = Flag()
    final_report_days = Whole(1, 730)
    extension = Part(ExtensionSchema)
    amendment = Part(AmendmentSchema)
    suspension_grounds = Each(Part(SuspensionGroundSchema))
    suspension_windows = Each(Part(SuspensionWindowSchema))
    successions = Each(Part(SuccessionSchema))
    glossary = Each(Part(TermSchema))
    calls = Each(Part(CallSchema))
    outside_calls = Flag()
    round_tables = Part(RoundTableSchema)
    consultations = Part(ConsultationSchema)
    fast_answer = Part(FastAnswerSchema)
    preliminary_result = Part(PreliminaryResultSchema)


def shape(source: Source) -> packs.PolicyPack | None:
    """Read the source's values into a pack, or add every fault of their shape to its problems."""
    try:
        pack: packs.PolicyPack = PackSchema().load(source.values)
    except ValidationError as fault:
        _refuse_each(source, (), fault.messages)
        return None
    return pack


def _refuse_each(source: Source, path: Path, complaints: object) -> None:
    if isinstance(complaints, Mapping):
        for step, inner in complaints.items():
            _refuse_each(source, path if step == "_schema" else (*path, step), inner)
        return
    # What would not be kept need not be worded: to look for similar keys takes its time.
    if source.is_full:
        return
    for words in complaints if isinstance(complaints, list) else [complaints]:
        # No schema has a complaint of another kind.
        assert isinstance(words, Said)
        if words.fault is Fault.UNKNOWN_KEY:
            message, found = _suggested(path, words), shown(path[-1])
        else:
            message, found = words.message, source.found(path)
        source.refuse(path, words.fault, message, found=found, allowed=words.allowed)


def _suggested(path: Path, complaint: Said) -> Sentence:
    """Return the complaint of an unknown key with the known one that looks like it, if any does."""
    written = str(path[-1]) if path else ""
    if len(written) > _LONGEST_SUGGESTED:
        return complaint.message
    close = get_close_matches(written, complaint.allowed.split(", "), n=1)
    if not close:
        return complaint.message
    return _l('%(complaint)s; did you mean "%(key)s"?', complaint=complaint.message, key=close[0])

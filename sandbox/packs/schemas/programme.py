"""Describe for reading who runs it, under which calendar, terms and calls."""

from sandbox.domain import packs
from sandbox.packs.fields import (
    Day,
    DayName,
    Each,
    Flag,
    Key,
    Part,
    Pattern,
    TextBy,
    Whole,
    Word,
    Words,
)
from sandbox.packs.saying import sentence as _l
from sandbox.packs.schemas.base import PartSchema


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
    answer_weight = Whole(0, 1_000)
    relief_weight = Whole(0, 1_000)


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
    weekend = Each(Word(packs.Weekday))


class ClockSchema(PartSchema):
    part = packs.ClockSpec
    key = Key(required=True)
    name = Words(required=True)
    unit = Word(packs.ClockUnit, required=True)
    length = Whole(1, 3_650, required=True)
    stops_in = Each(Key())
    silence = Word(packs.Silence)
    starts = Word(packs.ClockStart)
    late_days = Whole(0, 365)

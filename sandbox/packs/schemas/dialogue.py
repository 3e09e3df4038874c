"""Describe for reading round tables and consultations."""

from sandbox.domain import packs
from sandbox.packs.fields import (
    Each,
    Whole,
    Word,
)
from sandbox.packs.schemas.base import PartSchema


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

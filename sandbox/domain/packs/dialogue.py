"""Describe how people speak with one another: round tables and consultations."""

from dataclasses import dataclass
from enum import StrEnum


class Regime(StrEnum):
    """Name how much of a segment of a round table becomes known."""

    PUBLIC = "public"
    ON_RECORD = "on_record"
    CHATHAM_HOUSE = "chatham_house"
    CLOSED = "closed"
    REGISTERED_INTERVIEW = "registered_interview"


@dataclass(frozen=True, slots=True)
class RoundTableSpec:
    """Say how open a round table may be, and what keeps its speakers unknown.

    Units: `objection_days` are business days; the other numbers count what their names say.
    Shape: with `attendance_months` a sealed list of those who took part is kept for so long;
    without it no list is kept at all.
    """

    regimes: tuple[Regime, ...]
    least_persons: int
    least_organisations: int
    least_of_sector: int  # organisations of a sector that took part before it may be named
    least_of_theme: int  # statements on a theme before they stand under its heading
    objection_days: int
    attendance_months: int | None = None


@dataclass(frozen=True, slots=True)
class ConsultationSpec:
    """Say how long the public is asked, when it is answered, and what stays uncounted.

    Units: `least_days` are calendar days, `reply_days` business days; the others count people.
    """

    least_days: int
    reply_days: int
    smallest_count: int  # a count of fewer people is not shown
    least_answers: int  # a survey with fewer answers shows no results

"""Compare what a report says with what was handed in before."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import isclose

from sandbox.kernel.formats import decimals_of, in_full
from sandbox.models import MonitoringReport, Reading
from sandbox.trials.queries.facts import TrialFile


def are_same_readings(
    stored: Sequence[Reading], sent: Mapping[str, Decimal], measured_on: date | None
) -> bool:
    """Tell whether these readings were stored before, as exactly as a table keeps them."""
    return all(
        row.metric in sent
        and row.measured_on == measured_on
        and isclose(sent[row.metric], row.value, rel_tol=1e-12, abs_tol=1e-6)
        for row in stored
    )


def report_data(file: TrialFile, report: MonitoringReport | None) -> dict[str, object]:
    """Return what the form of a report starts from: today, or what came back."""
    if report is None:
        return {"measured_on": file.today}
    readings = [each for each in file.readings if each.report_id == report.id]
    return {
        "measured_on": readings[0].measured_on if readings else file.today,
        "participants": report.participants,
        "places": report.places,
        "amount_each": _as_typed(report.amount_each, file.pack.currency),
        "amount_total": _as_typed(report.amount_total, file.pack.currency),
        "narrative": report.narrative,
        **{f"metric-{each.metric}": in_full(each.value) for each in readings},
    }


def _as_typed(cents: int | None, currency: str) -> str | None:
    if cents is None:
        return None
    has_cents = decimals_of(currency) > 0 or cents % 100
    return format(Decimal(cents) / 100, ".2f" if has_cents else ".0f")

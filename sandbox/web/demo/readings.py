"""Draw readings of a metric that its thresholds judge as a story wants."""

from decimal import Decimal

from sandbox.domain.monitoring import Level, judge
from sandbox.domain.packs import Direction, MetricSpec

PER_CENT = Decimal(100)


def reading(metric: MetricSpec, level: Level, share: float) -> Decimal:
    """Return a value that a metric's thresholds judge so. Shape: `share` is between 0 and 1."""
    part = Decimal(str(round(share, 3)))
    is_ceiling = metric.direction is Direction.AT_MOST
    if level is Level.WITHIN:
        if is_ceiling:
            value = metric.target * (Decimal("0.35") + part * Decimal("0.6"))
        else:
            room = PER_CENT - metric.target if metric.target < PER_CENT else metric.target / 10
            value = metric.target + room * part * Decimal("0.8")
    elif level is Level.WARNING:
        span = metric.breach - metric.warning
        value = metric.warning + span * (Decimal("0.1") + part * Decimal("0.5"))
    else:
        away = abs(metric.breach - metric.warning) * (Decimal("0.1") + part / 4)
        value = metric.breach + (away if is_ceiling else -away)
    value = value.quantize(Decimal("0.01"))
    return value if judge(metric, value) is level else exact(metric, level)


def exact(metric: MetricSpec, level: Level) -> Decimal:
    """Return the value at the threshold itself, where rounding would cross it."""
    return {
        Level.WITHIN: metric.target,
        Level.WARNING: metric.warning,
        Level.BREACH: metric.breach,
    }[level]

"""Say what a new pack would change in the cases of this platform, and why."""

from collections.abc import Iterator
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from sandbox.applications.queries import Simulated
from sandbox.applications.wording import read
from sandbox.domain.packs import PolicyPack
from sandbox.domain.routing import RoutingReason
from sandbox.domain.simulation import Aspect, Effect, Reason
from sandbox.kernel.formats import day, quoted


def simulated_lines(pack: PolicyPack, case: Simulated) -> Iterator[str]:
    """Say one case that would change: its name, then a sentence for each effect."""
    yield f"{case.reference} {case.title}"
    for effect in case.effects:
        yield f"  {effect_sentence(pack, effect)}"


def effect_sentence(pack: PolicyPack, effect: Effect, *, reasons: bool = True) -> str:
    """Say one effect, with the reasons that make it.

    Both sides are what rules propose from the answers, today: whom the secretariat has assigned
    meanwhile plays no part. Without `reasons` nothing of an answer is told.
    """
    before, after = _said(pack, effect, effect.before), _said(pack, effect, effect.after)
    match effect.aspect:
        case Aspect.TIER:
            words = _(
                "Tier: %(before)s under its rules, %(after)s under the new ones.",
                before=before,
                after=after,
            )
        case Aspect.LEAD:
            words = _(
                "Lead: %(before)s under its rules, %(after)s under the new ones.",
                before=before,
                after=after,
            )
        case Aspect.ASSOCIATES:
            words = _(
                "Associates: %(before)s under its rules, %(after)s under the new ones.",
                before=before,
                after=after,
            )
        case Aspect.STAGES:
            words = _(
                "Stages: %(before)s under its rules, %(after)s under the new ones.",
                before=before,
                after=after,
            )
        case Aspect.DEADLINE:
            words = _(
                "Last day for the decision: %(before)s under its rules, "
                "%(after)s under the new ones.",
                before=before,
                after=after,
            )
    gained = [_reason(each) for each in effect.gained if reasons]
    lost = [_reason(each) for each in effect.lost if reasons]
    if gained:
        words += " " + _("Because of: %(reasons)s.", reasons="; ".join(gained))
    if lost:
        words += " " + _("No longer counts: %(reasons)s.", reasons="; ".join(lost))
    return words


def _said(pack: PolicyPack, effect: Effect, value: object) -> str:
    match value:
        case None | ():
            return _("none")
        case date():
            return day(value)
        case tuple():
            return ", ".join(_part(each) for each in value)
        case _ if effect.aspect is Aspect.TIER:
            names = {tier.key: read(tier.name) for tier in pack.tiers}
            return names.get(str(value), str(value))
        case _:
            return str(value)


def _part(value: object) -> str:
    if isinstance(value, tuple):
        key, days = value
        return ngettext("%(key)s (%(num)d day)", "%(key)s (%(num)d days)", days, key=key)
    return str(value)


def _reason(reason: Reason) -> str:
    said = quoted(read(reason.label))
    if reason.answer is not None:
        said += f" {quoted(read(reason.answer))}"
    if isinstance(reason, RoutingReason) and reason.leads:
        return _(
            "%(answer)s (preponderant activity: %(authority)s leads)",
            answer=said,
            authority=reason.authority,
        )
    if isinstance(reason, RoutingReason):
        return f"{said} ({reason.authority} +{reason.weight})"
    return said if reason.raises_to else f"{said} (+{reason.points})"

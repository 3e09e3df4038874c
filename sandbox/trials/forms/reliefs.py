"""Build the forms in which an authority drafts a relief, refuses it or ends it before its day."""

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from sandbox.domain.packs import PolicyPack
from sandbox.domain.reliefs import ReliefWording
from sandbox.kernel.forms import DateField3, PlatformForm, Required, VersionedForm, WordLimit

LONGEST_PROVISION = 300
LONGEST_TEXT_WORDS = 300


class ReliefForm(VersionedForm):
    """Draft a relief; what only a granted one needs may wait."""

    kind = RadioField(_l("Kind of relief"), [Required()])
    provision = StringField(
        _l("Provision"),
        [Required(), Length(max=LONGEST_PROVISION)],
        description=_l("The law with its article. Everybody can read it."),
    )
    scope = TextAreaField(
        _l("What it allows that is otherwise not allowed, for whom and where"),
        [Required(), WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("Everybody can read it once the relief is granted. Name no secrets."),
        render_kw={"rows": 5},
    )
    conditions = TextAreaField(
        _l("Conditions"),
        [WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("What the company does in return, if anything."),
        render_kw={"rows": 4},
    )
    neutrality = TextAreaField(
        _l("Competitive neutrality"),
        [WordLimit(LONGEST_TEXT_WORDS)],
        description=_l(
            "Why it gives no unfair advantage, or how others can get the same. Nothing is granted "
            "without it. Everybody can read it."
        ),
        render_kw={"rows": 4},
    )
    starts_on = DateField3(_l("First day"))
    ends_on = DateField3(_l("Last day"))

    latest: date

    def offer(self, pack: PolicyPack, language: str, latest: date) -> None:
        """Offer the kinds of the rules, and take no day after the end of the test."""
        self.kind.choices = [(kind.key, kind.name.in_(language)) for kind in pack.relief_kinds]
        self.latest = latest

    def validate_ends_on(self, field: Any) -> None:
        """Refuse a last day before the first one, or after the test."""
        if field.data is None:
            return
        if "starts_on" in self and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(gettext("The last day of the relief lies before its first day."))
        if field.data > self.latest:
            raise ValidationError(
                gettext("No relief lasts longer than the test may run. Choose an earlier day.")
            )

    @property
    def wording(self) -> ReliefWording:
        """Return what was typed, as the service takes it."""
        return ReliefWording(
            kind=self.kind.data,
            provision=self.provision.data,
            scope=self.scope.data,
            conditions=self.conditions.data or "",
            neutrality=self.neutrality.data or "",
            starts_on=self.starts_on.data if "starts_on" in self else None,
            ends_on=self.ends_on.data,
        )


class GrantReliefForm(VersionedForm):
    """Grant exactly the draft that is shown."""


class RefuseReliefForm(VersionedForm):
    """Refuse what a draft is about."""

    reason = TextAreaField(
        _l("Why is it refused?"),
        [Required(), WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("The company reads this text as you write it."),
    )


class EndReliefForm(PlatformForm):
    """End a relief before its last day."""

    ended_on = DateField3(
        _l("First day on which it no longer holds"),
        [Required()],
        description=_l("Today at the earliest."),
    )
    reason = TextAreaField(
        _l("Why does it end early?"),
        [Required(), WordLimit(LONGEST_TEXT_WORDS)],
        description=_l("The company reads this text as you write it."),
    )

"""Ask for which of the reasons that the rules name an application is refused."""

from collections.abc import Collection, Iterable
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import ValidationError

from sandbox.applications.forms.fields import in_language
from sandbox.applications.forms.others import ReasonForm
from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.packs import PolicyPack, RefusalReasonSpec
from sandbox.domain.refusing import offered_reasons
from sandbox.kernel.forms import MultiCheckboxField, PlatformForm, as_choice


class RefusalForm(PlatformForm):
    """Ask for coded reasons, one at least, wherever `offer` has given any to choose from."""

    codes = MultiCheckboxField(
        _l("Reasons for the refusal"),
        description=_l(
            "Choose all that apply. The company reads them beside what you write, and refusals are "
            "counted by them."
        ),
    )

    def offer(self, reasons: Iterable[RefusalReasonSpec], suggested: Collection[str] = ()) -> None:
        """Offer these reasons, some of them ticked; without any, nothing is asked."""
        choices = [
            (
                each.code,
                in_language(each.name),
                {} if each.text is None else {"hint": in_language(each.text)},
            )
            for each in reasons
        ]
        if not choices:
            del self.codes
            return
        self.codes.choices = [as_choice(each) for each in choices]
        if not self.is_submitted():
            self.codes.data = list(suggested)

    def validate_codes(self, field: Any) -> None:
        """Ask for one reason at least."""
        if not field.data:
            raise ValidationError(gettext("Choose at least one reason for the refusal."))

    @property
    def chosen(self) -> tuple[str, ...]:
        """Return the codes that were ticked."""
        return tuple(self.codes.data or ()) if "codes" in self else ()


class DeclineForm(RefusalForm, ReasonForm):
    """Ask the secretariat for which reasons it declines a prohibited use."""

    @property
    def given(self) -> dict[str, Any]:
        """Return what was chosen and typed, as the service takes it."""
        return {"codes": self.chosen, "reason": self.reason.data}


def decline_form(pack: PolicyPack) -> DeclineForm:
    """Make the form with the reasons of these rules; no criterion was marked that proposes any."""
    form = DeclineForm()
    form.offer(offered_reasons(pack, DecisionOutcome.DECLINED))
    return form

"""Parse which cases somebody chose for one deed, and with what reason."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, RadioField, TextAreaField, ValidationError
from wtforms.validators import Length
from wtforms.widgets import ListWidget

from sandbox.applications.forms import LONGEST_REASON, RefusalForm
from sandbox.coordination.forms.lengths import Choice
from sandbox.domain.applications import ApplicationAction
from sandbox.domain.packs import RefusalReasonSpec
from sandbox.kernel.forms import MultiCheckboxField, Required, as_choice

MOST_CASES = 50
AS_PROPOSED = "proposed"
_LONGEST_VERSION = 9  # digits


class ChosenField(Field):  # type: ignore[misc]
    """Read the ids of several cases, each with the version that was seen where one was.

    What is no id names no case, and is counted among those that were not found.

    Shape: `id` or `id:version`; `data` maps ids to versions, 0 where none was sent.
    """

    widget = ListWidget()

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read what was sent; a case that was sent twice is one."""
        self.data, self.senseless = {}, 0
        for value in valuelist:
            key, _, seen = value.partition(":")
            try:
                self.data[UUID(key)] = _version(seen)
            except ValueError:
                self.senseless += 1

    def pre_validate(self, _form: Any) -> None:
        """Ask for one case at least, and for no more than a person can look through."""
        if not self.data:
            raise ValidationError(gettext("Choose at least one application."))
        if len(self.data) > MOST_CASES:
            raise ValidationError(
                gettext("Choose at most %(most)s applications at once.", most=MOST_CASES)
            )


def _version(seen: str) -> int:
    return int(seen) if seen.isdecimal() and len(seen) <= _LONGEST_VERSION else 0


class BatchForm(RefusalForm):
    """Ask what all chosen cases have in common: the reason, and whom to ask for them."""

    deed = HiddenField()
    key = HiddenField(validators=[Length(min=8, max=64)])
    case = ChosenField(_l("Applications"))
    lead = RadioField(_l("Lead authority"), [Required()], default=AS_PROPOSED)
    associates = MultiCheckboxField(
        _l("Associate authorities"),
        description=_l("Needed only if you choose the lead authority yourself."),
    )
    reason = TextAreaField(
        _l("Reason"),
        [Length(max=LONGEST_REASON)],
        description=_l("The same for all of them. Each company reads it as you write it."),
        render_kw={"rows": 8},
    )

    def __init__(
        self,
        deed: ApplicationAction,
        authorities: Sequence[Choice] = (),
        reasons: Sequence[RefusalReasonSpec] = (),
    ) -> None:
        super().__init__()
        self.offer(reasons)
        self.deed.data, self.key.data = deed.value, self.key.data or uuid4().hex
        if deed is ApplicationAction.ASSIGN:
            named = [as_choice(each) for each in authorities]
            proposed = as_choice((AS_PROPOSED, gettext("As the rules propose for each case")))
            self.lead.choices, self.associates.choices = [proposed, *named], named
            self.reason.description = gettext(
                "The same for all of them. Needed only if you choose the authorities yourself."
            )
        else:
            del self.lead, self.associates
        if deed is ApplicationAction.START_TRIAGE:
            del self.reason

    def validate_associates(self, field: Any) -> None:
        """Take associates only beside a lead that was chosen, and none that leads already."""
        if self.lead.data == AS_PROPOSED and field.data:
            raise ValidationError(
                gettext("Choose the lead authority too, or leave both as the rules propose.")
            )
        if self.lead.data in (field.data or ()):
            raise ValidationError(gettext("The lead authority cannot also be an associate."))

    def validate_reason(self, field: Any) -> None:
        """Ask for the reason of whatever is not as the rules propose."""
        if self.lead is not None and self.lead.data == AS_PROPOSED:
            return
        if not field.data:
            raise ValidationError(gettext("Write the reason. It is the same for all of them."))

    @property
    def words(self) -> dict[str, Any]:
        """Return what goes for all cases, as the service takes it; no lead: as proposed."""
        words: dict[str, Any] = {} if self.reason is None else {"reason": self.reason.data or ""}
        if self.chosen:
            words["codes"] = list(self.chosen)
        if self.lead is None or self.lead.data == AS_PROPOSED:
            return words
        return {**words, "lead": self.lead.data, "associates": self.associates.data or []}

"""Let a form that is sent twice do one thing."""

from typing import NoReturn
from uuid import uuid4

from wtforms import HiddenField
from wtforms.validators import Length, ValidationError

from sandbox.kernel.forms import PlatformForm
from sandbox.models import Incident, MonitoringReport
from sandbox.trials.sentences import FORM_SENT


class OnceForm(PlatformForm):
    """Carry a key that is made with the page, so that sending the form twice does one thing."""

    form_key = HiddenField(validators=[Length(min=8, max=64)])

    def keyed(self) -> None:
        """Give the form its key when it is first shown; what was sent keeps its own."""
        self.form_key.data = self.form_key.data or uuid4().hex

    def refuse_reuse(self) -> NoReturn:
        """Say that this form was sent before, and make of it a form of its own.

        Raises: ValidationError.
        """
        self.form_key.data = uuid4().hex
        raise ValidationError(FORM_SENT)


def is_made_by(form: OnceForm, row: MonitoringReport | Incident) -> bool:
    """Tell whether a row carries this form's key, behind the names of person and trial."""
    return bool((row.form_key or "").rpartition(":")[2] == form.form_key.data)

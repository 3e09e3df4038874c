"""Build the forms that stop a trial or end it."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField

from sandbox.domain.packs import Ending, PolicyPack
from sandbox.kernel.forms import PlatformForm, Required, WordLimit


class SuspendForm(PlatformForm):
    """Stop a trial: one reason is all that is asked."""

    reason = TextAreaField(_l("Why must the test stop?"), [Required(), WordLimit(500)])


class CompleteForm(PlatformForm):
    """Complete a trial."""

    exit_kind = RadioField(_l("How does the test end?"), [Required()])


class EndEarlyForm(CompleteForm):
    """End a trial before its plan is carried out."""

    reason = TextAreaField(_l("Why does it end early?"), [Required(), WordLimit(500)])


def with_exit_kinds(
    form: CompleteForm, pack: PolicyPack, ends: Ending, language: str
) -> CompleteForm:
    """Offer what the pack says can come of a test that ends so."""
    form.exit_kind.choices = [(kind.code, kind.name.in_(language)) for kind in pack.exits(ends)]
    return form

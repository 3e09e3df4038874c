"""Ask for a new version of the rules, and for the word that puts it in force."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, MultipleFileField, TextAreaField
from wtforms.validators import ValidationError

from sandbox.kernel.forms import PlatformForm, Required, VersionedForm, WordLimit
from sandbox.programme.labels import UNPACKING
from sandbox.programme.unpacking import NotUnpacked, unpack


class UploadForm(PlatformForm):
    """Send a new version; `unpacked` holds its files once the form is valid."""

    files = MultipleFileField(
        _l("Files of the new version"),
        description=_l(
            "One .zip with the files of the pack, or its .toml files. At most 4 MB, unpacked."
        ),
        render_kw={"accept": ".zip,.toml"},
    )
    note = TextAreaField(
        _l("What changes, and why"),
        [Required(), WordLimit(200)],
        description=_l("Whoever puts the version in force reads it, and everybody later."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unpacked: dict[str, bytes] = {}

    def validate_files(self, field: MultipleFileField) -> None:
        """Unpack what was sent, and say what is wrong with it before it is read."""
        sent = [(each.filename, each.stream) for each in field.data or () if each.filename]
        try:
            self.unpacked = unpack(sent)
        except NotUnpacked as fault:
            words = str(UNPACKING[fault.fault])
            raise ValidationError(f"{words} ({fault.name})" if fault.name else words) from fault


class MoveForm(PlatformForm):
    """Move a case to the rules that the page compared it with."""

    to = HiddenField()
    reason = TextAreaField(
        _l("Why is the case moved?"),
        [Required(), WordLimit(200)],
        description=_l("The company and the authorities read it."),
    )


class ActivateForm(VersionedForm):
    """Confirm that the version was read, on the page that shows what it changes."""

    seen = HiddenField()
    is_read = BooleanField(
        _l("I have read what this version changes, and what becomes of the cases"),
        [Required()],
    )

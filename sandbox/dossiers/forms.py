"""Ask for the archive of another installation."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from sandbox.kernel.forms import PlatformForm


class ImportForm(PlatformForm):
    """Send a dossier that was made elsewhere; whether it is one is judged later, by a job."""

    archive = FileField(
        _l("File of the dossier"),
        [FileRequired(_l("Choose the file of the dossier."))],
        description=_l(
            "One .zip as it was made, at most 125 MB. Larger ones are taken in by whoever runs the "
            "platform."
        ),
        render_kw={"accept": ".zip"},
    )


class AskForm(PlatformForm):
    """Ask for the dossier of a case."""

"""Say what is wrong with an archive, and how far a dossier is."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from sandbox.domain.dossiers import DossierFault, ReaderKind
from sandbox.dossiers.services import ALREADY_HERE
from sandbox.kernel.statuses import Label
from sandbox.models.dossiers import DossierState, Failure, ImportState

READER: Mapping[str, object] = {
    ReaderKind.COMPANY.value: _l("The company: what it sent and what it received"),
    ReaderKind.AUTHORITY.value: _l("An authority on the case: what it may read"),
    ReaderKind.SECRETARIAT.value: _l("The secretariat: what it may read"),
}
STATE: Mapping[str, Label] = {
    DossierState.WAITING.value: Label(_l("Waits to be made"), "grey"),
    DossierState.WRITING.value: Label(_l("Being made"), "blue"),
    DossierState.READY.value: Label(_l("Ready"), "green"),
    DossierState.FAILED.value: Label(_l("Could not be made"), "red"),
}
IMPORT_STATE: Mapping[str, Label] = {
    ImportState.CHECKING.value: Label(_l("Being checked"), "blue"),
    ImportState.KEPT.value: Label(_l("Checked and kept"), "green"),
    ImportState.REFUSED.value: Label(_l("Not taken in"), "red"),
}
FAULT: Mapping[str, object] = {
    DossierFault.NOT_A_DOSSIER.value: _l("The file is not a dossier of a case."),
    DossierFault.FORMAT_UNKNOWN.value: _l(
        "The dossier has a format that this release of the platform does not know."
    ),
    DossierFault.INDEX_ALTERED.value: _l("The index was altered, or is not whole."),
    DossierFault.TOO_LARGE.value: _l("It holds more than a dossier may hold."),
    DossierFault.CUT_OFF.value: _l("The file ends before it: it did not come whole."),
    DossierFault.PATH_REFUSED.value: _l("It names a place outside the dossier."),
    DossierFault.NAMED_TWICE.value: _l("It stands in the dossier twice."),
    DossierFault.OUT_OF_ORDER.value: _l("It does not stand where it belongs."),
    DossierFault.MISSING.value: _l("The index names it, and it is not where it belongs."),
    DossierFault.NOT_IN_INDEX.value: _l(
        "It stands in the dossier, and the index does not name it."
    ),
    DossierFault.SIZE_DIFFERS.value: _l("It is longer or shorter than the index says."),
    DossierFault.ALTERED.value: _l("Its content is not the one that was exported."),
    DossierFault.WRAPPING_ALTERED.value: _l(
        "The archive is not in the form in which it was exported: it was altered or packed anew."
    ),
    ALREADY_HERE: _l("The very same dossier is here already."),
}


FAILURE: Mapping[str, object] = {
    Failure.RIGHTS.value: _l("You do not read the case any more as you did when you asked."),
    Failure.RULES.value: _l(
        "The rules of the case can no longer be read by this release of the platform."
    ),
    Failure.FILE.value: _l(
        "A file of the case is no longer what was sent, or is missing. Tell whoever runs the "
        "platform:"
    ),
    Failure.SIZE.value: _l("The case holds more than one dossier may hold."),
}


def failure_sentence(fault: str) -> str:
    """Say why a dossier could not be made, and on what it failed."""
    failure, _space, what = fault.partition(" ")
    return f"{FAILURE[failure]} {what}".strip()


def fault_sentence(fault: str) -> object:
    """Say what is wrong with an archive."""
    return FAULT[fault]

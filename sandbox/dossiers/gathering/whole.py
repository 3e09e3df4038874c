"""Gather everything that a reader may read of a case, as the entries of one archive.

Each part is asked of the slice that shows it on a page, with the reader's own rights: what no page
shows to a reader is in no dossier of theirs. The same case gives the same reader the same bytes,
whenever it is made, but for the certificate of silence: it is there once the term of the decision
has passed.
"""

from sandbox.access.checks import grants, require
from sandbox.access.permissions import P
from sandbox.coordination import queries as coordination
from sandbox.domain.dossiers import DossierIndex, ReaderKind
from sandbox.domain.refusals import NotPossible, Why
from sandbox.dossiers import queries
from sandbox.dossiers.gathering import application, trial
from sandbox.dossiers.gathering.holding import Case, Gathered, Reader
from sandbox.kernel.actors import StaffRole
from sandbox.models import CaseDossier

_PERMISSIONS = (
    P.GUIDANCE_READ,
    P.NOTE_KEEP,
    P.QUESTION_SUGGEST,
    P.APPLICATION_REQUEST_INFORMATION,
    P.APPLICATION_REVIEW,
)


def read_as(case: Case) -> tuple[Reader, coordination.Panel | None]:
    """Say as what the actor reads a case. Raises: Denied; NotPossible before a declaration."""
    require(case.session, case.actor, P.DOSSIER_ASK, case.application)
    panel = coordination.case_panel(case.session, case.actor, case.application, case.pack, case.now)
    if panel is not None and panel.viewer is coordination.Viewer.AUTHORITY:
        if not panel.has_declared:
            raise NotPossible(Why.CONFLICT_NOT_DECLARED)
        own = tuple(sorted(line.code for line in panel.lines if line.is_own))
        return Reader(ReaderKind.AUTHORITY, own), panel
    is_staff = StaffRole.CASEWORKER in case.actor.staff
    return Reader(ReaderKind.SECRETARIAT if is_staff else ReaderKind.COMPANY, ()), panel


def is_made_for(dossier: CaseDossier, reader: Reader) -> bool:
    """Tell whether a dossier was made for what somebody is now."""
    return (dossier.reader, tuple(dossier.authorities)) == (
        reader.kind.value,
        reader.authorities,
    )


def gather(case: Case) -> Gathered:
    """Gather a dossier but for its index and the page that tells it in words."""
    reader, panel = read_as(case)
    found = Gathered(reader)
    granted = grants(case.session, case.actor, _PERMISSIONS, case.application)
    application.tell_case(case, found)
    application.tell_submissions(case, found)
    application.tell_silence(case, found)
    application.tell_correspondence(case, found, granted)
    if panel is not None:
        application.tell_authorities(found, panel)
    application.tell_judging(case, found, granted)
    application.tell_hearings(case, found)
    application.tell_decision(case, found)
    test = queries.find_trial(case.session, case.application.id)
    if test is not None and grants(case.session, case.actor, (P.TRIAL_READ,), test):
        trial.tell_trial(case, found, test)
    application.tell_history(case, found)
    return found


def index_of(case: Case, found: Gathered, address: str) -> DossierIndex:
    """Return the index of what was gathered."""
    sent, programme = case.application, case.pack.programme
    language = sent.language
    return DossierIndex(
        case={
            "reference": sent.reference or "",
            "title": sent.title,
            "organisation": sent.organisation.name,
            "language": language,
            "status": found.told["case.json"]["status"],
        },
        origin={
            "programme": programme.title.in_(language),
            "operator": programme.operator.in_(language),
            "address": address,
        },
        rules={
            "code": sent.pack_code,
            "version": sent.pack_version,
            "fingerprint": queries.find_fingerprint(
                case.session, sent.pack_code, sent.pack_version
            ),
        },
        reader=found.reader.kind.value,
        authorities=list(found.reader.authorities),
        as_of=queries.last_deed_at(case.session, sent.id).isoformat(),
        entries=found.entries(),
    )

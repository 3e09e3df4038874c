"""Read which versions of the rules there are, who brought them and which is in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row, literal, or_, select, true, union_all
from sqlalchemy.orm import Session, aliased

from sandbox.access.checks import NotFound, conceivable, scope
from sandbox.access.permissions import P
from sandbox.domain.packs import PolicyPack
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.paging import Page, decode_key, paged
from sandbox.kernel.tasks import MOST_OF_A_KIND, Task
from sandbox.models import (
    AuthorityMembership,
    InstalledVersion,
    PackFile,
    PackVersion,
    Person,
    StaffGrant,
)
from sandbox.models.people import AuthorityRole
from sandbox.models.programme import PackState
from sandbox.packs import active
from sandbox.packs.active import Stored
from sandbox.packs.loading import PackUnknown, Validation, order_of
from sandbox.programme.queries.simulating import SimulatedPage, simulate_page

SIMULATED_AT_ONCE = 100
"""So many cases are tried for one page: about a quarter of a second."""
_INSTALLED = "installed"
# What was in force once may still hold for cases that began under it.
EVER_ACTIVE = (PackState.ACTIVE.value, PackState.RETIRED.value)


@dataclass(frozen=True, slots=True)
class RulesVersion:
    """Hold one version of the programme's rules, on disk or uploaded.

    Shape: `row` is None for one that an operator installed; `pack` is None for one that this
    release of the platform can no longer read, and `judged` says why.
    """

    version: str
    row: PackVersion | None
    pack: PolicyPack | None
    judged: Validation | None
    is_in_force: bool

    @property
    def waits(self) -> bool:
        """Tell whether it was uploaded and has not come into force yet."""
        return self.row is not None and self.row.state == PackState.UPLOADED

    @property
    def may_be_proposed(self) -> bool:
        """Tell whether it was installed after another came into force, and could follow that."""
        return self.row is None and active.is_newer(self.version, active.version_in_force())


def list_activated(session: Session) -> tuple[Stored, ...]:
    """List every version that is or was in force, without content: one short row each.

    Those on disk count from the first case that began under them, and stand in that order.
    """
    activated = select(
        PackVersion.code,
        PackVersion.semver,
        PackVersion.sha256,
        PackVersion.state,
        PackVersion.activated_at.label("since"),
    ).where(PackVersion.state.in_(EVER_ACTIVE))
    noted = select(
        InstalledVersion.code,
        InstalledVersion.semver,
        InstalledVersion.sha256,
        literal(_INSTALLED),
        InstalledVersion.noted_at,
    )
    both = union_all(activated, noted).subquery()
    rows = session.execute(select(both).order_by(both.c.code, both.c.since))
    return tuple(
        Stored(code, version, digest, state == PackState.ACTIVE, state == _INSTALLED)
        for code, version, digest, state, _ in rows
    )


def version_in_force(session: Session) -> str:
    """Name the version in force as it stands at this moment of this transaction."""
    return active.version_in_force(list_activated(session))


def read_files(session: Session, code: str, version: str) -> dict[str, bytes]:
    """Return the files of an uploaded version by their names."""
    rows = session.execute(
        select(PackFile.name, PackFile.content)
        .join(PackVersion, PackVersion.id == PackFile.pack_version_id)
        .where(PackVersion.code == code, PackVersion.semver == version)
    )
    return {name: content.encode() for name, content in rows}


def list_versions(session: Session, after: str | None) -> Page[Any]:
    """Page through the uploaded versions of this programme's rules, the latest first."""
    uploader, activator = aliased(Person), aliased(Person)
    statement = (
        select(
            PackVersion.semver,
            PackVersion.state,
            PackVersion.activated_at,
            uploader.name.label("uploader"),
            activator.name.label("activator"),
            PackVersion.uploaded_at,
            PackVersion.id,
        )
        .join(uploader, uploader.id == PackVersion.uploaded_by_id)
        .outerjoin(activator, activator.id == PackVersion.activated_by_id)
        .where(PackVersion.code == active.code())
    )
    key = (PackVersion.uploaded_at, PackVersion.id)
    return paged(session, statement, key, (datetime, UUID), after)


def find_row(session: Session, code: str, version: str) -> PackVersion | None:
    """Return what was uploaded under this number."""
    return session.scalars(
        select(PackVersion).where(PackVersion.code == code, PackVersion.semver == version)
    ).one_or_none()


def get_row(session: Session, version: str) -> PackVersion:
    """Return an uploaded version of this programme's rules. Raises: NotFound."""
    row = find_row(session, active.code(), version)
    if row is None:
        raise NotFound
    return row


def lock_versions(session: Session, code: str) -> Sequence[PackVersion]:
    """Return all uploaded versions of a pack as they are now, and keep others from changing them.

    Two people who activate or upload at once meet here, whichever versions they mean.
    """
    return session.scalars(
        select(PackVersion)
        .where(PackVersion.code == code)
        .order_by(PackVersion.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def get_version(session: Session, version: str) -> RulesVersion:
    """Return one version of this programme's rules, read and judged. Raises: NotFound."""
    code, row = active.code(), find_row(session, active.code(), version)
    if row is not None:
        judged = judge(session, row)
        in_force = row.state == PackState.ACTIVE
        return RulesVersion(version, row, judged.pack, judged, in_force)
    try:
        pack = active.installed().get(code, version)
    except PackUnknown:
        raise NotFound from None
    return RulesVersion(version, None, pack, None, active.version_in_force() == version)


def lock_noted(session: Session, code: str, version: str) -> InstalledVersion:
    """Return what is noted of a version on disk, and keep others from changing it.

    Raises: NotFound where nothing ever began under it.
    """
    noted = session.scalars(
        select(InstalledVersion)
        .where(InstalledVersion.code == code, InstalledVersion.semver == version)
        .with_for_update()
    ).one_or_none()
    if noted is None:
        raise NotFound
    return noted


def get_installed(version: str) -> tuple[PolicyPack, Mapping[str, bytes]]:
    """Return a version that an operator installed, with its files. Raises: NotFound."""
    try:
        pack = active.installed().get(active.code(), version)
    except PackUnknown:
        raise NotFound from None
    return pack, active.installed_files(pack.code, version)


def judge(session: Session, row: PackVersion) -> Validation:
    """Judge an uploaded version as this release of the platform does."""
    stored = Stored(row.code, row.semver, row.sha256, row.state == PackState.ACTIVE)
    return active.judged(stored, read_files(session, row.code, row.semver))


def list_unusable(session: Session, stored: Sequence[Stored] | None = None) -> tuple[Stored, ...]:
    """List the versions in force, now or once, that this release of the platform cannot read.

    Shape: `stored` are the activated versions, where the caller has read them itself.
    """
    return tuple(
        each
        for each in (list_activated(session) if stored is None else stored)
        if not active.is_readable(each, partial(read_files, session, each.code, each.version))
    )


def simulate(
    session: Session, actor: Actor, pack: PolicyPack, today: date, after: str | None
) -> SimulatedPage:
    """Try a pack on the next cases: a caseworker's own, or all where nothing of them is told.

    Whoever reads no case, as an administrator, learns its number and the effects, and neither its
    title nor the answers behind them: enough to judge rules, and nothing confidential.
    """
    reads = conceivable(actor, P.APPLICATION_READ)
    start = decode_key(after, (UUID,)) if after else None
    return simulate_page(
        session,
        pack,
        today,
        among=scope(actor, P.APPLICATION_READ) if reads else true(),
        after=start[0] if start else None,
        size=SIMULATED_AT_ONCE,
    )


def older_versions(session: Session, version: str) -> list[str]:
    """List what a version can be compared with: all that came before it, the newest first."""
    uploaded = session.scalars(
        select(PackVersion.semver).where(
            PackVersion.code == active.code(), PackVersion.state.in_(EVER_ACTIVE)
        )
    )
    known = {*uploaded, *active.installed().versions(active.code())}
    return sorted(
        (each for each in known if active.is_newer(version, each)), key=order_of, reverse=True
    )


def name_of(session: Session, person_id: UUID | None) -> str:
    """Return the name of a person who uploaded or activated something."""
    return "" if person_id is None else session.get_one(Person, person_id).name


def list_tasks(session: Session, actor: Actor, now: datetime) -> list[Task]:  # noqa: ARG001
    """List the versions that wait for a second person, for those who could be it."""
    if not conceivable(actor, P.PACK_ACTIVATE):
        return []
    rows = session.execute(
        select(PackVersion.semver, PackVersion.note, PackVersion.uploaded_at)
        .where(PackVersion.state == PackState.UPLOADED.value, scope(actor, P.PACK_ACTIVATE))
        .order_by(PackVersion.uploaded_at)
        .limit(MOST_OF_A_KIND + 1)
    )
    return [_task(row) for row in rows]


def _task(row: Row[str, str, datetime]) -> Task:
    return Task(
        kind="programme.activate",
        reference=row.semver,
        title=row.note,
        since=row.uploaded_at,
        due_on=None,
        endpoint="programme.show",
        values={"version": row.semver},
    )


def list_readers(session: Session, *, but: UUID | None, roles: Sequence[StaffRole]) -> Any:
    """List the people with one of these roles, but the one who did it."""
    held = select(StaffGrant.person_id).where(StaffGrant.role.in_([role.value for role in roles]))
    return session.execute(_people().where(Person.id.in_(held), Person.id != but)).all()


def list_heads_and_staff(session: Session, *, but: UUID | None) -> Any:
    """List the programme's own people and the heads of all authorities, but the one who did it."""
    staff = select(StaffGrant.person_id)
    heads = select(AuthorityMembership.person_id).where(
        AuthorityMembership.role == AuthorityRole.HEAD.value
    )
    return session.execute(
        _people().where(or_(Person.id.in_(staff), Person.id.in_(heads)), Person.id != but)
    ).all()


def _people() -> Any:
    return (
        select(Person.id, Person.email, Person.language)
        .where(Person.active.is_(True), Person.confirmed_at.is_not(None))
        .order_by(Person.email)
    )

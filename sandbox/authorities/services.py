"""Enter the authorities of a policy pack."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.authorities import queries
from sandbox.domain.packs import PolicyPack
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.models.people import Authority


def register_authorities(
    session: Session, actor: Actor, pack: PolicyPack, *, now: datetime
) -> Mapping[str, Authority]:
    """Enter the authorities that a pack names and take over changed names; a second call is idle.

    Shape: the authorities of the pack, by code. Raises: Denied.
    """
    require(session, actor, P.PERSON_ADMINISTER)
    authorities: dict[str, Authority] = {}
    for spec in pack.authorities:
        names = dict(spec.name.by_language)
        authority = queries.find_authority(session, spec.code)
        if authority is None or authority.names != names:
            authority = authority or Authority(code=spec.code, created_at=now)
            authority.names = names
            session.add(authority)
            record(session, actor, Deed.AUTHORITY_CREATED, authority, now=now, code=spec.code)
        authorities[spec.code] = authority
    return authorities

"""Pin what begins to the rules in force, and see to it that those stay what they are."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from sandbox.domain.packs import PolicyPack
from sandbox.models import InstalledVersion, Organisation
from sandbox.packs import active


def note_rules(
    session: Session, organisation: Organisation, pack: PolicyPack, *, now: datetime
) -> None:
    """Note the fingerprint of rules on disk under which an organisation is the first to begin.

    From then on other files under their number decide nothing that began under them.
    """
    fingerprint = active.fingerprint_to_note(pack, organisation)
    if fingerprint is None:
        return
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    noted = insert(InstalledVersion).values(
        id=uuid4(), code=pack.code, semver=pack.version, sha256=fingerprint, noted_at=now
    )
    # Two organisations may begin at the same moment.
    session.execute(noted.on_conflict_do_nothing(index_elements=["code", "semver"]))

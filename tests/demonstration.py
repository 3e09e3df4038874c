"""The demonstration programme, told once in a run and put back for every test after."""

from pathlib import Path

from sqlalchemy.orm import Session

from sandbox.kernel.clock import utc_now
from tests.handing import once
from tests.snapshots import NamedRows, put_back_by_name, remembered, rows_by_name


def tell(session: Session, shared: Path) -> None:
    """Fill an empty database as `flask demo load` does, within the application that runs it.

    Telling takes a quarter of a minute, so the workers of a run hand what one of them has told on
    to the others, in the folder that they share.
    """
    # The kit of the domain's tests must not load what runs the platform.
    from sandbox.web.demo import loading

    def load() -> tuple[list[str], NamedRows]:
        said = list(loading.load(if_empty=False, applications=None, seed=1, now=utc_now()))
        return said, rows_by_name(session)

    def build() -> list[str]:
        path = shared / f"demonstration-{session.get_bind().dialect.name}"
        (said, rows), is_new = once(path, load)
        if not is_new:
            put_back_by_name(session, rows)
        return said

    remembered(session, "demonstration", build, lambda said: said)

"""The demonstration programme, told once by each worker and put back for the tests after."""

from sqlalchemy.orm import Session

from sandbox.kernel.clock import utc_now
from tests.snapshots import remembered


def tell(session: Session) -> None:
    """Fill an empty database as `flask demo load` does, within the application that runs it."""
    # The kit of the domain's tests must not load what runs the platform.
    from sandbox.web.demo import loading

    def build() -> list[str]:
        return list(loading.load(if_empty=False, applications=None, seed=1, now=utc_now()))

    remembered(session, "demonstration", build, lambda said: said)

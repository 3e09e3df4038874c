"""Serve the pages on which authorities and the secretariat share a case."""

from sandbox.coordination.views import (
    asking,
    deciding,
    guiding,
    hearing,
    judging,
    leading,
    noting,
    officers,
    routing,
)
from sandbox.coordination.views.batches import batches
from sandbox.coordination.views.shared import bp
from sandbox.coordination.views.succession import successions

# Loading the modules has put their addresses on the blueprint.
__all__ = [
    "asking",
    "batches",
    "bp",
    "deciding",
    "guiding",
    "hearing",
    "judging",
    "leading",
    "noting",
    "officers",
    "routing",
    "successions",
]

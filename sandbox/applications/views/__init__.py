"""Serve the pages on which companies apply and the secretariat checks."""

from sandbox.applications.views import answering, checking, filling, listing, sending, starting
from sandbox.applications.views.blueprint import bp

# Loading the modules has put their addresses on the blueprint.
__all__ = ["answering", "bp", "checking", "filling", "listing", "sending", "starting"]

"""Serve the pages of trials."""

from sandbox.trials.views import endings, final_reports, gates, incidents, plan, reliefs, reports
from sandbox.trials.views.reliefs import register
from sandbox.trials.views.shared import bp

# Loading the modules has put their addresses on the blueprint.
__all__ = [
    "bp",
    "endings",
    "final_reports",
    "gates",
    "incidents",
    "plan",
    "register",
    "reliefs",
    "reports",
]

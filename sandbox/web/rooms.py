"""List the blueprints of every slice, in the order of the house."""

from flask import Blueprint

from sandbox.accounts.views import bp as accounts
from sandbox.applications.views import bp as applications
from sandbox.coordination.views import batches, successions
from sandbox.coordination.views import bp as coordination
from sandbox.dossiers.views import bp as dossiers
from sandbox.enquiries.views import bp as enquiries
from sandbox.home.views import bp as home
from sandbox.outcomes.views import bp as outcomes
from sandbox.programme.views import bp as programme
from sandbox.register.views import bp as register
from sandbox.trials.views import bp as trials
from sandbox.trials.views import register as reliefs

BLUEPRINTS: tuple[Blueprint, ...] = (
    home,
    accounts,
    enquiries,
    applications,
    batches,
    coordination,
    successions,
    trials,
    reliefs,
    programme,
    outcomes,
    dossiers,
    register,
)

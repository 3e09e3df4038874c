"""Do what can be done with accounts, organisations, their members and roles."""

from sandbox.accounts.services.invitations import (
    INVITATION_LASTS,
    accept_invitation,
    invite,
    refuse_stale_invitation,
    register_invited,
    withdraw_invitation,
)
from sandbox.accounts.services.organisations import add_member, create_organisation, remove_member
from sandbox.accounts.services.people import (
    change_profile,
    confirm_person,
    create_person,
    invite_person,
    register_person,
)
from sandbox.accounts.services.roles import (
    end_staff_role,
    grant_staff_role,
    join_authority,
    leave_authority,
)

__all__ = [
    "INVITATION_LASTS",
    "accept_invitation",
    "add_member",
    "change_profile",
    "confirm_person",
    "create_organisation",
    "create_person",
    "end_staff_role",
    "grant_staff_role",
    "invite",
    "invite_person",
    "join_authority",
    "leave_authority",
    "refuse_stale_invitation",
    "register_invited",
    "register_person",
    "remove_member",
    "withdraw_invitation",
]

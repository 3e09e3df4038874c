"""Name the kinds of organisation and the roles, for every page that shows them."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from sandbox.kernel.actors import StaffRole
from sandbox.models.people import AuthorityRole, OrganisationRole

KIND: Mapping[str, object] = {
    "company": _l("Company"),
    "public_body": _l("Public body"),
    "academia": _l("University or research centre"),
    "civil_society": _l("Civil society organisation"),
}
MEMBER_ROLE: Mapping[str, object] = {
    OrganisationRole.MEMBER.value: _l("Member"),
    OrganisationRole.OWNER.value: _l("Owner"),
}
STAFF_ROLE: Mapping[str, object] = {
    StaffRole.CASEWORKER.value: _l("Caseworker"),
    StaffRole.PUBLISHER.value: _l("Publisher"),
    StaffRole.ADMINISTRATOR.value: _l("Administrator"),
    StaffRole.AUDITOR.value: _l("Auditor"),
}
AUTHORITY_ROLE: Mapping[str, object] = {
    AuthorityRole.OFFICER.value: _l("Officer"),
    AuthorityRole.HEAD.value: _l("Head"),
}

"""Serve the pages about oneself, organisations, invitations, and the administration of roles."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta
from flask_babel import gettext as _
from flask_security import login_user
from flask_security.confirmable import confirm_email_token_status
from flask_security.recoverable import generate_reset_password_token
from flask_security.utils import get_message
from flask_wtf import FlaskForm

from sandbox.access.checks import grants
from sandbox.access.guard import current_actor, needs, public
from sandbox.access.permissions import P
from sandbox.accounts import forms, queries, services
from sandbox.accounts.labels import AUTHORITY_ROLE, KIND, MEMBER_ROLE, STAFF_ROLE
from sandbox.accounts.passwords import hash_password
from sandbox.accounts.security import Account
from sandbox.kernel.actors import StaffRole
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.language import current_language
from sandbox.models.people import AuthorityRole, OrganisationRole, Person
from sandbox.packs import active

bp = Blueprint("accounts", __name__)


# --- confirming an address ------------------------------------------------------------------------


def confirm_address(token: str) -> ResponseReturnValue:
    """Show a button that confirms an address; it takes the place of Flask-Security's view."""
    expired, invalid, account = confirm_email_token_status(token)  # type: ignore[no-untyped-call]
    if expired or invalid or account is None:
        within = format_timedelta(current_app.config["SECURITY_CONFIRM_EMAIL_WITHIN"])
        kind = "CONFIRMATION_EXPIRED" if expired else "INVALID_CONFIRMATION_TOKEN"
        return _onwards("security.send_confirmation", *get_message(kind, within=within))
    if account.confirmed_at is not None:
        return _onwards("security.login", *get_message("ALREADY_CONFIRMED"))
    if request.method != "POST":
        return render_template("accounts/confirm.html", email=account.email)
    session = db.session()
    with unit_of_work(session):
        services.confirm_person(session, current_actor(), account.person, now=utc_now())
    return _onwards("security.login", *get_message("EMAIL_CONFIRMED"))


def _onwards(endpoint: str, message: str, category: str, **values: Any) -> ResponseReturnValue:
    flash(message, category)
    return redirect(url_for(endpoint, **values), 303)


# --- oneself --------------------------------------------------------------------------------------


@bp.route("/account", methods=["GET", "POST"])
@needs(P.PROFILE_EDIT)
def profile() -> ResponseReturnValue:
    """Show one's own account and save name and language."""
    session, actor = db.session(), current_actor()
    person = queries.get_self(session, actor)
    form = forms.ProfileForm(obj=person)
    if form.validate_on_submit():
        values = {name: form[name].data for name in forms.ProfileForm.KEPT}
        version = form.version.data or 0
        with unit_of_work(session):
            services.change_profile(
                session, actor, person, **values, expected_version=version, now=utc_now()
            )
        browser["language"] = form.language.data
        return _onwards("accounts.profile", _("Your account is saved."), "success")
    roles = queries.roles_of(session, [person.id])[person.id]
    return _page("profile", form, person=person, roles=roles, **_labels())


# --- organisations --------------------------------------------------------------------------------


@bp.get("/organisation")
@needs(P.HOME_READ)
def own_organisations() -> ResponseReturnValue:
    """Lead to one's organisation, or show which there are, or how to begin."""
    found = queries.list_own_organisations(db.session(), current_actor())
    if len(found) == 1:
        return redirect(url_for("accounts.organisation", organisation_id=found[0].id))
    return render_template("accounts/organisations.html", organisations=found)


@bp.route("/organisations/new", methods=["GET", "POST"])
@needs(P.ORGANISATION_CREATE)
def new_organisation() -> ResponseReturnValue:
    """Enter an organisation, whose owner one becomes."""
    session, actor = db.session(), current_actor()
    tax_number = active.current().programme.tax_number
    form = forms.OrganisationForm(tax_hint=tax_number.in_(current_language()))
    valid = form.validate_on_submit()
    if valid and form.tax_id.data and queries.is_tax_id_taken(session, form.tax_id.data):
        form.refuse_tax_id()
    elif valid:
        values = {key: form[key].data for key in ("name", "kind", "tax_id", "state", "website")}
        with unit_of_work(session):
            made = services.create_organisation(session, actor, **values, now=utc_now())
            key = made.id
        message = _("Your organisation is here. Invite your colleagues, or start an application.")
        return _onwards("accounts.organisation", message, "success", organisation_id=key)
    return _page("new_organisation", form)


@bp.get("/organisations/<uuid:organisation_id>")
@needs(P.ORGANISATION_READ)
def organisation(organisation_id: UUID) -> ResponseReturnValue:
    """Show an organisation to its members."""
    session, actor = db.session(), current_actor()
    found = queries.get_organisation(session, actor, organisation_id)
    granted = grants(session, actor, (P.ORGANISATION_INVITE, P.APPLICATION_START), found)
    is_owner = P.ORGANISATION_INVITE in granted
    return render_template(
        "accounts/organisation.html",
        organisation=found,
        members=queries.list_members(session, found.id),
        invitations=(
            queries.list_pending_invitations(session, found.id, utc_now()) if is_owner else ()
        ),
        is_owner=is_owner,
        granted=granted,
        **_labels(),
    )


@bp.route("/organisations/<uuid:organisation_id>/invite", methods=["GET", "POST"])
@needs(P.ORGANISATION_INVITE)
def invite(organisation_id: UUID) -> ResponseReturnValue:
    """Ask for the address of a colleague and send the invitation."""
    session, actor = db.session(), current_actor()
    found = queries.get_organisation(session, actor, organisation_id, P.ORGANISATION_INVITE)
    form = forms.InvitationForm(role=OrganisationRole.MEMBER.value)
    valid, name = form.validate_on_submit(), found.name
    if valid and queries.is_member(session, found.id, form.email.data):
        form.refuse_member()
    elif valid:
        role, email = OrganisationRole(form.role.data), form.email.data
        with unit_of_work(session):
            services.invite(session, actor, found, email=email, role=role, now=utc_now())
        message = _("We have sent an invitation to %(email)s.", email=email)
        key = {"organisation_id": organisation_id}
        return _onwards("accounts.organisation", message, "success", **key)
    return _page("invite", form, organisation_id=organisation_id, organisation_name=name)


@bp.post("/organisations/<uuid:organisation_id>/invitations/<uuid:invitation_id>/withdraw")
@needs(P.ORGANISATION_INVITE)
def withdraw_invitation(organisation_id: UUID, invitation_id: UUID) -> ResponseReturnValue:
    """Take an invitation back."""
    session, actor = db.session(), current_actor()
    found = queries.get_organisation(session, actor, organisation_id, P.ORGANISATION_INVITE)
    invitation = queries.get_pending_invitation(session, found.id, invitation_id)
    with unit_of_work(session):
        services.withdraw_invitation(session, actor, found, invitation=invitation, now=utc_now())
    key = {"organisation_id": organisation_id}
    return _onwards("accounts.organisation", _("The invitation is withdrawn."), "success", **key)


@bp.post("/organisations/<uuid:organisation_id>/members/<uuid:membership_id>/remove")
@needs(P.ORGANISATION_READ)
def remove_member(organisation_id: UUID, membership_id: UUID) -> ResponseReturnValue:
    """End a membership: an owner anybody's, a member their own."""
    session, actor = db.session(), current_actor()
    found = queries.get_organisation(session, actor, organisation_id)
    member = queries.get_member(session, found.id, membership_id)
    leaves = member.person_id == actor.person_id
    with unit_of_work(session):
        services.remove_member(session, actor, found, membership=member, now=utc_now())
    if leaves:
        message = _("You no longer act for this organisation.")
        return _onwards("accounts.own_organisations", message, "success")
    key = {"organisation_id": organisation_id}
    return _onwards("accounts.organisation", _("The member is removed."), "success", **key)


# --- invitations ----------------------------------------------------------------------------------


@bp.get("/invitations/<token>")
@public
def invitation(token: str) -> ResponseReturnValue:
    """Show an invitation and the way to take it up that fits whoever reads it."""
    return _invitation_page(token, forms.InvitedRegistrationForm(formdata=None)), 200


@bp.post("/invitations/<token>/accept")
@needs(P.PROFILE_EDIT)
def accept_invitation(token: str) -> ResponseReturnValue:
    """Join the organisation as whoever is signed in."""
    session, actor = db.session(), current_actor()
    found = queries.get_invitation(session, token)
    key = {"organisation_id": found.organisation_id}
    with unit_of_work(session):
        services.accept_invitation(session, actor, found, now=utc_now())
    return _onwards("accounts.organisation", _("Welcome to the organisation."), "success", **key)


@bp.post("/invitations/<token>/register")
@public
def register_invited(token: str) -> ResponseReturnValue:
    """Open an account through an invitation, join, and sign in."""
    form = forms.InvitedRegistrationForm()
    if not form.validate_on_submit():
        return _invitation_page(token, form), 422
    session = db.session()
    found = queries.get_invitation(session, token)
    key = {"organisation_id": found.organisation_id}
    values = {"name": form.name.data, "language": form.language.data}
    hashed = hash_password(form.password.data)
    with unit_of_work(session):
        person = services.register_invited(
            session, found, **values, password_hash=hashed, now=utc_now()
        )
    login_user(Account(person), authn_via=["invitation"])
    return _onwards("accounts.organisation", _("Welcome to the organisation."), "success", **key)


def _invitation_page(token: str, form: forms.InvitedRegistrationForm) -> str:
    session = db.session()
    found = queries.get_invitation(session, token)
    services.refuse_stale_invitation(found, now=utc_now())
    return render_template(
        "accounts/invitation.html",
        form=form,
        token=token,
        invitation=found,
        organisation_name=found.organisation.name,
        inviter=queries.name_of(session, found.invited_by_id),
        own_address=queries.address_of(session, current_actor()),
        has_account=queries.find_person(session, found.email) is not None,
    )


# --- one's own authority --------------------------------------------------------------------------


@bp.get("/authority")
@needs(P.HOME_READ)
def own_authority() -> ResponseReturnValue:
    """Show who acts for the authorities of whoever asks."""
    found = queries.list_colleagues(db.session(), current_actor())
    authorities: dict[UUID, list[Any]] = {}
    for row in found:
        authorities.setdefault(row.id, []).append(row)
    return render_template("accounts/authority.html", authorities=authorities, **_labels())


# --- administration -------------------------------------------------------------------------------


@bp.get("/people")
@needs(P.PERSON_ADMINISTER)
def people() -> ResponseReturnValue:
    """List everybody with an account."""
    session = db.session()
    search = request.args.get("search", "").strip()[:100]
    page = queries.list_people(
        session, current_actor(), after=request.args.get("after"), search=search
    )
    roles = queries.roles_of(session, [row.id for row in page.rows])
    return render_template(
        "accounts/people.html", page=page, roles=roles, search=search, **_labels()
    )


@bp.route("/people/new", methods=["GET", "POST"])
@needs(P.PERSON_ADMINISTER)
def new_person() -> ResponseReturnValue:
    """Open an account for a colleague, who sets the password through a mail."""
    session, form = db.session(), forms.NewPersonForm()
    valid = form.validate_on_submit()
    if valid and queries.find_person(session, form.email.data) is not None:
        form.refuse_address()
    elif valid:
        values = {key: form[key].data for key in ("email", "name", "language")}
        with unit_of_work(session):
            made = services.invite_person(
                session, current_actor(), **values, issue_token=reset_token, now=utc_now()
            )
            key = made.id
        message = _("The account is open, and a mail is on its way.")
        return _onwards("accounts.person", message, "success", person_id=key)
    return _page("new_person", form)


def reset_token(person: Person) -> str:
    """Return the token of the page on which a person sets their password."""
    return str(generate_reset_password_token(Account(person)))  # type: ignore[no-untyped-call]


@bp.get("/people/<uuid:person_id>")
@needs(P.PERSON_ADMINISTER)
def person(person_id: UUID) -> ResponseReturnValue:
    """Show what a person may act as, and the ways to change it."""
    session, actor = db.session(), current_actor()
    found = queries.get_person(session, actor, person_id)
    roles = queries.roles_of(session, [found.id])[found.id]
    return render_template("accounts/person.html", person=found, roles=roles, **_labels())


@bp.route("/people/<uuid:person_id>/roles/new", methods=["GET", "POST"])
@needs(P.PERSON_ADMINISTER)
def grant_role(person_id: UUID) -> ResponseReturnValue:
    """Give a person a role in the secretariat."""
    session, actor = db.session(), current_actor()
    found = queries.get_person(session, actor, person_id)
    form = forms.StaffRoleForm()
    if form.validate_on_submit():
        with unit_of_work(session):
            role = StaffRole(form.role.data)
            services.grant_staff_role(session, actor, found, role=role, now=utc_now())
        return _onwards("accounts.person", _("The role is granted."), "success", person_id=found.id)
    return _page("grant_role", form, person=found)


@bp.post(
    "/people/<uuid:person_id>/roles/<any(caseworker, publisher, administrator, auditor):role>/end"
)
@needs(P.PERSON_ADMINISTER)
def end_role(person_id: UUID, role: str) -> ResponseReturnValue:
    """Take a role in the secretariat away."""
    session, actor = db.session(), current_actor()
    found = queries.get_person(session, actor, person_id)
    with unit_of_work(session):
        services.end_staff_role(session, actor, found, role=StaffRole(role), now=utc_now())
    return _onwards("accounts.person", _("The role is ended."), "success", person_id=person_id)


@bp.route("/people/<uuid:person_id>/authorities/new", methods=["GET", "POST"])
@needs(P.PERSON_ADMINISTER)
def join_authority(person_id: UUID) -> ResponseReturnValue:
    """Let a person act for an authority."""
    session, actor = db.session(), current_actor()
    found = queries.get_person(session, actor, person_id)
    form = forms.AuthorityRoleForm()
    form.offer([(str(row.id), row.code) for row in queries.list_authority_choices(session)])
    if form.validate_on_submit():
        with unit_of_work(session):
            chosen = queries.get_authority(session, UUID(form.authority.data))
            role = AuthorityRole(form.authority_role.data)
            services.join_authority(
                session, actor, found, authority=chosen, role=role, now=utc_now()
            )
        return _onwards(
            "accounts.person", _("The role is granted."), "success", person_id=person_id
        )
    return _page("join_authority", form, person=found)


@bp.post("/people/<uuid:person_id>/authorities/<uuid:membership_id>/end")
@needs(P.PERSON_ADMINISTER)
def leave_authority(person_id: UUID, membership_id: UUID) -> ResponseReturnValue:
    """End that a person acts for an authority."""
    session, actor = db.session(), current_actor()
    found = queries.get_person(session, actor, person_id)
    place = queries.get_authority_membership(session, found.id, membership_id)
    with unit_of_work(session):
        services.leave_authority(session, actor, found, membership=place, now=utc_now())
    return _onwards("accounts.person", _("The role is ended."), "success", person_id=person_id)


def _page(name: str, form: FlaskForm, **values: Any) -> ResponseReturnValue:
    """Render a page with a form: 422 where the form was sent back."""
    status = 422 if form.errors else 200
    return render_template(f"accounts/{name}.html", form=form, **values), status


def _labels() -> dict[str, Any]:
    return {
        "kinds": KIND,
        "member_roles": MEMBER_ROLE,
        "staff_roles": STAFF_ROLE,
        "authority_roles": AUTHORITY_ROLE,
    }

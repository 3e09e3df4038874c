"""Parse what people type about accounts, organisations and roles."""

import re
from collections.abc import Iterable
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security.forms import (
    ChangePasswordForm,
    EmailValidation,
    ForgotPasswordForm,
    LoginForm,
    RegisterFormV2,
    ResetPasswordForm,
    SendConfirmationForm,
    unique_user_email,
    valid_user_email,
)
from flask_security.mail_util import EmailValidateException
from flask_security.proxies import _security
from flask_security.utils import get_message
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import Length, StopValidation

from sandbox.accounts.addresses import LONGEST_ADDRESS, BadAddress, normalised_address
from sandbox.accounts.labels import AUTHORITY_ROLE, KIND, MEMBER_ROLE, STAFF_ROLE
from sandbox.accounts.passwords import weakness_of
from sandbox.accounts.security import weakness_sentence
from sandbox.domain.tax_numbers import tax_number
from sandbox.kernel.actors import StaffRole
from sandbox.kernel.forms import PlatformForm, Required, VersionedForm
from sandbox.models.people import AuthorityRole, MailRhythm, OrganisationRole

LANGUAGES = (("es", "Español"), ("en", "English"))
LONGEST_NAME = 120

MEMBER_ROLES = tuple(
    (value, MEMBER_ROLE[value], {"hint": hint})
    for value, hint in (
        (OrganisationRole.MEMBER.value, _l("Works on the organisation's applications and trials.")),
        (OrganisationRole.OWNER.value, _l("Also invites and removes colleagues.")),
    )
)
STAFF_ROLES = tuple(
    (value, STAFF_ROLE[value], {"hint": hint})
    for value, hint in (
        (
            StaffRole.CASEWORKER.value,
            _l("Checks applications, assigns authorities, drafts reports."),
        ),
        (
            StaffRole.PUBLISHER.value,
            _l("Publishes outcome reports that somebody else has drafted."),
        ),
        (StaffRole.ADMINISTRATOR.value, _l("Manages accounts and roles; does not read cases.")),
        (StaffRole.AUDITOR.value, _l("Reads the record of what was done, and changes nothing.")),
    )
)
AUTHORITY_ROLES = tuple(
    (value, AUTHORITY_ROLE[value], {"hint": hint})
    for value, hint in (
        (AuthorityRole.OFFICER.value, _l("Reviews the cases that the head hands over.")),
        (AuthorityRole.HEAD.value, _l("Accepts cases for the authority and names officers.")),
    )
)


def present_language() -> str:
    """Return the language of the page, which a new account begins with."""
    locale = get_locale()
    return "es" if locale is None else str(locale.language)


def address_of_right_shape(form: "AddressForm", field: Field) -> None:
    """Bring an address into the form in which it is stored.

    Flask-Security hides every error of this field, so that nobody learns who has an account. A
    wrong shape says nothing about accounts; it is kept apart and shown.
    """
    if not field.data:
        form.shape_error = get_message("EMAIL_NOT_PROVIDED")[0]
        raise StopValidation(form.shape_error)
    try:
        field.data = _security.mail_util.normalize(field.data)
    except EmailValidateException as error:
        form.shape_error = error.msg
        raise StopValidation(error.msg) from error


class AddressForm(PlatformForm):
    """Ask for the address of an account without telling whether there is one."""

    shape_error: str | None = None

    def validate(self, **kwargs: Any) -> bool:
        valid: bool = super().validate(**kwargs)
        if self.shape_error:
            self.form_errors.append(self.shape_error)
        return valid


def _address(*validators: Any) -> EmailField:
    return EmailField(
        _l("E-mail address"), [*validators], render_kw={"autocomplete": "email", "maxlength": 254}
    )


def _new_password(label: Any = None) -> PasswordField:
    return PasswordField(
        label or _l("Password"),
        [Required()],
        description=_l("At least 12 characters. Four or five words are easy to remember."),
        render_kw={"autocomplete": "new-password"},
    )


def _name(label: Any) -> StringField:
    return StringField(
        label,
        [
            Required(),
            Length(max=LONGEST_NAME, message=_l("Use at most %(max)d characters.")),
        ],
        render_kw={"autocomplete": "name"},
    )


def _language(label: Any) -> RadioField:
    return RadioField(label, [Required()], choices=LANGUAGES, default=present_language)


# --- sign-in and registration: Flask-Security's forms in our words --------------------------------


class SignInForm(PlatformForm, LoginForm):
    """Let somebody in who knows the password of a confirmed address."""

    email = _address(Required(), EmailValidation(verify=False))
    password = PasswordField(
        _l("Password"), [Required()], render_kw={"autocomplete": "current-password"}
    )
    # A cookie that outlives the session would undo its idle limit.
    remember = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The library puts a link here as HTML; the page has its own.
        self.password.description = ""

    def validate(self, **kwargs: Any) -> bool:
        valid: bool = super().validate(**kwargs)
        if self.user_authenticated and self.requires_confirmation and self.is_open():
            # Whoever knows the password may be told what is missing.
            self.email.errors = []
            self.form_errors.append(get_message("CONFIRMATION_REQUIRED")[0])
        return valid

    def is_open(self) -> bool:
        """Tell whether the account was found and may be used."""
        return self.user is not None and self.user.is_active


class RegistrationForm(PlatformForm, RegisterFormV2):
    name = _name(_l("Your name"))
    email = _address(
        Required(),
        Length(max=LONGEST_ADDRESS, message=_l("Use at most %(max)d characters.")),
        EmailValidation(verify=True),
        unique_user_email,
    )
    password = _new_password()
    language = _language(_l("In which language shall we write to you?"))


class ForgottenPasswordForm(AddressForm, ForgotPasswordForm):
    email = _address(address_of_right_shape, valid_user_email)


class ResendConfirmationForm(AddressForm, SendConfirmationForm):
    email = _address(address_of_right_shape, valid_user_email)


class NewPasswordForm(PlatformForm, ResetPasswordForm):
    password = _new_password(_l("New password"))
    password_confirm = None


class PasswordChangeForm(PlatformForm, ChangePasswordForm):
    password = PasswordField(
        _l("Present password"), [Required()], render_kw={"autocomplete": "current-password"}
    )
    new_password = _new_password(_l("New password"))
    new_password_confirm = None


class InvitedRegistrationForm(PlatformForm):
    """Open an account through an invitation, whose address is not asked again."""

    name = _name(_l("Your name"))
    password = _new_password()
    language = _language(_l("In which language shall we write to you?"))

    def validate_password(self, field: Field) -> None:
        weakness = weakness_of(field.data or "", self.name.data or "")
        if weakness is not None:
            raise ValidationError(weakness_sentence(weakness))


# --- profile, organisations, invitations ----------------------------------------------------------


class ProfileForm(VersionedForm):
    KEPT = ("name", "language", "mail_rhythm", "wants_reminders")

    name = _name(_l("Your name"))
    language = _language(_l("Language of the pages and of our mails"))
    mail_rhythm = RadioField(
        _l("When do you want our mails?"),
        [Required()],
        choices=[
            (MailRhythm.AT_ONCE.value, _l("Each at once")),
            (MailRhythm.DAILY.value, _l("What can wait, in one mail a day")),
        ],
        default=MailRhythm.AT_ONCE.value,
        description=_l(
            "What begins a term of yours, stops a test or decides something always comes at once. "
            "Your inbox has every message at once."
        ),
    )
    wants_reminders = BooleanField(_l("Remind me by mail before a term ends"))


class OrganisationForm(PlatformForm):
    name = StringField(
        _l("Name of the organisation"),
        [Required(), Length(max=200, message=_l("Use at most %(max)d characters."))],
        description=_l("As it stands in its deed of incorporation or in the law."),
        render_kw={"autocomplete": "organization"},
    )
    kind = RadioField(
        _l("What kind of organisation is it?"), [Required()], choices=list(KIND.items())
    )
    tax_id = StringField(_l("Tax number"))
    state = StringField(
        _l("State or region"),
        [Length(max=80, message=_l("Use at most %(max)d characters."))],
        description=_l("Where the organisation has its seat."),
        render_kw={"autocomplete": "address-level1"},
    )
    website = StringField(
        _l("Website"),
        [Length(max=200, message=_l("Use at most %(max)d characters."))],
        description=_l("For example https://www.example.org."),
        render_kw={"autocomplete": "url", "inputmode": "url"},
    )

    def __init__(self, *args: Any, tax_hint: str, **kwargs: Any) -> None:
        """Make the form; `tax_hint` says what the programme's country calls this number."""
        super().__init__(*args, **kwargs)
        self.tax_id.description = tax_hint

    def validate_tax_id(self, field: Field) -> None:
        field.data = (field.data or "").upper()
        number = tax_number(field.data)
        if field.data and number is None:
            raise ValidationError(_("Write the tax number with letters and digits alone."))
        field.data = number or ""

    def validate_website(self, field: Field) -> None:
        typed = field.data or ""
        if typed and not re.fullmatch(r"https?://[^\s/@]+\.[^\s/@]+(/\S*)?", typed):
            raise ValidationError(
                _("Write the whole address of the website, for example https://www.example.org.")
            )

    def refuse_tax_id(self) -> None:
        """Show that another organisation has this number."""
        self.tax_id.errors = [
            _(
                "An organisation with this tax number is here already. Ask a colleague to invite"
                " you to it."
            )
        ]


class _ColleagueForm(PlatformForm):
    email = _address(Required())

    def validate_email(self, field: Field) -> None:
        try:
            field.data = normalised_address(field.data)
        except BadAddress as error:
            raise ValidationError(get_message("INVALID_EMAIL_ADDRESS")[0]) from error


class InvitationForm(_ColleagueForm):
    role = RadioField(_l("What may this person do?"), [Required()], choices=MEMBER_ROLES)

    def refuse_member(self) -> None:
        """Show that the address belongs to a member."""
        self.email.errors = [_("This person is already a member.")]


# --- administration -------------------------------------------------------------------------------


class NewPersonForm(_ColleagueForm):
    name = _name(_l("Name of the person"))
    language = _language(_l("In which language shall we write to them?"))

    def refuse_address(self) -> None:
        """Show that the address has an account."""
        self.email.errors = [_("This address has an account already.")]


class StaffRoleForm(PlatformForm):
    role = RadioField(_l("Role in the secretariat"), [Required()], choices=STAFF_ROLES)


class AuthorityRoleForm(PlatformForm):
    authority = SelectField(_l("Authority"), [Required()])
    authority_role = RadioField(_l("Role in the authority"), [Required()], choices=AUTHORITY_ROLES)

    def offer(self, authorities: Iterable[tuple[str, str]]) -> None:
        """Set the authorities to choose from. Shape: (id, name)."""
        self.authority.choices = list(authorities)

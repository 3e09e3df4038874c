"""Replace the sentences of Flask-Security by ours, which are translated in our own catalog."""


def N_(text: str) -> str:  # noqa: N802 - the name that extractors of texts know
    """Mark a text for the catalog; it is translated when it is shown."""
    return text


_INVALID_LINK = N_("This link is not valid. Ask for a new one below.")

MESSAGES: dict[str, tuple[str, str]] = {
    "ALREADY_CONFIRMED": (N_("This address is confirmed already. Sign in."), "info"),
    "ANONYMOUS_USER_REQUIRED": (N_("You are signed in already."), "info"),
    "CONFIRMATION_EXPIRED": (
        N_("This link was valid for %(within)s. Ask for a new one below."),
        "error",
    ),
    "CONFIRMATION_REQUEST": (
        N_("If %(email)s is waiting to be confirmed, we have sent a new link to it."),
        "info",
    ),
    "CONFIRMATION_REQUIRED": (
        N_("Confirm your address first: open the link that we sent to it."),
        "error",
    ),
    "CONFIRM_REGISTRATION": (
        N_("We have sent a mail to %(email)s. Open the link in it, and then sign in."),
        "success",
    ),
    "EMAIL_ALREADY_ASSOCIATED": (N_("This address has an account already."), "error"),
    "EMAIL_CONFIRMED": (N_("Your address is confirmed. Sign in."), "success"),
    "EMAIL_NOT_PROVIDED": (N_("Write your e-mail address."), "error"),
    "GENERIC_AUTHN_FAILED": (
        N_("The address or the password is wrong. Check both and try again."),
        "error",
    ),
    "INVALID_CONFIRMATION_TOKEN": (_INVALID_LINK, "error"),
    "INVALID_EMAIL_ADDRESS": (
        N_("Write an e-mail address such as name@example.org."),
        "error",
    ),
    "INVALID_PASSWORD": (N_("This is not your present password."), "error"),
    "INVALID_REDIRECT": (N_("The page to go on to is not on this site."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (_INVALID_LINK, "error"),
    "PASSWORD_CHANGE": (N_("Your password is changed."), "success"),
    "PASSWORD_IS_THE_SAME": (N_("Choose a password that differs from the present one."), "error"),
    "PASSWORD_NOT_PROVIDED": (N_("Write your password."), "error"),
    "PASSWORD_RESET_EXPIRED": (
        N_("This link was valid for %(within)s. Ask for a new one below."),
        "error",
    ),
    "PASSWORD_RESET_NO_LOGIN": (
        N_("Your new password is set. Sign in with it."),
        "success",
    ),
    "PASSWORD_RESET_REQUEST": (
        N_("If %(email)s has an account, we have sent it a link to set a new password."),
        "info",
    ),
    "UNAUTHENTICATED": (N_("Sign in to see this page."), "info"),
    "USER_DOES_NOT_EXIST": (N_("There is no such account."), "error"),
}

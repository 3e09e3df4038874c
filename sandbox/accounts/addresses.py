"""Bring mail addresses into the one form in which they are stored and compared."""

import unicodedata

import email_validator

LONGEST_ADDRESS = 254


class BadAddress(ValueError):
    """Say that a text cannot be a mail address."""


def normalised_address(text: str) -> str:
    """Return an address as it is stored: NFC and lower case, so that equal means the same box.

    Raises: BadAddress.
    """
    typed = unicodedata.normalize("NFC", text).strip()
    try:
        # Asking the name servers would tell them who registers, and fails when they do.
        parsed = email_validator.validate_email(typed, check_deliverability=False)
    except email_validator.EmailNotValidError as error:
        raise BadAddress(typed) from error
    return unicodedata.normalize("NFC", parsed.normalized.lower())

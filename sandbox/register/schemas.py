"""Give the register as open data."""

from marshmallow import Schema, fields


class RegisteredTrialSchema(Schema):
    """Describe a trial as the public register shows it."""

    reference = fields.String()
    title = fields.String()
    organisation = fields.String()
    tier = fields.String()
    status = fields.String()
    stage = fields.String(allow_none=True)
    opened_at = fields.AwareDateTime(format="iso")
    ended_at = fields.AwareDateTime(format="iso", allow_none=True)
    exit_kind = fields.String(allow_none=True)
    report = fields.String(allow_none=True, metadata={"description": "slug of the report"})


class RegisteredRoundTableSchema(Schema):
    """Describe a round table as the public register shows it; no person is part of it."""

    slug = fields.String()
    held_on = fields.Date()
    host = fields.String()
    regime = fields.String(allow_none=True)
    title = fields.Dict()
    purpose = fields.Dict()
    audience = fields.Dict()
    note = fields.Dict()

"""Give the register as open data."""

from marshmallow import Schema, fields


class RegisteredReliefSchema(Schema):
    """Describe a relief as the public register shows it, without its conditions."""

    number = fields.Integer()
    authority = fields.String()
    kind = fields.String()
    provision = fields.String()
    scope = fields.String()
    neutrality = fields.String()
    starts_on = fields.Date()
    ends_on = fields.Date()
    ended_on = fields.Date(allow_none=True)
    extends = fields.Integer(allow_none=True)
    state = fields.String(metadata={"description": "where it stands on the day of the request"})


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

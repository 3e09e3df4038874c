"""Give a published outcome report as JSON."""

from marshmallow import Schema, fields


class PublishedReportSchema(Schema):
    """Describe a published report; the fingerprint covers everything but dates and address."""

    slug = fields.String()
    edition = fields.Integer()
    title = fields.String()
    language = fields.String()
    published_at = fields.AwareDateTime(format="iso")
    content_hash = fields.String()
    facts = fields.Dict()
    sections = fields.Dict(keys=fields.String(), values=fields.String())
    lessons = fields.Dict(keys=fields.String(), values=fields.String())
    recommendations = fields.Dict(keys=fields.String(), values=fields.String())

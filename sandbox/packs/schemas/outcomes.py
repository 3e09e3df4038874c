"""Describe for reading ends, reports, what is public and what is kept."""

from sandbox.domain import packs
from sandbox.packs.fields import (
    Flag,
    Key,
    Whole,
    Word,
    Words,
)
from sandbox.packs.schemas.base import PartSchema


class PublicLaterSchema(PartSchema):
    part = packs.PublicLaterSpec
    key = Key(required=True)
    since = Word(packs.Moment, required=True)


class RetentionSchema(PartSchema):
    part = packs.RetentionSpec
    key = Word(packs.RecordKind, required=True)
    months = Whole(1, 1_200, required=True)
    provision = Words()


class ReportSectionSchema(PartSchema):
    part = packs.ReportSectionSpec
    key = Key(required=True)
    title = Words(required=True)
    help = Words(required=True)
    required = Flag()


class ExitKindSchema(PartSchema):
    part = packs.ExitKindSpec
    code = Key(required=True)
    name = Words(required=True)
    ends = Word(packs.Ending, required=True)


class NamedSchema(PartSchema):
    part = packs.NamedSpec
    code = Key(required=True)
    name = Words(required=True)


class TermSchema(PartSchema):
    part = packs.TermSpec
    key = Key(required=True)
    term = Words(required=True)
    meaning = Words(required=True)

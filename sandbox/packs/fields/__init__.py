"""Turn the values of TOML into the values of a pack, each with a complaint in plain words."""

from sandbox.packs.fields.base import Kind, Said, Value
from sandbox.packs.fields.conditions import When, comparable_values
from sandbox.packs.fields.nested import LONGEST_LIST, Each, Part
from sandbox.packs.fields.texts import LANGUAGE, LONGEST_TEXT, TextBy, Words
from sandbox.packs.fields.values import (
    LARGEST_NUMBER,
    MOST_DECIMALS,
    Amount,
    Day,
    DayName,
    Flag,
    Key,
    Pattern,
    Whole,
    Word,
)

__all__ = [
    "LANGUAGE",
    "LARGEST_NUMBER",
    "LONGEST_LIST",
    "LONGEST_TEXT",
    "MOST_DECIMALS",
    "Amount",
    "Day",
    "DayName",
    "Each",
    "Flag",
    "Key",
    "Kind",
    "Part",
    "Pattern",
    "Said",
    "TextBy",
    "Value",
    "When",
    "Whole",
    "Word",
    "Words",
    "comparable_values",
]

"""Read one table of a pack into its dataclass."""

from typing import Any, ClassVar

from marshmallow import RAISE, Schema, post_load

from sandbox.packs.errors import Fault
from sandbox.packs.fields import (
    Said,
)
from sandbox.packs.saying import listed
from sandbox.packs.saying import sentence as _l


class PartSchema(Schema):
    """Read one table into the dataclass `part`, and name the known keys to whoever errs."""

    part: ClassVar[type]

    class Meta:
        unknown = RAISE

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        known = listed(*self.fields)
        unknown = Said(_l("is not a key here"), Fault.UNKNOWN_KEY, known)
        # Marshmallow carries it as it is.
        self.error_messages["unknown"] = unknown  # type: ignore[assignment]

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Any:
        """Return the dataclass; keys left out take the dataclass's own defaults."""
        return self.part(**data)

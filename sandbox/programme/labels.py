"""Hold the words for states of versions, faults of files and packs, and what was proved."""

from flask_babel import lazy_gettext as _l

from sandbox.domain.moving import Obstacle
from sandbox.kernel.statuses import Label
from sandbox.models.programme import PackState
from sandbox.packs.errors import Fault
from sandbox.programme.unpacking import Fault as FileFault

STATE: dict[PackState, Label] = {
    PackState.UPLOADED: Label(_l("Waits for a second person"), "gold"),
    PackState.ACTIVE: Label(_l("In force"), "green"),
    PackState.RETIRED: Label(_l("Replaced"), "grey"),
    PackState.DISCARDED: Label(_l("Discarded"), "grey"),
}
INSTALLED = Label(_l("Installed"), "blue")
UNUSABLE = Label(_l("Cannot be read"), "red")

OBSTACLE: dict[Obstacle, object] = {
    Obstacle.QUESTION: _l("An answered question is no longer asked:"),
    Obstacle.ANSWER: _l("An answer is no longer allowed:"),
    Obstacle.RETURNED: _l("A question that the company is correcting is gone:"),
    Obstacle.CALL: _l("The call in which the application was sent is unknown:"),
    Obstacle.SECTION: _l("A saved part of the form is gone:"),
    Obstacle.AUTHORITY: _l("An authority on the case is unknown:"),
    Obstacle.CRITERION: _l("A criterion that was reviewed is unknown:"),
    Obstacle.PROHIBITED: _l("The case would be in a prohibited tier:"),
    Obstacle.TIER: _l("The tier of the case is unknown:"),
    Obstacle.STAGE: _l("A stage that was entered is unknown:"),
    Obstacle.REQUIREMENT: _l("A requirement with evidence is unknown:"),
    Obstacle.START_CONDITION: _l("A start condition is unknown:"),
    Obstacle.PLAN_FIELD: _l("A part of the plan is unknown:"),
    Obstacle.METRIC: _l("A metric that was read is unknown:"),
    Obstacle.INCIDENT_CLASS: _l("The class of an incident is unknown:"),
    Obstacle.GROUND: _l("The ground of a suspension is unknown:"),
    Obstacle.RELIEF_KIND: _l("The kind of a relief is unknown:"),
    Obstacle.TERM: _l("A term that runs would end sooner:"),
    Obstacle.SILENCE: _l("Silence past its term would come to count:"),
}

UNPACKING: dict[FileFault, object] = {
    FileFault.NOTHING: _l("Choose the files of the new version."),
    FileFault.MIXED: _l("Send either one .zip or the .toml files, not both."),
    FileFault.NOT_A_ZIP: _l("The .zip cannot be opened. Make it anew and send it again."),
    FileFault.ENCRYPTED: _l("The .zip is protected by a password. Send it without one."),
    FileFault.TOO_LARGE: _l("The files are too large: at most 4 MB, unpacked."),
    FileFault.TOO_MANY: _l("There are too many files: a pack has 40 at most."),
    FileFault.NAME: _l(
        "Only .toml files with plain names in small letters, and no folders, may be sent."
    ),
    FileFault.LINK: _l("The .zip holds something that is not a plain file."),
    FileFault.TWICE: _l("Two files have the same name."),
}

FAULT: dict[Fault, object] = {
    Fault.UNREADABLE: _l("The file cannot be read as text."),
    Fault.TOO_LARGE: _l("There is more here than a pack may hold."),
    Fault.SYNTAX: _l("This is not TOML."),
    Fault.MISSING: _l("Something is missing."),
    Fault.UNKNOWN_KEY: _l("There is no such key."),
    Fault.WRONG_TYPE: _l("The value is of the wrong kind."),
    Fault.NOT_ALLOWED: _l("The value is not allowed."),
    Fault.UNKNOWN_REFERENCE: _l("It names something that does not exist."),
    Fault.DUPLICATE: _l("It is there twice."),
    Fault.LANGUAGE: _l("A text is missing in a language."),
    Fault.INCONSISTENT: _l("It does not fit the rest of the pack."),
    Fault.UNREACHABLE: _l("It can never come into play."),
    Fault.USELESS: _l("It has no effect."),
    Fault.ODD: _l("It is allowed, and odd."),
}

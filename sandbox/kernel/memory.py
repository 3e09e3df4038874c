"""Let the collector of cycles look at what comes and goes, not at what stays."""

import gc

# The usual search after every 700 new objects costs a twentieth of a page's time in the server, and
# a fifth in a process that holds more, such as that of the tests; memory stays the same without it.
NEW_OBJECTS = 50_000
YOUNG_ROUNDS = 20
OLD_ROUNDS = 50


def settle() -> None:
    """Leave all that is loaded now out of every later search, and search less often.

    To be called once in a process, when its application and its libraries stand.
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, YOUNG_ROUNDS, OLD_ROUNDS)

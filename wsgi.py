"""The WSGI application that a production server loads: `wsgi:app`."""

import os

from config import Config, ConfigError
from sandbox.kernel.memory import settle
from sandbox.packs.errors import PackInvalid
from sandbox.web.app import create_app

try:
    app = create_app(Config.from_env(os.environ))
except (ConfigError, PackInvalid) as error:
    # A wrong setting or a fault in a pack is for people to mend: sentences serve them better
    # than a traceback.
    raise SystemExit(f"The platform cannot start.\n{error}") from error

settle()

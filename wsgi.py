"""The WSGI application that a production server loads: `wsgi:app`."""

import os

from config import Config, ConfigError
from sandbox.web.app import create_app

try:
    app = create_app(Config.from_env(os.environ))
except ConfigError as error:
    # A wrong setting is the operator's to mend: sentences serve them better than a traceback.
    raise SystemExit(f"The platform cannot start.\n{error}") from error

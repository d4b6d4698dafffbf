"""The configuration's one source: types, defaults, help and validation of `maildesk.yaml`.

Each field's ``description`` is its documentation: the commented example file, the JSON schema for
editors and the error messages are all made from it. An unusable file never raises: `load` returns
its problems as data.
"""

from maildesk.config.load import Loaded, load
from maildesk.config.sections import (
    Agent,
    Config,
    Desk,
    Imap,
    Rate,
    Route,
    SmtpIn,
    SmtpOut,
    Target,
    Targets,
    Team,
)

__all__ = [
    "Agent",
    "Config",
    "Desk",
    "Imap",
    "Loaded",
    "Rate",
    "Route",
    "SmtpIn",
    "SmtpOut",
    "Target",
    "Targets",
    "Team",
    "load",
]

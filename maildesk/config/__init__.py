"""The configuration's one source: types, defaults, help and validation of `maildesk.yaml`.

Each field's ``description`` is its documentation: the commented example file, the JSON schema for
editors and the error messages are all made from it. An unusable file never raises: `load` returns
its problems as data.
"""

from maildesk.config.brands import Brand
from maildesk.config.desk import Desk
from maildesk.config.load import Loaded, load
from maildesk.config.section import Rate
from maildesk.config.sections import Config, Limits
from maildesk.config.time import Hours, Target, Targets
from maildesk.config.ways import Imap, Receive, Send, SmtpIn, SmtpOut
from maildesk.config.work import Agent, Origin, Route, RouteWhen, Team, When

__all__ = [
    "Agent",
    "Brand",
    "Config",
    "Desk",
    "Hours",
    "Imap",
    "Limits",
    "Loaded",
    "Origin",
    "Rate",
    "Receive",
    "Route",
    "RouteWhen",
    "Send",
    "SmtpIn",
    "SmtpOut",
    "Target",
    "Targets",
    "Team",
    "When",
    "load",
]

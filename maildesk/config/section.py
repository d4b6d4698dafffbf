"""What every section of maildesk.yaml is made of.

A field's ``description`` is its documentation, its default is written as a person would write it, and
``examples`` hold what the example file shows where the default is nothing, or no use to learn from.
"""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from maildesk.config.values import Duration, FilePath

Tls = Literal["implicit", "starttls", "none"]


class Section(BaseModel):
    """Immutable; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class Rate(Section):
    """So many in such a time."""

    count: int = Field(ge=0, description="how many")
    per: Duration = Field(description="in how long a time")


class Secret(Section):
    """Where a password comes from; never the file itself, if it can be helped."""

    password_file: FilePath | None = Field(
        None, description="a file that holds the password alone", examples=["../secrets/mail"]
    )
    password_env: str | None = Field(
        None, description="or an environment variable that holds it", examples=["MAIL_PASSWORD"]
    )
    password_credential: str | None = Field(
        None, description="or a systemd credential (LoadCredential=) that holds it", examples=["mail"]
    )
    password: str | None = Field(
        None, description="or the password itself: it works, with a warning", examples=["secret"], repr=False
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = (self.password_file, self.password_env, self.password_credential, self.password)
        if sum(source is not None for source in given) > 1:
            raise ValueError("one of password_file, password_env, password_credential or password, not several")
        return self

    @property
    def has_secret(self) -> bool:
        """Whether a source of the password is named at all."""
        given = (self.password_file, self.password_env, self.password_credential, self.password)
        return any(source is not None for source in given)

    def secret(self) -> str:
        """The password, read now, so that a changed file counts. OSError or KeyError says what is missing."""
        if self.password_file:
            return self.password_file.read_text().strip("\r\n")
        if self.password_env:
            return os.environ[self.password_env]
        if self.password_credential:
            folder = os.environ["CREDENTIALS_DIRECTORY"]
            return (Path(folder) / self.password_credential).read_text().strip("\r\n")
        return self.password or ""


def is_loopback(host: str) -> bool:
    """Whether what is said to ``host`` never leaves this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")

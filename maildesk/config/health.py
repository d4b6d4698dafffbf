"""The sections `canary` and `metrics`: how the desk shows that it is well."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, model_validator

from maildesk.config.section import Section, is_loopback
from maildesk.config.values import Duration, Listen


class Canary(Section):
    every: Duration = Field(
        "10m", ge=timedelta(seconds=1), description="how often the desk mails itself", validate_default=True
    )
    within: Duration = Field(
        "2m",
        ge=timedelta(seconds=1),
        description="the admins are told when it takes longer to come back, and once it is in time again",
        validate_default=True,
    )

    @model_validator(mode="after")
    def _one_at_a_time(self) -> Canary:
        if self.within > self.every:
            raise ValueError("within is longer than every: the next one would leave before this one is late")
        return self


class Metrics(Section):
    listen: Listen = Field("127.0.0.1:9464", description="address and port (0: any free one), or unix:/path")

    @model_validator(mode="after")
    def _here_alone(self) -> Metrics:
        if not self.listen.startswith("unix:") and not is_loopback(self.listen.rpartition(":")[0]):
            raise ValueError(
                f"{self.listen} is reached from other machines; name a port of this one, such as 127.0.0.1:9464,"
                " and put a proxy before it that knows who may ask"
            )
        return self

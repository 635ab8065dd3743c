"""What a campaign does, as one value."""

# ruff: noqa: TC001, TC003 - the types of the fields are read at run time, where a plan is handed to another process.

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from conformance.drivers.settings import DriverSettings
from conformance.record.results import Waiver


class FailOn(StrEnum):
    """What makes a campaign end badly (exit code 1) beside a rule that failed."""

    NOT_TESTED = "not-tested"
    """A binding rule (MUST) that this bench can check was not tested."""
    INCONCLUSIVE = "inconclusive"
    """Nothing could be concluded about a rule."""
    WARNING = "warning"
    """A recommendation, or an inferred rule, was departed from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareAbout:
    """What the vendor says of the software; what it declares itself comes first in reports when this is empty."""

    name: str = ""
    version: str = ""
    vendor: str = ""
    actors: tuple[str, ...] = ()
    """What it is: ``RI``, ``CALL``, ``LGO``… (``actors.yaml``). Rules that bind none of them are NOT_APPLICABLE; without
    any, all rules bind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a campaign does. ``plan.schema.json`` describes the file.

    A plan is never copied field by field: ``dataclasses.replace`` changes one, ``record.coding`` hands it to another
    process. A test goes over ``fields()``, so that a new field cannot be forgotten on the way.
    """

    driver: DriverSettings
    """How the software is driven."""
    software: SoftwareAbout = SoftwareAbout()
    instances: tuple[DriverSettings, ...] = ()
    """Instances of the software, for ``--jobs``; empty: the one of ``driver``."""
    simulator_url: str | None = None
    """``None``: the campaign starts a simulator of its own."""
    simulator_token: str | None = None
    session: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the session of the campaign, by name."""
    rules: tuple[str, ...] = ()
    """Keys of the rules to verify; empty with ``groups`` empty: all."""
    groups: tuple[str, ...] = ()
    """Groups to verify: ``SRC``, ``STA``…"""
    without_rules: tuple[str, ...] = ()
    without_groups: tuple[str, ...] = ()
    not_applicable: Mapping[str, str] = field(default_factory=dict)
    """Reason by rule key."""
    promote: tuple[str, ...] = ()
    """Inferred rules whose departures count as FAIL: the vendor's own choice."""
    waivers: tuple[Waiver, ...] = ()
    fail_on: tuple[FailOn, ...] = ()
    """What ends badly beside a FAIL."""
    fail_fast: bool = False
    """Stop after the first departure."""
    seed: int | None = None
    """Draws the same patients again; a new one each time when left out."""
    lang: Literal["fr", "en"] | None = None
    """Of the terminal and of the reports; ``None``: that of the command."""
    mailbox: Literal["some", "all"] = "some"
    """Which mails come by the mailbox that the software fetches (IMAP): those of the checks about it, or all of them."""
    time_limit: float | None = None
    """Seconds after which no check begins."""
    source: str | None = None
    """The file it was read from."""

    @property
    def address(self) -> str:
        """Where the software is driven, for people."""
        address = self.driver.url or " ".join(self.driver.command)
        return f"au comptoir {address}".strip() if self.driver.kind == "guided" else address

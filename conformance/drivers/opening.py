"""Opens the driver that the settings ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.errors import DriverError, Fault
from conformance.drivers.http import HttpDriver
from conformance.drivers.subprocess import SubprocessDriver
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.raw import RawExchange
    from conformance.drivers.settings import DriverSettings


def open_driver(
    settings: DriverSettings,
    *,
    on_exchange: Callable[[RawExchange], None] | None = None,
    on_restart: Callable[[Text], None] | None = None,
) -> HttpDriver | SubprocessDriver:
    """Return the driver of the kind that the settings name; a context manager. Nothing is sent or started yet.

    Args:
        settings: how the software is reached.
        on_exchange: told of every request and answer, as they travelled.
        on_restart: told in words when a program is started again.

    Raises:
        DriverError: the settings are incomplete or name what cannot be used.
    """
    if settings.kind == "subprocess":
        if not settings.command:
            raise _missing("command")
        return SubprocessDriver(settings, on_exchange=on_exchange, on_restart=on_restart)
    if settings.kind == "guided":
        raise DriverError(
            Text("un pilote guidé a besoin d'une campagne", "a guided driver needs a campaign"),
            hint=Text("Lancez-la par « banc run PLAN ».", "Start it with “banc run PLAN”."),
            fault=Fault.SETUP,
        )
    if not settings.url:
        raise _missing("url")
    return HttpDriver(settings=settings, on_exchange=on_exchange)


def _missing(name: str) -> DriverError:
    return DriverError(
        Text(f"le pilote n'a pas de {name!r}", f"the driver has no {name!r}"),
        hint=Text(
            "Un pilote http veut une url, un pilote subprocess une command.",
            "An http driver wants a url, a subprocess driver a command.",
        ),
        fault=Fault.SETUP,
    )

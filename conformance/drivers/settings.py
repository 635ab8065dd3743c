"""How a software is reached: what a plan says of its driver, as one value."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from conformance.drivers.errors import DriverError, Fault
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT_TIMEOUT_S = 60.0
"""Seconds that one verb may take. An INSi call of the software happens inside, with its time-outs and retries."""

DriverKind = Literal["http", "subprocess", "guided"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverSettings:
    """Where the software under test is and how to speak to it."""

    kind: DriverKind = "http"
    url: str = ""
    """``http``: the address of the driver API, such as ``http://127.0.0.1:9000/banc``. ``guided``: of a partial driver, which
    does the verbs that it declares in place of the person; left out: the person does all."""
    command: tuple[str, ...] = ()
    """``subprocess``: the program and its arguments; no shell reads it."""
    cwd: Path | None = None
    """``subprocess``: the folder in which it is started."""
    env: Mapping[str, str] = field(default_factory=dict)
    """``subprocess``: environment variables added to those of the bench."""
    timeout: float = DEFAULT_TIMEOUT_S
    """Seconds that one verb may take in all, its answer included."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """``http``: headers sent with every request."""
    headers_from_env: Mapping[str, str] = field(default_factory=dict)
    """``http``: headers whose value is in an environment variable, by header name; never shown nor recorded."""
    tls_ca: Path | None = None
    """``https``: PEM file of the authorities to trust, instead of those of the system."""
    client_cert: Path | None = None
    """``https``: PEM file with the client certificate, and its key unless ``client_key`` is given."""
    client_key: Path | None = None
    insi_port: int = 8650
    """``guided``: where the simulator of the campaign listens; the same each time, so that a person sets the address once."""

    def secret_headers(self) -> dict[str, str]:
        """Return the headers that the environment gives.

        Raises:
            DriverError: a variable is not set.
        """
        found = {}
        for header, variable in self.headers_from_env.items():
            value = os.environ.get(variable)
            if not value:
                raise DriverError(
                    Text(
                        f"la variable d'environnement {variable} (en-tête {header}) n'est pas définie",
                        f"the environment variable {variable} (header {header}) is not set",
                    ),
                    hint=Text(
                        f"Définissez {variable} avant de lancer la campagne.",
                        f"Set {variable} before you start the campaign.",
                    ),
                    fault=Fault.SETUP,
                )
            found[header] = value
        return found

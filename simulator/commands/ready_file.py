"""A file that says where a server listens, for programs that start one and cannot read its output.

It appears once calls are answered, whole or not at all, and is removed when the server stops: a program that starts
``banc serve --port 0 --ready-file FILE`` waits for the file, reads it, and needs no port of its own choice.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from simulator.commands.common import SetupError, unwritable
from simulator.serving import base_url
from simulator.sinks.addresses import addresses_of
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.serving import ServeOptions


def clear_ready_file(path: Path) -> None:
    """Remove the file of an earlier server, which would say that this one is ready.

    Raises:
        SetupError: it cannot be removed, or its folder does not exist.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise SetupError(
            Text(
                f"--ready-file {path} ne peut pas être remplacé : {text_of(error).fr}",
                f"--ready-file {path} cannot be replaced: {error.strerror or error}",
            )
        ) from error
    if not path.absolute().parent.is_dir():
        raise SetupError(
            Text(
                f"--ready-file {path} : un dossier qui existe est attendu, reçu : {path.absolute().parent}",
                f"--ready-file {path}: expected a folder that exists, got {path.absolute().parent}",
            )
        )


def write_ready_file(path: Path, options: ServeOptions) -> None:
    """Say where the server listens.

    A JSON object with ``url``, ``soap_url``, ``api_url`` and ``pid``, and with ``https_soap_url`` and ``mtls_soap_url``
    when those ports are open; ``dmp_url``, ``smtp_address``, ``smtps_address``, ``imap_address`` and ``imaps_address`` (host
    and port) when those sinks are. The token of the control API is not in it.

    Raises:
        SetupError: it cannot be written.
    """
    url = base_url(options)
    ready: dict[str, str | int] = {
        "url": url,
        "soap_url": f"{url}/lps",
        "api_url": f"{url}/api/v1",
        "pid": os.getpid(),
    }
    for name, port in (("https_soap_url", options.https_port), ("mtls_soap_url", options.mtls_port)):
        if port is not None:
            ready[name] = f"https://localhost:{port}/lps"
    for name, address in addresses_of(options.sinks, options.host).items():
        ready[f"{name}_url" if name == "dmp" else f"{name}_address"] = address
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        beside.write_text(json.dumps(ready) + "\n", encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise unwritable(f"--ready-file {path}", error) from error

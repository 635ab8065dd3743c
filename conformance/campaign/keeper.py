"""``python -m conformance.campaign.keeper DATA PORT``: a simulator that ends with its campaign, even one that is killed.

A guided campaign goes on at the same address after a crash; a simulator left behind would hold the port, and nobody could
stop it. This process runs it and watches its standard input: at its end, whoever started it is gone. It says one line of
JSON, ``{"url": …}`` when the simulator answers, ``{"error": …}`` when it cannot be started.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance.campaign.hosting import own_simulator
from simulator.serving import ServingError
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

STOP_TIMEOUT_S: Final = 15.0
"""How long the simulator may take to stop in order."""


def main(data: str, port: str) -> int:
    """Run until standard input ends, and return the exit code."""
    try:
        with own_simulator(data_dir=Path(data), port=int(port)) as url:
            _say({"url": url})
            sys.stdin.read()
    except ServingError as error:
        _say({"error": {"fr": error.text.fr, "en": error.text.en}})
        return 2
    return 0


def _say(said: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


@contextlib.contextmanager
def kept_simulator(data: Path, port: int) -> Iterator[str]:
    """Run a simulator with this data on this port until the end of the block, or of this process; yield its base URL.

    Raises:
        ServingError: it did not start.
    """
    process = subprocess.Popen(  # noqa: S603 - our own module
        # The package has this module loaded before it is run, which Python would tell the user.
        [
            sys.executable,
            "-W",
            "ignore::RuntimeWarning:runpy",
            "-m",
            "conformance.campaign.keeper",
            str(data),
            str(port),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        # A group of its own: Ctrl-C in the terminal reaches us, and we stop it in order.
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        start_new_session=sys.platform != "win32",
    )
    assert process.stdin is not None  # noqa: S101 - pipes were asked for
    assert process.stdout is not None  # noqa: S101 - as above
    try:
        said = json.loads(process.stdout.readline() or "{}")
        if "url" not in said:
            raise ServingError(
                Text(str(said["error"]["fr"]), str(said["error"]["en"]))
                if "error" in said
                else Text("le simulateur s'est arrêté aussitôt", "the simulator stopped at once")
            )
        yield str(said["url"])
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))

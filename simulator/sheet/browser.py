"""A page as a picture, by a browser of the Chromium family found on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from simulator.text import Text, TextError

_NAMES: Final = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
_USUAL_PLACES: Final = {
    "win32": (
        "Google/Chrome/Application/chrome.exe",
        "Microsoft/Edge/Application/msedge.exe",
        "Chromium/Application/chrome.exe",
    ),
    "darwin": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ),
}
_SIZE: Final = "794,1123"
"""A4 at 96 dots an inch, as the page is laid out for the screen."""
_TIMEOUT_S: Final = 60


class SheetError(TextError):
    """No picture can be made; the message says what to do."""


def sheet_png(page: str) -> bytes:
    """Return a picture of a page that needs nothing from elsewhere, twice as fine as a screen.

    Raises:
        SheetError: there is no browser, or it failed.
    """
    browser = find_browser()
    if browser is None:
        raise SheetError(
            Text(
                "une image demande un navigateur de la famille Chromium (Chromium, Chrome ou Edge) sur cette machine ; il n'y en a pas. Installez-en un, ou prenez --format html et imprimez depuis n'importe quel navigateur",
                "a picture needs a browser of the Chromium family (Chromium, Chrome or Edge) on this machine; "
                "none was found. Install one, or take --format html and print it from any browser",
            )
        )
    with tempfile.TemporaryDirectory(prefix="banc-sheet-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source, picture = folder / "sheet.html", folder / "sheet.png"
        source.write_text(page, encoding="utf-8")
        command = [
            str(browser),
            *("--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-extensions"),
            f"--user-data-dir={folder / 'profile'}",
            f"--window-size={_SIZE}",
            "--force-device-scale-factor=2",
            f"--screenshot={picture}",
            # Containers give a browser no sandbox and little shared memory; the page is our own.
            *(("--no-sandbox", "--disable-dev-shm-usage") if os.name == "posix" else ()),
            source.as_uri(),
        ]
        try:
            # The command is ours; the browser is the one the user has installed.
            done = subprocess.run(command, check=False, capture_output=True, timeout=_TIMEOUT_S)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SheetError(
                Text(
                    f"{browser} n'a pas fait l'image : {error}",
                    f"{browser} did not make the picture: {error}",
                )
            ) from error
        if not picture.is_file():
            said = done.stderr.decode("utf-8", "replace").strip()[-500:]
            raise SheetError(
                Text(
                    f"{browser} n'a pas fait l'image (code de sortie {done.returncode}) : {said}",
                    f"{browser} did not make the picture (exit code {done.returncode}): {said}",
                )
            )
        return picture.read_bytes()


def find_browser() -> Path | None:
    """Return a browser of the Chromium family: on the PATH, or where installers put it."""
    for name in _NAMES:
        if found := shutil.which(name):
            return Path(found)
    roots = [
        Path(os.environ[name])
        for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        if name in os.environ
    ]
    for place in _USUAL_PLACES.get(sys.platform, ()):
        for candidate in [root / place for root in roots] or [Path(place)]:
            if candidate.is_file():
                return candidate
    return None

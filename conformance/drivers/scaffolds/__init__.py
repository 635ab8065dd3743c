"""Skeletons of a driver in several languages: each starts and passes ``banc driver check`` with no verb.

The files under ``files/`` are complete programs but for the list of routes, which comes from the table of verbs: each
verb is there as a comment line to be taken in, with its route and what it does.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from conformance.drivers.verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES = ("python", "node", "java", "csharp", "php")

_MARK = "@@VERBS@@"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """A skeleton ready to write."""

    files: Mapping[str, str]
    """Content by file name."""
    start: str
    """The command that starts it, on port 9000; another port is its first argument."""


_SKELETONS: Mapping[str, tuple[Mapping[str, str], str, str]] = {
    "python": ({"driver.py": "driver.py.txt"}, "#", "python driver.py"),
    "node": ({"driver.js": "driver.js"}, "//", "node driver.js"),
    "java": ({"Driver.java": "Driver.java"}, "//", "java Driver.java"),
    "csharp": ({"Program.cs": "Program.cs", "Driver.csproj": "Driver.csproj"}, "//", "dotnet run"),
    "php": ({"driver.php": "driver.php"}, "//", "php -S 127.0.0.1:9000 driver.php"),
}


def scaffold(language: str) -> Skeleton:
    """Return the skeleton of a language, one of ``LANGUAGES``."""
    names, comment, start = _SKELETONS[language]
    verbs = "\n".join(
        f"{comment}   {each.method:<6}{each.path:<44} {each.name}: {each.title.en}" for each in VERBS.values()
    )
    folder = files("conformance.drivers.scaffolds") / "files"
    return Skeleton(
        files={
            name: (folder / source).read_text("utf-8").replace(_MARK, verbs) for name, source in names.items()
        },
        start=start,
    )

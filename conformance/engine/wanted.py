"""Which modules of the suite may verify a wanted rule: told by their text, so that the others need not be collected.

Importing and collecting the whole suite takes longer than most rules alone. A module says which rules its checks verify,
or takes that from a module of the suite that it imports; a key that is in neither text is none of its rules (a test
compares this with what collecting finds).
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

_IMPORT: Final = re.compile(r"^\s*(?:from|import) (conformance\.suite(?!\.desk\b)[\w.]*)", re.MULTILINE)
"""The desk aside, which names the rules that its steps depend on."""
_KEY: Final = re.compile(r"\b[A-Z]{3}-\d\d\b")


def keys_in(path: Path) -> frozenset[str]:
    """Return the keys of rules in the text of a module and of the modules of the suite that it imports, whatever they are for."""
    found: set[str] = set()
    pending, seen = [path], set[Path]()
    while pending:
        here = pending.pop()
        if here in seen:
            continue
        seen.add(here)
        keys, imported = _read(here)
        found |= keys
        pending += imported
    return frozenset(found)


@cache
def _read(path: Path) -> tuple[frozenset[str], tuple[Path, ...]]:
    text = path.read_text("utf-8")
    root = Path(str(resources.files("conformance")))
    imported = []
    for name in set(_IMPORT.findall(text)):
        place = root.joinpath(*name.split(".")[1:])
        imported += [each for each in (place.with_suffix(".py"), place / "__init__.py") if each.is_file()]
    return frozenset(_KEY.findall(text)), tuple(imported)


class Wanted:
    """Leaves out the modules that verify none of the wanted rules.

    Args:
        suite: the folder of the suite.
        rules: keys of the rules that are wanted.
    """

    def __init__(self, suite: Path, rules: Collection[str]) -> None:
        """Nothing is read yet."""
        self._suite, self._rules = suite, frozenset(rules)

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave out a module, or leave it to others to say."""
        is_module = collection_path.name.startswith("test_") and collection_path.suffix == ".py"
        if not is_module or not collection_path.is_relative_to(self._suite):
            return None
        return None if self._rules & keys_in(collection_path) else True

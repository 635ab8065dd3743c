"""What the checks of the suite say of themselves."""

from __future__ import annotations

import importlib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.rules import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SUITE = Path(str(files("conformance.suite")))
MODULES = [
    ".".join(("conformance", "suite", *entry.relative_to(SUITE).with_suffix("").parts))
    for entry in sorted(SUITE.rglob("test_*.py"))
]


def checks() -> Iterator[Callable[..., Any]]:
    for name in MODULES:
        module = importlib.import_module(name)
        yield from (member for key, member in vars(module).items() if key.startswith("test_"))


def marks(check: Callable[..., Any], name: str) -> list[Any]:
    return [mark for mark in check.pytestmark if mark.name == name]  # type: ignore[attr-defined] # put there by pytest.mark


def of_cases(check: Callable[..., Any]) -> list[Any]:
    """Return the rules that stand at the cases of a check, not at the check itself."""
    cases = [case for mark in marks(check, "parametrize") for case in mark.args[1]]
    return [mark for case in cases for mark in getattr(case, "marks", ()) if mark.name == "rule"]


def test_the_checks_name_rules_of_the_catalogue_only() -> None:
    named = {
        key for check in checks() for mark in (*marks(check, "rule"), *of_cases(check)) for key in mark.args
    }
    assert named <= set(load_catalogue())


def test_every_check_has_one_title_in_each_language() -> None:
    titles = {check.__name__: [mark.kwargs for mark in marks(check, "title")] for check in checks()}
    wrong = [
        name
        for name, given in titles.items()
        if len(given) != 1 or set(given[0]) != {"fr", "en"} or given[0]["fr"] == given[0]["en"]
    ]
    assert wrong == []

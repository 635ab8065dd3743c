"""A value of any type of the driver model, so that a test can go over every verb; a browser, and what it finds against accessibility."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import tempfile
import types
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

import platformdirs
import pytest
from playwright.sync_api import sync_playwright

from conformance.drivers import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

_FORMATTED = {
    "day": "1960-01-01",
    "moment": "2026-03-02T09:14:05+00:00",
    "identity_field": "sex",
    "lowered_status": "PROV",
}
_PLAIN = {str: "a", bool: True, int: 3, bytes: b"%PDF"}


def sample_of(kind: Any) -> Any:
    """Return a value of a type, with every field filled."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind is types.NoneType:
        return None
    if origin is Annotated:
        text = _FORMATTED.get(arguments[1].name, "1")
        return arguments[0](text)
    if origin in {Union, types.UnionType}:
        return sample_of(next(each for each in arguments if each is not types.NoneType))
    if origin in {list, tuple, frozenset}:
        return origin([sample_of(arguments[0])])
    if origin in {dict, Mapping}:
        return {sample_of(arguments[0]): sample_of(arguments[1])}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return next(iter(kind))
    assert dataclasses.is_dataclass(kind), kind
    return kind(**{name: sample_of(type_) for name, type_, _ in wire._fields(kind)})


@pytest.fixture(scope="session")
def sample() -> Any:
    return sample_of


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if executable is None:
        reason = f"no Chromium-family browser on the PATH (looked for {', '.join(BROWSERS)})"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}; it is required in CI")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        # Containers give a browser no sandbox and little shared memory.
        options = ["--no-sandbox", "--disable-dev-shm-usage"] if os.name == "posix" else []
        browser = playwright.chromium.launch(executable_path=executable, args=options)
        yield browser
        browser.close()


AXE = "4.10.3"
"""Version of the npm package axe-core."""


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the script of axe-core, fetched once per machine, outside the repository."""
    npm = shutil.which("npm")
    if npm is None:
        if os.environ.get("CI"):
            pytest.fail("npm is not installed; it is required in CI")
        pytest.skip("npm is not installed")
    cache = platformdirs.user_cache_path("banc-insi", appauthor=False, ensure_exists=True)
    script = cache / f"axe-{AXE}.min.js"
    if not script.exists():
        with tempfile.TemporaryDirectory(dir=cache, ignore_cleanup_errors=True) as beside:
            command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", beside]
            done = subprocess.run([*command, f"axe-core@{AXE}"], capture_output=True, check=False, text=True)
            assert done.returncode == 0, f"npm could not install axe-core: {done.stderr[-600:]}"
            # Renamed, not written in place: another process never sees half of it.
            (Path(beside) / "node_modules" / "axe-core" / "axe.min.js").replace(script)
    return script.read_text("utf-8")


@pytest.fixture
def complaints(axe: str) -> Callable[[Page], list[tuple[str, list[str]]]]:
    """Return what axe-core finds serious or critical in a page: the rule, and the elements."""

    def look(page: Page) -> list[tuple[str, list[str]]]:
        page.evaluate(axe)
        found = page.evaluate("axe.run(document).then(result => result.violations)")
        return [
            (one["id"], [node["html"] for node in one["nodes"]])
            for one in found
            if one["impact"] in {"serious", "critical"}
        ]

    return look

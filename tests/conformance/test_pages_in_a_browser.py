"""The pages beside the report of a campaign, in a real browser: a load, documents judged, a registry, the sheet of a person."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PERSON = "cnda/adrun-zoe"
PAGES = {
    "load": ("load", "--users", "2", "--duration", "1s", "--report", "{folder}"),
    "check": ("check", "{one}", "{other}", "--html", "{folder}/index.html"),
    "stats": (
        "population",
        "stats",
        "--registry",
        "{registry}",
        "--format",
        "html",
        "--out",
        "{folder}/index.html",
    ),
    "card": ("population", "card", PERSON, "--registry", "{registry}", "--out", "{folder}/index.html"),
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that has a command write its page."""
    base = tmp_path_factory.mktemp("pages")

    def write(name: str) -> Path:
        folder = base / name
        folder.mkdir(exist_ok=True)
        index = folder / "index.html"
        if not index.exists():
            told = _banc(*(word.format(folder=folder, registry=registry, **papers) for word in PAGES[name]))
            assert index.exists(), told
        return index

    registry, papers = base / "people.sqlite", _documents(base)
    _banc("population", "build", "--size", "100", "--out", str(registry))
    return write


def _banc(*words: str) -> str:
    """Run a command and return what it said: the judged documents disagree, so the exit code is not looked at."""
    command = [sys.executable, "-m", "conformance.cli", *words]
    english = os.environ | {"BANC_LANG": "en"}
    done = subprocess.run(command, capture_output=True, check=False, env=english, text=True)
    return done.stdout + done.stderr


def _documents(base: Path) -> dict[str, Path]:
    """Two documents that disagree, so that the page has a table and problems."""
    papers = {"one": base / "one.hl7", "other": base / "other.hl7"}
    line = "MSH|^~\\&|A|B|C|D|20260101||ADT^A31|1|P|2.5\rPID|||{number}^^^&1.2.250.1.213.1.4.10&ISO^INS||{name}^X^X^^^^L||19751231|F\r"
    for path, name in zip(papers.values(), ("ADRUN", "ADRDEUX"), strict=True):
        path.write_text(line.format(number="275126322074974", name=name), encoding="utf-8", newline="")
    return papers


@pytest.fixture(params=["wide", "narrow", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width = 400 if request.param == "narrow" else 1280
    scheme = "dark" if request.param == "dark" else "light"
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_within_its_width_and_axe_finds_nothing_serious(
    name: str,
    page: Page,
    written: Callable[[str], Path],
    complaints: Callable[[Page], list[tuple[str, list[str]]]],
) -> None:
    page.goto(written(name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints(page) == []

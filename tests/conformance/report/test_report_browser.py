"""The HTML report in a real browser, opened as a file."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from conformance.evidence import NoteEntry
from conformance.report import write_reports
from conformance.rules import Text
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from conformance.results import Campaign, RuleResult

pytestmark = pytest.mark.browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = next((path for path in map(shutil.which, NAMES) if path), None)
    if executable is None:
        reason = f"no Chromium-family browser on the PATH (looked for {', '.join(NAMES)})"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}; it is required in CI")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        # Containers give a browser no sandbox and little shared memory.
        options = ["--no-sandbox", "--disable-dev-shm-usage"] if os.name == "posix" else []
        browser = playwright.chromium.launch(executable_path=executable, args=options)
        yield browser
        browser.close()


@pytest.fixture
def open_report(browser: Browser, tmp_path: Path) -> Iterator[Callable[[Campaign], Page]]:
    """Return a function that writes a campaign and opens its page; any error in the page fails the test."""
    errors: list[str] = []
    page = browser.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on(
        "request",
        lambda request: None if request.url.startswith(("file:", "data:")) else errors.append(request.url),
    )

    def open_it(campaign: Campaign) -> Page:
        index = write_reports(campaign, tmp_path, "fr")[0]
        page.goto(index.as_uri())
        return page

    yield open_it
    page.close()
    assert errors == []


def shown(page: Page) -> list[str | None]:
    return [rule.get_attribute("id") for rule in page.locator(".rule:visible").all()]


def test_tiles_and_words_filter_the_rules(
    campaign: Campaign, open_report: Callable[[Campaign], Page]
) -> None:
    page = open_report(campaign)
    assert len(shown(page)) == 7
    page.get_by_role("button", name="1 Non conforme").click()
    assert shown(page) == ["STA-03"]
    assert page.locator("#shown").inner_text() == "1 règle affichée"
    page.locator("#filter").fill("rien de tel")
    assert shown(page) == []
    page.get_by_role("button", name="Effacer les filtres").click()
    page.locator("#filter").fill("RECUPEREE")
    assert shown(page) == ["STA-03"]


def test_the_evidence_opens_with_the_keyboard(
    campaign: Campaign, open_report: Callable[[Campaign], Page]
) -> None:
    page = open_report(campaign)
    rule = page.locator("#SRC-01")
    rule.locator("> summary").press("Enter")
    rule.locator(".check > summary").press("Enter")
    rule.locator(".soap > summary").first.press("Enter")
    message = rule.locator(".soap pre").first
    assert message.is_visible()
    assert "<NomNaissance>LE GOFF</NomNaissance>" in message.inner_text()
    assert message.locator(".x-tag", has_text="NomNaissance").count() == 2


def test_an_address_with_a_rule_opens_it(campaign: Campaign, open_report: Callable[[Campaign], Page]) -> None:
    page = open_report(campaign)
    page.goto(f"{page.url}#PRF-08")
    page.wait_for_selector("#PRF-08[open]")


def test_nothing_from_the_software_runs_in_the_page(
    campaign: Campaign,
    make_campaign: Callable[..., Campaign],
    make_result: Callable[..., RuleResult],
    open_report: Callable[[Campaign], Page],
) -> None:
    payload = "</pre><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
    note = NoteEntry(at=campaign.meta.started_at, text=Text.same(payload))
    result = make_result("STA-03", Verdict.FAIL, reason=payload, evidence=(note,))
    page = open_report(make_campaign((result,), software_name=payload))
    assert page.evaluate("window.hacked") is None
    assert payload in page.locator(".note-text").inner_text()

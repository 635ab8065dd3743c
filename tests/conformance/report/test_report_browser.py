"""The HTML report in a real browser, opened as a file."""

from __future__ import annotations

import json
from itertools import cycle
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from conformance.record.timeline import ActEntry, BreakEntry, DriverEntry, NoteEntry
from conformance.report import write_reports
from conformance.rules import Text, load_catalogue
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from conformance.record.results import Campaign, RuleResult

pytestmark = pytest.mark.browser


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
        page.wait_for_selector("html[data-ready]")
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
    message.wait_for(state="visible")
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
    page.locator("#log .check > summary").press("Enter")
    assert payload in page.locator("#log .note-text").inner_text()
    page.get_by_role("button", name="English").click()
    page.locator("#log .check > summary").press("Enter")
    assert payload in page.locator("#log .note-text").inner_text()
    assert page.evaluate("window.hacked") is None


def test_the_page_switches_language_and_keeps_its_filters(
    campaign: Campaign, open_report: Callable[[Campaign], Page]
) -> None:
    page = open_report(campaign)
    page.get_by_role("button", name="1 Non conforme").click()
    page.get_by_role("button", name="English").click()
    assert page.locator("#headline").inner_text() == "1 rule failed"
    assert shown(page) == ["STA-03"]
    assert page.locator("html").get_attribute("lang") == "en"
    assert "lang=en" in page.url
    page.locator("#STA-03 > summary").click()
    page.locator("#STA-03 .check > summary").click()
    assert page.locator("#STA-03 .timeline").get_attribute("aria-label") == "Evidence"
    page.get_by_role("button", name="Français").click()
    assert page.locator("#headline").inner_text() == "1 règle non conforme"


def test_filters_and_the_open_rule_are_in_the_address(
    campaign: Campaign, open_report: Callable[[Campaign], Page]
) -> None:
    page = open_report(campaign)
    page.get_by_role("button", name="1 Non conforme").click()
    page.locator("#filter").fill("RECUPEREE")
    page.locator("#STA-03 > summary").click()
    page.wait_for_url("**#*rule=STA-03*")
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("#STA-03[open]")
    assert shown(page) == ["STA-03"]
    assert page.locator("#filter").input_value() == "RECUPEREE"


def test_search_goes_into_reasons_checks_and_evidence(
    campaign: Campaign, open_report: Callable[[Campaign], Page]
) -> None:
    page = open_report(campaign)
    for words, found in (
        ("Depasse relancez", ["SEC-06"]),
        ("status.rsp-12", ["RSP-12"]),
        ("261052900595107", ["SRC-01", "RSP-12", "ERR-02", "STA-03", "PRF-08", "SEC-06"]),
    ):
        page.locator("#filter").fill(words)
        assert shown(page) == found


def test_the_exchanges_of_a_check_can_be_downloaded(
    campaign: Campaign, open_report: Callable[[Campaign], Page]
) -> None:
    page = open_report(campaign)
    page.locator("#log .check > summary").first.click()
    with page.expect_download() as download:
        page.locator("#log .har").first.click()
    assert download.value.suggested_filename == "status.sta-03.har"
    archive = json.loads(download.value.path().read_text("utf-8"))["log"]
    assert archive["version"] == "1.2"
    (entry,) = archive["entries"]
    assert entry["startedDateTime"] == "2025-03-04T14:03:12.780Z"
    assert "RECSANSVITALE" in entry["request"]["postData"]["text"]
    assert entry["response"]["status"] == 200


def test_what_travelled_to_the_software_is_shown_and_downloaded_and_the_break_is_marked(
    make_campaign: Callable[..., Campaign],
    make_result: Callable[..., RuleResult],
    campaign: Campaign,
    open_report: Callable[[Campaign], Page],
) -> None:
    at = campaign.meta.started_at
    evidence = (
        ActEntry(at=at, verb="create_patient"),
        BreakEntry(at=at, reason=Text("attendu « RECUP »", "expected RECUP")),
        DriverEntry(
            at=at,
            verb="create_patient",
            sent='POST http://lgo.test/patients\nContent-Type: application/json\n\n{"sex": "<b>F</b>"}',
            received="HTTP 201\nServer: lgo\n\n{}",
            seconds=0.004,
        ),
    )
    page = open_report(make_campaign((make_result("STA-03", Verdict.FAIL, evidence=evidence),)))
    page.locator("#log .check > summary").first.click()
    page.locator("#log .broke").wait_for()
    assert "attendu « RECUP »" in page.locator("#log .broke").inner_text()
    page.locator("#log .raw > summary").click()
    page.locator("#log .raw pre").nth(
        1
    ).wait_for()  # A fold is filled when it opens, a moment after the click.
    sent, received = page.locator("#log .raw pre").all_inner_texts()
    assert '{"sex": "<b>F</b>"}' in sent
    assert received.startswith("HTTP 201")
    with page.expect_download() as download:
        page.locator("#log .har").first.click()
    (entry,) = json.loads(download.value.path().read_text("utf-8"))["log"]["entries"]
    assert (entry["request"]["method"], entry["request"]["url"]) == ("POST", "http://lgo.test/patients")
    assert entry["request"]["postData"] == {"mimeType": "application/json", "text": '{"sex": "<b>F</b>"}'}
    assert entry["response"]["status"] == 201
    assert entry["response"]["headers"] == [{"name": "Server", "value": "lgo"}]


def test_a_browser_that_cannot_decompress_is_told_so(
    campaign: Campaign, open_report: Callable[[Campaign], Page]
) -> None:
    page = open_report(campaign)
    page.add_init_script("delete window.DecompressionStream")
    page.reload()
    page.wait_for_selector("html[data-ready=no]")
    assert page.locator("#no-unpacking").is_visible()
    assert not page.locator(".switch").is_visible()


def test_the_summary_of_the_whole_catalogue_prints_on_two_pages(
    make_campaign: Callable[..., Campaign],
    make_result: Callable[..., RuleResult],
    open_report: Callable[[Campaign], Page],
) -> None:
    verdicts = cycle((Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.NOT_TESTED, Verdict.PASS, Verdict.WARNING))
    results = [make_result(key, next(verdicts), evidence=()) for key in load_catalogue()]
    page = open_report(make_campaign(tuple(results)))
    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    assert len(document) <= 2


@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_is_wider_than_the_window(
    width: int, campaign: Campaign, open_report: Callable[[Campaign], Page]
) -> None:
    page = open_report(campaign)
    page.set_viewport_size({"width": width, "height": 900})
    page.get_by_role("button", name="Tout déplier").click()
    for summary in page.locator(".rule .check > summary").all():
        summary.click()
    too_wide = page.evaluate(
        "width => Array.from(document.querySelectorAll('body *')).filter(node => "
        "node.getBoundingClientRect().right > width && !node.closest('.scroll, pre, table')).map(node => node.outerHTML.slice(0, 120))",
        width,
    )
    assert too_wide == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["Français", "English"])
def test_axe_finds_nothing_serious(
    scheme: str,
    lang: str,
    complaints: Callable[[Page], list[tuple[str, list[str]]]],
    campaign: Campaign,
    open_report: Callable[[Campaign], Page],
) -> None:
    page = open_report(campaign)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.get_by_role("button", name=lang).click()
    page.locator("#STA-03 > summary").click()
    page.locator("#STA-03 .check > summary").click()
    for summary in page.locator("#STA-03 :is(.soap, .more) > summary").all():
        summary.click()
    assert complaints(page) == []

"""``index.html``: what it says, and that nothing from the software gets to run in it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from lxml import html

from conformance.drivers.verbs import VERBS
from conformance.evidence import ActEntry, Change, ExchangeEntry, NoteEntry, Remark, StateEntry
from conformance.report.html import _texts, plural, render_html, typeset
from conformance.rules import Text
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.results import Campaign, RuleResult

PAYLOAD = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><b>{{ 7*7 }}"


@pytest.fixture(scope="session")
def page(campaign: Campaign) -> html.HtmlElement:
    return html.fromstring(render_html(campaign, "fr"))


def text_of(node: html.HtmlElement) -> str:
    """Return all that an element shows, its words one space apart."""
    return " ".join(" ".join(node.itertext()).split())


def rule(page: html.HtmlElement, key: str) -> html.HtmlElement:
    return page.get_element_by_id(key)


def test_the_page_says_that_it_is_no_authorisation(page: html.HtmlElement) -> None:
    (banner,) = page.find_class("disclaimer")
    assert "ni l'autorisation délivrée par le CNDA" in text_of(banner)
    assert "ni le référencement Ségur" in text_of(banner)


def test_the_headline_tells_how_many_rules_failed(page: html.HtmlElement) -> None:
    assert text_of(page.get_element_by_id("headline")) == "1 règle non conforme"


def test_each_verdict_has_its_tile(page: html.HtmlElement) -> None:
    tiles = {tile.get("data-verdict"): text_of(tile) for tile in page.find_class("tile")}
    assert set(tiles) == {str(verdict) for verdict in Verdict}
    assert tiles["FAIL"] == "1 Non conforme"


@pytest.mark.parametrize(
    ("key", "level"), [("STA-03", "official"), ("PRF-08", "reported"), ("ERR-02", "inferred")]
)
def test_a_rule_shows_its_evidence_level_and_no_better_one(
    page: html.HtmlElement, key: str, level: str
) -> None:
    shown = {
        name for node in rule(page, key).find_class("badge") for name in node.classes if name[:2] == "e-"
    }
    assert shown == {f"e-{level}"}


def test_a_working_number_is_marked(page: html.HtmlElement) -> None:
    drafts = [text_of(node) for node in rule(page, "STA-03").find_class("draft")]
    assert drafts == ["INS/va1.40 projet"]


def test_a_number_known_second_hand_is_marked(page: html.HtmlElement) -> None:
    numbers = [text_of(node) for node in rule(page, "SRC-01").find_class("reported")]
    assert numbers == ["EXI ID 17 rapporté"]


def test_a_broken_rule_shows_statement_reason_and_change_of_state(page: html.HtmlElement) -> None:
    shown = text_of(rule(page, "STA-03"))
    assert "jamais « identité validée »" in shown
    assert "Motif le statut est passé à « identité validée »" in shown
    assert "Statut PROV VALI" in shown


def test_a_message_is_indented_and_masked(page: html.HtmlElement) -> None:
    request = rule(page, "STA-03").find_class("soap")[0].text_content()
    assert "  <saml:NameID" in request.replace("        ", "")
    assert "c2lnbmF0dXJlLXZhbHVl" not in request


def test_the_page_needs_no_network(page: html.HtmlElement) -> None:
    addresses = [link for _, _, link, _ in page.iterlinks() if not link.startswith(("#", "data:"))]
    assert addresses == []


def test_an_interrupted_campaign_says_so(campaign: Campaign) -> None:
    stopped = dataclasses.replace(campaign, meta=dataclasses.replace(campaign.meta, interrupted=True))
    assert "Campagne interrompue" in render_html(stopped, "fr")
    assert "Campagne interrompue" not in render_html(campaign, "fr")


def test_the_page_speaks_english_when_asked(campaign: Campaign) -> None:
    page = html.fromstring(render_html(campaign, "en"))
    assert page.get("lang") == "en"
    assert text_of(page.get_element_by_id("headline")) == "1 rule failed"


def test_nothing_from_the_software_becomes_markup(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult], campaign: Campaign
) -> None:
    at = campaign.meta.started_at
    change = Change(name=PAYLOAD, before=PAYLOAD, after=[PAYLOAD])
    evidence = (
        ActEntry(
            at=at,
            verb=PAYLOAD,
            actor=PAYLOAD,
            arguments={PAYLOAD: {PAYLOAD: PAYLOAD}},
            result=[{PAYLOAD: PAYLOAD}],
            changes=(change,),
        ),
        ActEntry(at=at, verb="read_patient", outcome="refused", result={"message": PAYLOAD}),
        ExchangeEntry(
            at=at,
            number=1,
            operation=PAYLOAD,
            code=PAYLOAD,
            http_status=200,
            request=PAYLOAD,
            response=f"<a>{PAYLOAD.replace('<', '&lt;')}</a>",
            explanation=(Text.same(PAYLOAD),),
            remarks=(Remark(code=PAYLOAD, text=Text.same(PAYLOAD), evidence=PAYLOAD),),
        ),
        StateEntry(at=at, before={PAYLOAD: PAYLOAD}, after={}, changes=(change,)),
        NoteEntry(at=at, text=Text.same(PAYLOAD)),
    )
    text = Text.same(PAYLOAD)
    result = make_result(
        "STA-03", Verdict.FAIL, reason=PAYLOAD, evidence=evidence, id=PAYLOAD, title=text, hint=text
    )
    hostile = make_campaign((result,), software_name=PAYLOAD, software_version=PAYLOAD, plan=PAYLOAD)
    page = html.fromstring(render_html(hostile, "fr"))
    assert len(page.findall(".//script")) == 1
    assert page.findall(".//img") == []
    assert [node.tag for node in page.iter() if any(str(name).startswith("on") for name in node.attrib)] == []
    assert "{{ 7*7 }}" in page.text_content()


def test_every_verb_of_the_driver_has_a_label() -> None:
    assert {verb.value for verb in VERBS} <= set(_texts("fr")["verbs"])


@pytest.mark.parametrize(
    ("count", "lang", "text"),
    [
        (0, "fr", "0 règle"),
        (1, "fr", "1 règle"),
        (2, "fr", "2 règles"),
        (0, "en", "0 règles"),
        (1, "en", "1 règle"),
    ],
)
def test_plural_follows_the_language(count: int, lang: str, text: str) -> None:
    assert plural("{n} règle|{n} règles", count, lang, n=count) == text  # type: ignore[arg-type]


def test_french_punctuation_keeps_with_its_word() -> None:
    assert typeset("le « nom » : requis ?", "fr") == "le «\xa0nom\xa0»\xa0: requis\xa0?"
    assert typeset("a : b", "en") == "a : b"

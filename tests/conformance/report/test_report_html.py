"""``index.html``: what it says, and that nothing from the software gets to run in it."""

from __future__ import annotations

import base64
import dataclasses
import random
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from conformance.drivers.verbs import VERBS
from conformance.record.events import DoctorFinding
from conformance.record.results import Waiver, WaiverState
from conformance.record.timeline import (
    ActEntry,
    BreakEntry,
    Change,
    DriverEntry,
    ExchangeEntry,
    NoteEntry,
    Remark,
    StateEntry,
)
from conformance.report.html import MAX_PAGE, _texts, render_html
from conformance.report.packing import unpack
from conformance.report.shown import typeset
from conformance.rules import Text, load_catalogue
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.record.results import Campaign, RuleResult

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
    assert "4 règles testées sur 7" in text_of(page.get_element_by_id("summary"))


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


def unpacked(page: html.HtmlElement) -> dict[str, Any]:
    """Return what the page unpacks."""
    return unpack(text_of(page.get_element_by_id("packed")))


def test_a_broken_rule_shows_statement_and_reason(page: html.HtmlElement) -> None:
    shown = text_of(rule(page, "STA-03"))
    assert "jamais « identité validée »" in shown
    assert "Motif le statut est passé à « identité validée »" in shown


def test_each_check_has_its_evidence_in_order(page: html.HtmlElement) -> None:
    data = unpacked(page)
    (check,) = rule(page, "STA-03").find_class("check")
    entries = data["checks"][int(str(check.get("data-place")))]
    assert [entry["kind"] for entry in entries] == ["act", "act", "exchange", "act", "act", "state", "note"]
    assert [entry["at"] for entry in entries] == [100, 200, 300, 400, 500, 600, 700]
    assert data["values"][entries[0]["result"]]["birth_name"] == "LE GOFF"
    assert entries[5]["changes"] == [{"field": "status", "before": "PROV", "after": "VALI"}]
    assert entries[6]["text"] == {"fr": "Relu après acceptation.", "en": "Read back after acceptance."}


def test_a_message_is_indented_and_masked(page: html.HtmlElement) -> None:
    (request,) = [text for text in unpacked(page)["texts"] if "RECSANSVITALE" in text]
    assert "  <saml:NameID" in request
    assert "c2lnbmF0dXJlLXZhbHVl" not in request


def test_the_page_carries_the_other_language(page: html.HtmlElement) -> None:
    other = html.fromstring(unpacked(page)["pages"]["en"])
    assert text_of(other.get_element_by_id("headline")) == "1 rule failed"
    labels = unpacked(page)["labels"]
    assert (labels["fr"]["words"]["before"], labels["en"]["words"]["before"]) == ("Avant", "Before")


def test_what_does_not_show_is_named_where_values_are_compared(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult], campaign: Campaign
) -> None:
    change = Change(name="birth_name", before="LE GOFF", after="LE\xa0GOFF ")
    entry = StateEntry(at=campaign.meta.started_at, before={}, after={}, changes=(change,))
    result = make_result("STA-03", Verdict.FAIL, evidence=(entry,), reason="obtenu « a\u202eb »")
    page = html.fromstring(render_html(make_campaign((result,)), "fr"))
    assert unpacked(page)["checks"][0][0]["changes"][0]["after"] == "LE<U+00A0>GOFF<U+0020>"
    assert "a\\u202eb" in text_of(rule(page, "STA-03"))


def test_the_log_says_what_was_expected_what_came_and_where(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult]
) -> None:
    reason = "nom de naissance après l'import : attendu « LE GOFF », obtenu « LEGOFF »"
    page = html.fromstring(
        render_html(make_campaign((make_result("STA-03", Verdict.FAIL, reason=reason),)), "fr")
    )
    shown = text_of(page.get_element_by_id("log"))
    assert "Où nom de naissance après l'import" in shown
    assert "Attendu « LE GOFF »" in shown
    assert "Obtenu « LEGOFF »" in shown
    assert "Dernier acte 14:03:12.980" in shown


def test_the_log_begins_with_failures(page: html.HtmlElement) -> None:
    faults = [
        str(node.get("aria-label")).split()[0] for node in page.get_element_by_id("log").find_class("fault")
    ]
    assert faults == ["STA-03", "SEC-06", "ERR-02", "RSP-12"]


def test_the_facts_say_how_to_run_it_again(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult]
) -> None:
    session = {"profile": "qualification-2026", "strictness": "strict"}
    campaign = make_campaign(
        (make_result("SRC-01", Verdict.PASS),),
        software_vendor="Officines SA",
        software_address="http://127.0.0.1:9000",
        verbs=("create_patient", "read_patient"),
        is_selection=True,
        plan_data={"session": session},
    )
    (facts,) = html.fromstring(render_html(campaign, "en")).find_class("meta")
    shown = text_of(facts)
    for words in (
        "Vendor Officines SA",
        "Scope selection of rules",
        "Driver http://127.0.0.1:9000",
        "Verbs offered 2",
        "INSi profile qualification-2026",
        "Strictness strict",
    ):
        assert words in shown


def test_a_waiver_is_shown_as_one(
    campaign: Campaign, make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult]
) -> None:
    waiver = Waiver(rule="STA-03", reason="livré en V3", author="A. Durand", expires=date(2030, 1, 1))
    waived = dataclasses.replace(
        make_result("STA-03", Verdict.FAIL), waiver=waiver, waiver_state=WaiverState.HOLDS
    )
    page = html.fromstring(render_html(make_campaign((waived,)), "fr"))
    shown = text_of(page.get_element_by_id("summary"))
    assert "Dérogation en cours livré en V3 A. Durand, jusqu'au 2030-01-01" in shown
    assert text_of(page.get_element_by_id("headline")) != "Aucune non-conformité relevée"


def test_a_heavy_campaign_leaves_out_what_passed_checks_saw_and_says_so(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult], campaign: Campaign
) -> None:
    def noise(seed: int) -> ActEntry:
        text = base64.b85encode(random.Random(seed).randbytes(600_000)).decode()
        return ActEntry(at=campaign.meta.started_at, verb="read_patient", result={"id": text})

    results = (
        make_result("SRC-01", Verdict.PASS, evidence=(noise(1), noise(2))),
        make_result("STA-03", Verdict.FAIL, evidence=(noise(3),)),
    )
    text = render_html(make_campaign(results), "fr")
    data = unpacked(html.fromstring(text))
    assert len(text.encode()) < MAX_PAGE
    assert data["omitted"] == 1
    passed, failed = data["checks"]
    assert [("result" in entry) for entry in (*passed, *failed)] == [False, False, True]


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
    other = html.fromstring(unpacked(page)["pages"]["en"])
    assert other.findall(".//script") == other.findall(".//img") == []
    assert [
        node.tag for node in other.iter() if any(str(name).startswith("on") for name in node.attrib)
    ] == []


def test_every_verb_of_the_driver_has_a_label() -> None:
    assert {verb.value for verb in VERBS} <= set(_texts("fr")["verbs"])


def test_french_punctuation_keeps_with_its_word() -> None:
    assert typeset("le « nom » : requis ?", "fr") == "le «\xa0nom\xa0»\xa0: requis\xa0?"
    assert typeset("a : b", "en") == "a : b"


def test_what_the_doctor_found_to_mend_is_at_the_head_and_counts_among_the_facts(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult]
) -> None:
    def finding(*, is_ok: bool, remedy: Text | None = None, details: str = "") -> DoctorFinding:
        text = Text("l'horloge <b>retarde</b>", "the clock is behind")
        return DoctorFinding(
            at=datetime(2025, 3, 4, tzinfo=UTC),
            check="clock",
            is_ok=is_ok,
            text=text,
            remedy=remedy,
            details=details,
        )

    found = (
        finding(is_ok=True),
        finding(is_ok=False, remedy=Text("NTP", "NTP"), details="Authorization: Bearer abcdefghijkl"),
    )
    campaign = make_campaign((make_result("SRC-01", Verdict.PASS),), doctor=found)
    page = html.document_fromstring(render_html(campaign, "fr"))
    [banner] = page.cssselect("aside.doctor")
    shown = banner.text_content()
    assert "l'horloge <b>retarde</b>" in shown
    assert "NTP" in shown
    assert "pas compté contre le logiciel" in shown
    assert "abcdefghijkl" not in shown
    facts = {
        fact.cssselect("dt")[0].text: fact.cssselect("dd")[0].text for fact in page.cssselect(".meta div")
    }
    assert facts["Installation"] == "1 point en ordre, 1 à reprendre"


def test_a_set_up_in_order_takes_no_room(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult]
) -> None:
    campaign = make_campaign((make_result("SRC-01", Verdict.PASS),))
    assert not html.document_fromstring(render_html(campaign, "fr")).cssselect("aside.doctor")


SENT = "POST http://lgo.test/patients\nContent-Type: application/json\n\n{}"
RECEIVED = "HTTP 201\nContent-Type: application/json\n\n{}"


def travelled(at: datetime, verb: str, sent: str = SENT) -> DriverEntry:
    return DriverEntry(at=at, verb=verb, sent=sent, received=RECEIVED, seconds=0.0042)


def test_what_travelled_stands_with_its_act_and_the_place_where_it_broke_is_marked(
    make_campaign: Callable[..., Campaign], make_result: Callable[..., RuleResult], campaign: Campaign
) -> None:
    start = campaign.meta.started_at
    acts = [ActEntry(at=start + timedelta(seconds=n), verb="read_patient") for n in (1, 2)]
    evidence = (
        *acts,
        BreakEntry(at=start + timedelta(seconds=3), reason=Text("non", "no")),
        travelled(start + timedelta(seconds=0.5), "reset", "POST http://lgo.test/reset\n\n"),
        travelled(acts[0].at, "read_patient"),
        travelled(acts[1].at, "read_patient"),
    )
    made = make_campaign((make_result("STA-03", Verdict.FAIL, evidence=evidence),))
    data = unpacked(html.document_fromstring(render_html(made, "fr")))
    (entries,) = data["checks"]
    assert [entry.get("verb", entry["kind"]) for entry in entries] == [
        "reset",
        "read_patient",
        "read_patient",
        "break",
    ]
    assert [len(entry.get("raw", ())) for entry in entries] == [1, 1, 1, 0]
    (raw,) = entries[1]["raw"]
    assert (data["texts"][raw["sent"]], data["texts"][raw["received"]], raw["ms"]) == (SENT, RECEIVED, 4.2)
    assert entries[3]["reason"] == {"fr": "non", "en": "no"}


@pytest.mark.parametrize(("acts", "omitted"), [(40, 4), (900, 5)])
def test_a_page_of_many_failures_keeps_its_bound_and_says_what_is_left_out(
    make_campaign: Callable[..., Campaign],
    make_result: Callable[..., RuleResult],
    campaign: Campaign,
    acts: int,
    omitted: int,
) -> None:
    rolled = random.Random(1)
    results = []
    for key in list(load_catalogue())[: 20 if omitted == 4 else 160]:
        evidence: list[Any] = []
        for number in range(acts if omitted == 4 else 6):
            at = campaign.meta.started_at + timedelta(seconds=number)
            evidence += [
                ActEntry(at=at, verb="read_patient"),
                travelled(at, "read_patient", f"POST http://x/y\n\n{rolled.randbytes(1500).hex()}"),
            ]
        results.append(make_result(key, Verdict.FAIL, evidence=tuple(evidence)))
    text = render_html(make_campaign(tuple(results)), "fr")
    assert len(text.encode()) <= MAX_PAGE
    data = unpacked(html.document_fromstring(text))
    assert data["omitted"] == omitted
    assert all(
        len([entry for entry in check if "raw" in entry]) == (5 if omitted == 4 else 0)
        for check in data["checks"]
    )

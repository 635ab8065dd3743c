"""What disturbances do to bytes and to the way they are sent, without a network."""

from __future__ import annotations

import gzip
import statistics
from typing import Any

import pytest
from lxml import etree

from simulator.chaos.catalogue import MAX_DELAY_S, chaos_catalogue, read_steps
from simulator.chaos.effects import CallCounter, disturb
from simulator.chaos.reply import Delivery, End, Reply, pieces
from simulator.contract.faults import fault_catalogue
from simulator.contract.names import SOAP12
from simulator.contract.render import DIALECTS, Answer, IdentifierBlock, TraitsBlock, render_fault

HEADERS = (("Content-Type", "application/soap+xml; charset=utf-8"),)
ANSWER = Answer(
    code="00",
    label="OK",
    active=IdentifierBlock(number="2850463220001", key="10", oid="1.2.250.1.213.1.4.10"),
    history=(IdentifierBlock(number="1850463220001", key="40", oid="1.2.250.1.213.1.4.10"),),
    traits=TraitsBlock(
        birth_name="D'ARTAGNAN & FILS",
        first_names="ÉLÉONORE MARIE",
        sex="F",
        birth_date="1985-04-12",
        birth_place="63220",
    ),
)


def answer(dialect: str = "live-2026") -> Reply:
    return Reply(status=200, headers=HEADERS, body=ANSWER.render(DIALECTS[dialect]))


def fault(dialect: str = "live-2026", code: str = "desir_1020") -> Reply:
    body = render_fault(fault_catalogue()[code], DIALECTS[dialect], message_id="uuid:1")
    return Reply(status=500, headers=HEADERS, body=body, fault=True)


def disturbed(reply: Reply, *steps: Any, call: int = 1, seed: str = "s") -> Any:
    return disturb(reply, read_steps(list(steps)), seed=seed, call=call)


def infoset(body: bytes) -> Any:
    """Return names, attributes and texts, without prefixes; qualified names in texts are resolved."""

    def of(element: etree._Element) -> Any:
        text = "".join(element.itertext()) if not any(isinstance(c.tag, str) for c in element) else None
        if element.tag == f"{{{SOAP12}}}Value" and text:
            prefix, _, local = text.rpartition(":")
            text = f"{{{element.nsmap.get(prefix or None)}}}{local}"
        return element.tag, dict(element.attrib), text, [of(c) for c in element if isinstance(c.tag, str)]

    return of(etree.fromstring(body))


REPLIES = [(dialect, make) for dialect in DIALECTS for make in (answer, fault)]


@pytest.mark.parametrize(("dialect", "make"), REPLIES)
@pytest.mark.parametrize(
    "step",
    [
        {"other-prefixes": {"form": "other"}},
        {"other-prefixes": {"form": "default"}},
        {"dressed-values": {"form": "cdata"}},
        {"dressed-values": {"form": "character-references"}},
        {"huge-answer": {"size": 20000}},
        "bom",
        {"utf-16": {"form": "consistent"}},
        {"latin-1": {"form": "consistent"}},
    ],
    ids=str,
)
def test_the_message_is_the_same_to_a_parser(dialect: str, make: Any, step: Any) -> None:
    before = make(dialect)
    after = disturbed(before, step).reply.body
    assert after != before.body
    assert infoset(after) == infoset(before.body)


@pytest.mark.parametrize(("dialect", "make"), REPLIES)
@pytest.mark.parametrize("form", ["comment", "processing-instruction"])
def test_values_with_something_inside_are_whole_once_it_is_dropped(
    dialect: str, make: Any, form: str
) -> None:
    before = make(dialect)
    after = disturbed(before, {"dressed-values": {"form": form}}).reply.body
    parser = etree.XMLParser(remove_comments=True, remove_pis=True)
    assert infoset(etree.tostring(etree.fromstring(after, parser))) == infoset(before.body)
    assert after != before.body


@pytest.mark.parametrize(("dialect", "make"), REPLIES)
@pytest.mark.parametrize("form", chaos_catalogue()["malformed-xml"].parameters["form"].choices)
def test_malformed_is_malformed_in_every_dialect(dialect: str, make: Any, form: str) -> None:
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(disturbed(make(dialect), {"malformed-xml": {"form": form}}).reply.body)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("code", ["desir_1020", "insi_102"])
def test_detail_and_codes_change_in_every_dialect(dialect: str, code: str) -> None:
    bare = disturbed(fault(dialect, code), "missing-detail").reply
    assert etree.fromstring(bare.body).find(".//{*}Detail") is None
    other = disturbed(fault(dialect, code), "unknown-code").reply
    assert etree.fromstring(other.body).find(".//{*}Erreur").get("code") == "insi_998"
    crossed = disturbed(fault(dialect, code), "wrong-message-id").reply
    assert etree.fromstring(crossed.body).find(".//{*}Erreur").get("messageID").endswith("beef")


def test_what_needs_a_fault_is_skipped_on_an_answer_and_told() -> None:
    result = disturbed(answer(), "missing-detail", "bom")
    assert (result.applied, result.skipped) == (("bom",), ("missing-detail",))
    assert result.reply.body == b"\xef\xbb\xbf" + answer().body


def test_a_disturbance_leaves_the_rest_alone() -> None:
    result = disturbed(answer(), {"latency": {"seconds": 2}})
    assert result.reply == answer()
    assert result.delivery == Delivery(delay=2.0)


def test_every_disturbance_does_something_to_an_answer_or_a_fault() -> None:
    for name in chaos_catalogue():
        results = [(reply, disturbed(reply, name)) for reply in (answer(), fault())]
        assert any(result.reply != reply or result.delivery != Delivery() for reply, result in results), name


def test_the_same_seed_draws_the_same_delays_and_another_call_another() -> None:
    step = {"latency": {"seconds": 5, "distribution": "normal", "spread": 2, "seed": "monday"}}
    draws = [disturbed(answer(), step, call=call).delivery.delay for call in range(1, 6)]
    again = [disturbed(answer(), step, call=call, seed="other").delivery.delay for call in range(1, 6)]
    assert draws == again
    assert len(set(draws)) == 5


def test_without_a_seed_it_is_that_of_the_session() -> None:
    step = {"latency": {"seconds": 5, "distribution": "uniform", "spread": 2}}
    one, same, other = (disturbed(answer(), step, seed=seed).delivery.delay for seed in ("a", "a", "b"))
    assert one == same != other


@pytest.mark.parametrize("distribution", ["uniform", "normal", "lognormal"])
def test_delays_are_around_what_was_asked(distribution: str) -> None:
    step = {"latency": {"seconds": 4, "distribution": distribution, "spread": 0.5}}
    delays = [disturbed(answer(), step, call=call).delivery.delay for call in range(2000)]
    assert statistics.mean(delays) == pytest.approx(4, abs=0.1)
    wide = 0.5 / 3**0.5 if distribution == "uniform" else 0.5
    assert statistics.stdev(delays) == pytest.approx(wide, rel=0.15)


def test_delays_are_never_negative_nor_beyond_the_bound() -> None:
    for seconds, distribution in ((0, "normal"), (0, "lognormal"), (120, "normal"), (120, "lognormal")):
        step = {"latency": {"seconds": seconds, "distribution": distribution, "spread": 60}}
        for call in range(50):
            assert 0 <= disturbed(answer(), step, call=call).delivery.delay <= MAX_DELAY_S


def test_latencies_add_up() -> None:
    assert disturbed(answer(), "slow-network", {"latency": {"seconds": 1}}).delivery.delay == 4.0


def test_a_drip_is_bounded_in_time() -> None:
    result = disturbed(
        answer(), {"huge-answer": {"size": 10000}}, {"slow-drip": {"bytes_per_second": 1, "piece": 1}}
    )
    assert result.delivery.pause * (len(pieces(result.reply.body, result.delivery)) - 1) <= MAX_DELAY_S + 0.1


@pytest.mark.parametrize("name", ["truncated-body", "stalled-body", "connection-reset"])
@pytest.mark.parametrize("after", [1, 500, 1_000_000])
def test_a_cut_is_never_the_whole(name: str, after: int) -> None:
    result = disturbed(answer(), {name: {"after": after}})
    sent = result.delivery.sent(result.reply.body)
    assert 1 <= len(sent) < len(result.reply.body)
    assert result.delivery.end in {End.CLOSE, End.RESET}


def test_a_cut_is_that_of_the_body_as_it_is_sent() -> None:
    for steps in (["gzip", "truncated-body"], ["truncated-body", "gzip"]):
        result = disturbed(answer(), *steps)
        sent = result.delivery.sent(result.reply.body)
        assert len(sent) == len(gzip.compress(answer().body, mtime=0)) // 2


def test_compressed_bytes_are_repeatable() -> None:
    assert disturbed(answer(), "gzip").reply == disturbed(answer(), "gzip").reply


def test_pieces_are_the_body() -> None:
    delivery = Delivery(piece=7)
    parts = pieces(answer().body, delivery)
    assert b"".join(parts) == answer().body
    assert {len(part) for part in parts[:-1]} == {7}
    assert pieces(b"", delivery) == []


def test_calls_are_counted_by_session_and_old_sessions_forgotten() -> None:
    counter = CallCounter(sessions=2)
    assert [counter.next("a"), counter.next("a"), counter.next("b")] == [1, 2, 1]
    counter.next("c")
    assert (counter.next("b"), counter.next("a")) == (2, 1)

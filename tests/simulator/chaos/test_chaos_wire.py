"""Every disturbance, on every way in, as a raw socket sees it: bytes, order in time, and how the connection ends."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from simulator.chaos.catalogue import chaos_catalogue
from simulator.contract.names import RESULTAT, SIRAM, SOAP12, WSA

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.client import SessionClient

FAULT = "insi_102"
GATEWAY_FAULT = "desir_1020"
PLAIN = b"<CodeCR>01</CodeCR><LibelleCR>Aucune identite trouvee</LibelleCR>"


def whole(seen: Any) -> None:
    """The answer is complete by HTTP, and the undisturbed one."""
    assert seen.status == 200
    assert len(seen.body) == int(seen.header("content-length"))
    assert PLAIN in seen.body
    assert seen.end == "closed"


def values(body: bytes, name: str) -> list[str]:
    return ["".join(element.itertext()) for element in etree.fromstring(body).iter(f"{{*}}{name}")]


def refused_by_parsers(body: bytes) -> None:
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(body)


def latency(seen: Any) -> None:
    assert seen.times[0] >= 0.4
    whole(seen)


def slow_network(seen: Any) -> None:
    assert seen.times[0] >= 3.0
    whole(seen)


def drip(seen: Any) -> None:
    assert b"\r\n\r\n" in b"".join(
        piece for piece, at in zip(seen.pieces, seen.times, strict=True) if at < seen.times[-1]
    )
    assert seen.times[-1] >= 0.6  # four pieces, three pauses of 0.2 s
    whole(seen)


def chunked(seen: Any) -> None:
    assert seen.status == 200
    assert seen.header("transfer-encoding") == "chunked"
    assert seen.header("content-length") is None
    data, rest = b"", seen.body
    sizes = []
    while True:
        size, _, rest = rest.partition(b"\r\n")
        sizes.append(int(size, 16))
        data += rest[: sizes[-1]]
        assert rest[sizes[-1] : sizes[-1] + 2] == b"\r\n"
        rest = rest[sizes[-1] + 2 :]
        if sizes[-1] == 0:
            break
    assert not rest
    assert set(sizes[:-2]) == {100}
    assert PLAIN in data


def no_answer(seen: Any) -> None:
    assert (seen.raw, seen.end) == (b"", "closed")
    assert seen.ended_at >= 0.5


def stalled(seen: Any) -> None:
    assert seen.status == 200
    assert len(seen.body) == 60 < int(seen.header("content-length"))
    assert seen.ended_at - seen.times[-1] >= 0.5
    assert seen.end == "closed"


def reset(seen: Any) -> None:
    assert (seen.raw, seen.end) == (b"", "reset")


def reset_after(seen: Any) -> None:
    assert seen.status == 200
    assert len(seen.body) == 60 < int(seen.header("content-length"))
    assert seen.end == "reset"


def closed(seen: Any) -> None:
    assert (seen.raw, seen.end) == (b"", "closed")


def truncated(seen: Any) -> None:
    assert seen.status == 200
    assert len(seen.body) == int(seen.header("content-length")) // 2
    assert seen.end == "closed"


def page(status: int, **headers: str) -> Callable[[Any], None]:
    def check(seen: Any) -> None:
        assert seen.status == status
        assert seen.header("content-type") == "text/html; charset=utf-8"
        assert seen.body.startswith(b"<!DOCTYPE html>")
        assert len(seen.body) == int(seen.header("content-length"))
        for name, value in headers.items():
            assert seen.header(name.replace("_", "-")) == value

    return check


def empty(seen: Any) -> None:
    assert seen.status == 200
    assert (seen.header("content-length"), seen.body) == ("0", b"")
    assert seen.header("content-type") == "application/soap+xml; charset=utf-8"


def status(expected: int, text: bytes) -> Callable[[Any], None]:
    def check(seen: Any) -> None:
        assert seen.status == expected
        assert text in seen.body
        assert len(seen.body) == int(seen.header("content-length"))

    return check


def content_type(expected: str | None) -> Callable[[Any], None]:
    def check(seen: Any) -> None:
        assert seen.header("content-type") == expected
        whole(seen)

    return check


def twice(*types: str) -> Callable[[Any], None]:
    def check(seen: Any) -> None:
        found = [value for name, value in seen.headers if name == "content-type"]
        assert [value.partition(";")[0] for value in found] == list(types)
        assert len([name for name, _ in seen.headers if name == "date"]) == 2
        whole(seen)

    return check


def zipped(*, header: bool, coded: bool) -> Callable[[Any], None]:
    def check(seen: Any) -> None:
        assert seen.header("content-encoding") == ("gzip" if header else None)
        assert len(seen.body) == int(seen.header("content-length"))
        assert PLAIN in (gzip.decompress(seen.body) if coded else seen.body)

    return check


def no_detail(seen: Any) -> None:
    fault = etree.fromstring(seen.body).find(f".//{{{SOAP12}}}Fault")
    assert fault is not None
    assert [etree.QName(part).localname for part in fault] == ["Code", "Reason"]
    assert seen.status == 500


def fault_attribute(name: str, value: str) -> Callable[[Any], None]:
    def check(seen: Any) -> None:
        error = etree.fromstring(seen.body).find(f".//{{{SIRAM}}}Erreur")
        assert error is not None
        assert error.get(name) == value

    return check


def unknown_code(seen: Any) -> None:
    assert values(seen.body, "CodeCR") == ["42"]


def related(seen: Any) -> None:
    root = etree.fromstring(seen.body)
    assert [etree.QName(part).localname for part in root] == ["Header", "Body"]
    assert root.findtext(f"{{{SOAP12}}}Header/{{{WSA}}}RelatesTo", "").startswith("uuid:")
    assert values(seen.body, "CodeCR") == ["01"]


def prefixes(expected: bytes) -> Callable[[Any], None]:
    def check(seen: Any) -> None:
        assert expected in seen.body
        root = etree.fromstring(seen.body)
        assert root.findtext(f".//{{{RESULTAT}}}CodeCR") == "01"
        assert root.tag == f"{{{SOAP12}}}Envelope"

    return check


def dressed(written: bytes, value: str) -> Callable[[Any], None]:
    def check(seen: Any) -> None:
        assert written in seen.body
        assert values(seen.body, "CodeCR") == [value]

    return check


def instruction(seen: Any) -> None:
    assert b"<CodeCR>0<?x y?>1</CodeCR>" in seen.body
    etree.fromstring(seen.body)


def huge(seen: Any) -> None:
    assert len(seen.body) == int(seen.header("content-length")) == 2_000_000
    assert values(seen.body, "CodeCR") == ["01"]


def malformed(written: bytes) -> Callable[[Any], None]:
    def check(seen: Any) -> None:
        assert seen.status == 200
        assert len(seen.body) == int(seen.header("content-length"))
        assert written in seen.body
        refused_by_parsers(seen.body)

    return check


def version_11(seen: Any) -> None:
    assert seen.body.startswith(b'<?xml version="1.1" encoding="UTF-8"?>')


def mark(seen: Any) -> None:
    assert seen.body.startswith(b'\xef\xbb\xbf<?xml version="1.0"')
    whole(seen)


def late_mark(seen: Any) -> None:
    assert b"?>\xef\xbb\xbf" in seen.body
    refused_by_parsers(seen.body)


def encoded(codec: str, declared: str, charset: str) -> Callable[[Any], None]:
    def check(seen: Any) -> None:
        assert f'encoding="{declared}"' in seen.body.decode(codec)
        assert seen.header("content-type") == f"application/soap+xml; charset={charset}"
        assert len(seen.body) == int(seen.header("content-length"))

    return check


def latin_bytes(seen: Any) -> None:
    assert b'encoding="UTF-8"' in seen.body
    assert b"r\xe9ponse" in seen.body
    refused_by_parsers(seen.body)


CASES: list[tuple[str, dict[str, Any], Callable[[Any], None]]] = [
    ("latency", {"seconds": 0.4}, latency),
    ("latency", {"seconds": 0.6, "distribution": "uniform", "spread": 0.2, "seed": "a"}, latency),
    ("slow-network", {}, slow_network),
    ("slow-drip", {"piece": 120, "bytes_per_second": 600}, drip),
    ("chunked", {"size": 100}, chunked),
    ("no-answer", {"seconds": 0.5}, no_answer),
    ("stalled-body", {"after": 60, "seconds": 0.5}, stalled),
    ("connection-reset", {}, reset),
    ("connection-reset", {"after": 60}, reset_after),
    ("connection-closed", {}, closed),
    ("truncated-body", {}, truncated),
    ("html-maintenance", {}, page(200)),
    ("http-redirect", {}, page(302, location="https://portail.invalid/connexion")),
    ("http-502", {}, page(502)),
    ("http-503", {"retry_after": 7}, page(503, retry_after="7")),
    ("http-504", {}, page(504)),
    ("empty-body", {}, empty),
    ("wrong-status", {}, status(500, PLAIN)),
    ("wrong-status", {"status": 404}, status(404, PLAIN)),
    ("wrong-status", {"status": 418}, status(418, PLAIN)),
    ("wrong-content-type", {}, content_type("text/html; charset=utf-8")),
    ("wrong-content-type", {"type": "application/octet-stream"}, content_type("application/octet-stream")),
    ("wrong-content-type", {"type": "absent"}, content_type(None)),
    ("duplicate-headers", {}, twice("application/soap+xml", "application/soap+xml")),
    ("duplicate-headers", {"values": "different"}, twice("application/soap+xml", "text/html")),
    ("gzip", {}, zipped(header=True, coded=True)),
    ("gzip", {"form": "bytes-only"}, zipped(header=False, coded=True)),
    ("gzip", {"form": "header-only"}, zipped(header=True, coded=False)),
    ("unknown-code", {"code": "42"}, unknown_code),
    ("wrong-message-id", {}, related),
    ("other-prefixes", {}, prefixes(b"<n2:CodeCR>01</n2:CodeCR>")),
    ("other-prefixes", {"form": "default"}, prefixes(b"<Envelope xmlns=")),
    ("dressed-values", {}, dressed(b"<CodeCR><![CDATA[01]]></CodeCR>", "01")),
    ("dressed-values", {"form": "white-space"}, dressed(b"<CodeCR>\n  01 \t\n</CodeCR>", "\n  01 \t\n")),
    ("dressed-values", {"form": "character-references"}, dressed(b"<CodeCR>&#x30;&#x31;</CodeCR>", "01")),
    ("dressed-values", {"form": "processing-instruction"}, instruction),
    ("huge-answer", {"size": 2_000_000}, huge),
    ("malformed-xml", {}, malformed(b"trouvee</Li")),
    ("malformed-xml", {"form": "crossed-tags"}, malformed(b"trouvee</CR></LibelleCR>")),
    ("malformed-xml", {"form": "unknown-entity"}, malformed(b"&eacute;Aucune")),
    ("malformed-xml", {"form": "lone-ampersand"}, malformed(b"& Aucune")),
    ("malformed-xml", {"form": "two-roots"}, malformed(b"</soap:Envelope><soap:Envelope")),
    ("malformed-xml", {"form": "control-character"}, malformed(b"\x08Aucune")),
    ("malformed-xml", {"form": "undeclared-prefix"}, malformed(b"<inconnu:x/>")),
    ("malformed-xml", {"form": "unknown-encoding"}, malformed(b'encoding="UTF-99"')),
    ("xml-11", {}, version_11),
    ("bom", {}, mark),
    ("bom", {"place": "after-declaration"}, late_mark),
    ("utf-16", {}, encoded("utf-16", "UTF-8", "utf-8")),
    ("utf-16", {"form": "declared"}, encoded("utf-8", "UTF-16", "utf-8")),
    ("utf-16", {"form": "consistent"}, encoded("utf-16", "UTF-16", "utf-16")),
    ("latin-1", {}, latin_bytes),
    ("latin-1", {"form": "declared"}, encoded("utf-8", "ISO-8859-1", "utf-8")),
    ("latin-1", {"form": "consistent"}, encoded("latin-1", "ISO-8859-1", "iso-8859-1")),
]
ON_FAULTS: list[tuple[str, str, dict[str, Any], Callable[[Any], None]]] = [
    (FAULT, "missing-detail", {}, no_detail),
    (GATEWAY_FAULT, "missing-detail", {}, no_detail),
    (FAULT, "wrong-status", {}, status(200, b'code="insi_102"')),
    (FAULT, "unknown-code", {}, fault_attribute("code", "insi_998")),
    (
        GATEWAY_FAULT,
        "wrong-message-id",
        {},
        fault_attribute("messageID", "uuid:00000000-0000-4000-8000-00000000beef"),
    ),
]


def name_of(value: object) -> str:
    if isinstance(value, dict):
        return ",".join(map(str, value.values())) or "default"
    return value if isinstance(value, str) else "is seen"


@pytest.mark.parametrize(("name", "parameters", "check"), CASES, ids=name_of)
def test_an_answer_is_disturbed(
    ask: Callable[..., Any],
    session: SessionClient,
    name: str,
    parameters: dict[str, Any],
    check: Callable[[Any], None],
) -> None:
    seen = ask({name: parameters})
    check(seen)
    (kept,) = session.exchanges()
    assert kept.code == "01"
    assert kept.http_status == (seen.status if seen.raw else 0)


@pytest.mark.parametrize(("fault", "name", "parameters", "check"), ON_FAULTS, ids=name_of)
def test_a_fault_is_disturbed(
    ask: Callable[..., Any], fault: str, name: str, parameters: dict[str, Any], check: Callable[[Any], None]
) -> None:
    check(ask({name: parameters}, fault=fault))


def test_every_disturbance_of_the_catalogue_is_seen_on_the_wire() -> None:
    seen = {name for name, *_ in CASES} | {name for _, name, *_ in ON_FAULTS}
    assert seen == set(chaos_catalogue())


def test_disturbances_combine_in_order(ask: Callable[..., Any]) -> None:
    seen = ask(
        {"latency": {"seconds": 0.3}},
        {"unknown-code": {"code": "77"}},
        {"gzip": {}},
        {"wrong-status": {"status": 203}},
        {"slow-drip": {"piece": 100, "bytes_per_second": 1000}},
        {"truncated-body": {"after": 220}},
    )
    assert seen.status == 203
    assert seen.times[0] >= 0.3
    assert seen.ended_at >= 0.5  # three pieces, two pauses of 0.1 s, after the delay
    assert (len(seen.body), seen.end) == (220, "closed")
    assert seen.body.startswith(b"\x1f\x8b")


@pytest.mark.parametrize(
    "steps",
    [[{"latency": {"seconds": 0.1}}], ["chunked"], [{"slow-drip": {"bytes_per_second": 5000}}], ["bom"]],
    ids=["latency", "chunked", "slow-drip", "bom"],
)
def test_a_connection_serves_again_after_an_answer_that_was_sent_whole(
    ask_again: Callable[..., list[Any]], session: SessionClient, steps: list[Any]
) -> None:
    assert [(seen.status, seen.end) for seen in ask_again(*steps, times=3)] == [(200, "open")] * 3
    assert len(session.exchanges()) == 3


def test_the_journal_has_the_bytes_that_reach_the_client(
    ask: Callable[..., Any], session: SessionClient
) -> None:
    seen = ask({"truncated-body": {"after": 77}})
    (kept,) = session.exchanges()
    assert kept.response_xml.encode() == seen.body
    assert len(seen.body) == 77

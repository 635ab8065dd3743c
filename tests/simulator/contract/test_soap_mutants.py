"""Good messages, spoiled at random: always a well-formed SOAP answer that says what the journal says.

The number of mutants is 2,000, or ``BANC_FUZZ``; the seed is fixed, or ``BANC_FUZZ_SEED``::

    BANC_FUZZ=100000 python -m pytest tests/simulator/contract/test_soap_mutants.py
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest
from lxml import etree

from simulator.contract.faults import fault_catalogue
from simulator.contract.names import RECVIT, RESULTAT, SIRAM, SOAP11, SOAP12, WSSE, Operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange

COUNT: Final = int(os.environ.get("BANC_FUZZ", "2000"))
SEED: Final = int(os.environ.get("BANC_FUZZ_SEED", "1"))
TAG: Final = re.compile(rb"<[^>]*>")
TEXT: Final = re.compile(rb">[^<]+<")
PIECES: Final = (
    b"<!DOCTYPE x>",
    b'<!DOCTYPE x [<!ENTITY e "e">]>',
    b"&e;",
    b"&#0;",
    b"&#xD800;",
    b"&amp;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<?xml version='1.0'?>",
    b"<?pi?>",
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"xmlns:a=''",
    b' a="1" a="2"',
    b"<x>" * 70,
    b"</soap:Body>",
    b"<Prenom>ANNE</Prenom>",
    b"<LieuNaissance/>",
    RECVIT.encode(),
    SOAP11.encode(),
    f'<Security xmlns="{WSSE}"/>'.encode(),
)
CONTENT_TYPES: Final = (
    "application/soap+xml; charset=utf-8",
    "application/soap+xml",
    f'application/soap+xml; charset=utf-8; action="{Operation.SEARCH_BY_CARD.action}"',
    "text/xml; charset=iso-8859-1",
    "",
    'multipart/related; boundary="x"; type="application/xop+xml"',
    "\u00e9; charset*=utf-8''%e9",
)


def flip_bytes(chance: random.Random, body: bytearray) -> None:
    for _ in range(chance.randint(1, 4)):
        body[chance.randrange(len(body))] = chance.randrange(256)


def cut(chance: random.Random, body: bytearray) -> None:
    start = chance.randrange(len(body))
    del body[start : chance.choice([len(body), start + chance.randint(1, 40)])]


def insert_piece(chance: random.Random, body: bytearray) -> None:
    at = chance.choice([0, chance.randrange(len(body) + 1), len(body)])
    body[at:at] = chance.choice(PIECES)


def insert_unicode(chance: random.Random, body: bytearray) -> None:
    text = "".join(
        chr(
            chance.choice(
                [chance.randrange(0x80), chance.randrange(0xD800), chance.randrange(0xE000, 0x110000)]
            )
        )
        for _ in range(chance.randint(1, 8))
    )
    places = [match.start() + 1 for match in TEXT.finditer(body)] or [0]
    at = chance.choice(places)
    body[at:at] = text.encode()


def swap_tags(chance: random.Random, body: bytearray) -> None:
    spans = [match.span() for match in TAG.finditer(body)]
    if len(spans) < 2:
        return
    (start, end), (other_start, other_end) = sorted(chance.sample(spans, 2))
    first, second = bytes(body[start:end]), bytes(body[other_start:other_end])
    body[other_start:other_end] = first
    body[start:end] = second


def _element(chance: random.Random, body: bytearray) -> etree._Element | None:
    try:
        root = etree.fromstring(bytes(body), etree.XMLParser(resolve_entities=False))
    except (etree.XMLSyntaxError, ValueError):
        return None
    return chance.choice(list(root.iter(etree.Element)))


def duplicate_subtree(chance: random.Random, body: bytearray) -> None:
    element = _element(chance, body)
    parent = None if element is None else element.getparent()
    if element is None or parent is None:
        return
    copy = etree.fromstring(etree.tostring(element, with_tail=False))
    parent.insert(chance.randint(0, len(parent)), copy)
    body[:] = etree.tostring(parent.getroottree())


def drop_subtree(chance: random.Random, body: bytearray) -> None:
    element = _element(chance, body)
    parent = None if element is None else element.getparent()
    if element is None or parent is None:
        return
    parent.remove(element)
    body[:] = etree.tostring(parent.getroottree())


def change_text(chance: random.Random, body: bytearray) -> None:
    texts = [match.span() for match in TEXT.finditer(body)]
    if texts:
        start, end = chance.choice(texts)
        body[start + 1 : end - 1] = chance.choice(
            [
                b"",
                b" ",
                b"X",
                b"1960-00-00",
                b"9999-99-99",
                b"&#x1F600;",
                b"DE VINCI",
                b"A" * 5000,
                b"-",
                b"''",
            ]
        )


MUTATIONS: Final = (
    flip_bytes,
    cut,
    insert_piece,
    insert_unicode,
    swap_tags,
    duplicate_subtree,
    drop_subtree,
    change_text,
)


def mutant(chance: random.Random, good: bytes) -> bytes:
    body = bytearray(good)
    for mutate in chance.choices(MUTATIONS, k=chance.choice([1, 1, 1, 2, 3])):
        if body:
            mutate(chance, body)
    return bytes(body)


def check(exchange: Exchange) -> None:
    """Assert what holds for every answer whatever came in."""
    root = etree.fromstring(exchange.response)
    assert root.tag == f"{{{SOAP12}}}Envelope"
    (body,) = root
    (content,) = body
    if exchange.http_status == 200:
        assert content.tag == f"{{{RESULTAT}}}RESULTAT"
        assert content.findtext(f"{{{RESULTAT}}}CR/{{{RESULTAT}}}CodeCR") == exchange.code
        return
    assert exchange.http_status == 500
    assert content.tag == f"{{{SOAP12}}}Fault"
    error = content.find(f"{{{SOAP12}}}Detail/{{{SIRAM}}}Erreur")
    assert error is not None
    assert error.get("code") == exchange.code
    assert exchange.code in fault_catalogue()
    assert exchange.code != "desir_9009", exchange.decision.cause
    assert exchange.decision.cause


@pytest.mark.timeout(120 + COUNT // 100)
def test_every_mutant_gets_a_well_formed_answer_and_an_entry(
    bench: Bench, ask: Callable[..., Exchange], soap_request: Callable[..., bytes]
) -> None:
    chance = random.Random(SEED)
    seeds = [
        soap_request(),
        soap_request(
            birth_name="DE VINCI",
            first_names=("LEONARDO", "DA"),
            birth_date="2014-02-01",
            birth_place="63220",
        ),
        soap_request(
            birth_name="D'ARTAGNAN DE L'HERAULT", first_names="PIERRE-ALAIN", birth_date="2001-06-17"
        ),
    ]
    codes: Counter[str] = Counter()
    for number in range(COUNT):
        body = mutant(chance, chance.choice(seeds))
        content_type = CONTENT_TYPES[0] if chance.random() < 0.9 else chance.choice(CONTENT_TYPES)
        exchange = ask(body, content_type=content_type)
        codes[exchange.code] += 1
        try:
            check(exchange)
        except Exception:
            print(f"mutant {number} of seed {SEED}, {content_type!r}: {body!r}")  # noqa: T201 - pytest shows it
            raise
    assert bench.journal.count() == COUNT
    assert bench.teleservice.lost_exchanges == 0
    assert ask().code == "00"
    if COUNT >= 2000:
        # Mutants that all end at the same gate would test nothing behind it.
        assert {"00", "01", "desir_9001", "desir_9003", "desir_9005", "desir_9006", "desir_9007"} <= set(
            codes
        ), codes
        assert {"insi_19", "insi_24", "insi_901", "insi_903", "insi_904", "desir_550"} <= set(codes), codes

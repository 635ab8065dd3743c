"""OIDs: the four of an INS, and the reason given for the others."""

from __future__ import annotations

import pickle

import pytest

from simulator.ins import InsOid, OidError, parse_oid

ROOT = "1.2.250.1.213.1.4"


@pytest.mark.parametrize(
    ("text", "oid", "nature", "is_test"),
    [
        (f"{ROOT}.8", InsOid.NIR, "NIR", False),
        (f"{ROOT}.9", InsOid.NIA, "NIA", False),
        (f"{ROOT}.10", InsOid.NIR_TEST, "NIR", True),
        (f"{ROOT}.11", InsOid.NIR_DEMO, "NIR", True),
    ],
)
def test_oid_of_an_ins_tells_nature_and_environment(
    text: str, oid: InsOid, nature: str, *, is_test: bool
) -> None:
    parsed = parse_oid(text)
    assert parsed is oid
    assert (parsed.nature, parsed.is_test) == (nature, is_test)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{ROOT}.2", "INS-C"),
        (f"{ROOT}.5", "by mistake"),
        (f"{ROOT}.13", "NSS"),
        (f"{ROOT}.14", "NSS"),
        (f"{ROOT}.1.1.1", "by mistake"),
        ("1.2.250.1.213.1.1.1", "document templates"),
        ("1.2.250.1.213.1.1.1.1", "template"),
        ("1.2.250.1.176.1.2", "pharmacy record"),
        ("1.2.250.1.71.4.2.2", "structures"),
        (ROOT, "last number is missing"),
        (f"urn:oid:{ROOT}.8", "only the bare form"),
        (f" {ROOT}.8", "only the bare form"),
        (f"{ROOT}.80", "not known"),
        (f"{ROOT}.12", "not known"),
        ("2.16.840.1.113883.5.1", "not known"),
        ("", "empty"),
    ],
)
def test_other_oids_are_refused_with_their_reason(text: str, reason: str) -> None:
    with pytest.raises(OidError) as caught:
        parse_oid(text)
    assert caught.value.got == text
    assert reason in caught.value.why
    assert repr(text) in str(caught.value)


def test_error_survives_a_trip_between_processes() -> None:
    error = OidError("1.2", "why")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (copy.got, copy.why, str(copy)) == ("1.2", "why", str(error))

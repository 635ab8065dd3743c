"""The certificate of a peer, whatever it is, can be shown and recognised by."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from simulator.journal.certificate import describe_certificate
from simulator.security.pki import init_pki
from simulator.sessions.recognition import _certificate_values


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> bytes:
    from datetime import UTC, datetime

    summary = init_pki(tmp_path_factory.mktemp("pki") / "pki", now=datetime.now(UTC))
    entry = summary.entry("insi-manu")
    pem = (summary.directory / entry.chain).read_bytes()
    return x509.load_pem_x509_certificates(pem)[0].public_bytes(Encoding.DER)


def broken(good: bytes) -> dict[str, bytes]:
    version = good.index(bytes.fromhex("a003020102"))
    return {
        "version": good[: version + 4] + bytes([107]) + good[version + 5 :],
        "cut": good[:200],
        "empty": b"",
        "text": b"not a certificate",
    }


def test_a_good_one_is_described(good: bytes) -> None:
    shown = describe_certificate(good)
    assert shown["cn"] == "INSI-MANU"
    assert "problem" not in shown


@pytest.mark.parametrize("kind", ["version", "cut", "empty", "text"])
def test_one_that_cannot_be_read_says_so_and_keeps_its_bytes(good: bytes, kind: str) -> None:
    shown = describe_certificate(broken(good)[kind])
    assert set(shown) == {"problem", "der"}
    assert shown["problem"].startswith("this certificate cannot be read")


@pytest.mark.parametrize("kind", ["version", "cut", "empty", "text"])
def test_nobody_is_recognised_by_one_that_cannot_be_read(good: bytes, kind: str) -> None:
    assert _certificate_values(broken(good)[kind]) == ()

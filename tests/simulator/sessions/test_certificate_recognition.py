"""Over mutual TLS a session is recognised by the client certificate, whatever the call says of its software."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from simulator.bench import BenchOptions
from simulator.client import BenchClient
from simulator.security.pki import init_pki
from simulator.serving import ServeOptions, free_port, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Mutual:
    """A simulator with a mutual TLS port."""

    client: BenchClient
    pki: Any
    port: int

    def post(self, entry: str, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        context = ssl.create_default_context(cafile=self.pki.bundle)
        context.load_cert_chain(self.pki.directory / self.pki.entry(entry).combined)
        return httpx.post(
            f"https://localhost:{self.port}/lps",
            content=body,
            headers={"Content-Type": "application/soap+xml; charset=utf-8", **(headers or {})},
            verify=context,
            trust_env=False,
        )

    def certificate(self, entry: str) -> x509.Certificate:
        return x509.load_pem_x509_certificate((self.pki.directory / self.pki.entry(entry).cert).read_bytes())


@pytest.fixture(scope="module")
def mutual(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mutual]:
    folder = tmp_path_factory.mktemp("mutual")
    pki = init_pki(folder / "pki", now=datetime.now(UTC))
    port = free_port()
    bench = BenchOptions(data_dir=folder / "data", people=5, pki=pki.directory)
    with (
        running(ServeOptions(bench=bench, port=0, mtls_port=port)) as url,
        BenchClient(url) as client,
    ):
        yield Mutual(client, pki, port)


def serial(certificate: x509.Certificate) -> str:
    return f"serial={certificate.serial_number:x}"


def canonical(declared: str) -> str:
    return declared if not declared.startswith("serial=") else f"serial={declared[7:].upper()}"


def fingerprint(certificate: x509.Certificate) -> str:
    return f"sha256={certificate.fingerprint(SHA256()).hex()}"


def names(certificate: x509.Certificate) -> str:
    cn, ou = (
        certificate.subject.get_attributes_for_oid(oid)[0].value
        for oid in (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATIONAL_UNIT_NAME)
    )
    return f"CN={cn!s},OU={ou!s}"


@pytest.mark.parametrize("form", [serial, fingerprint, names])
def test_the_certificate_leads_to_the_session(
    mutual: Mutual, soap_request: Callable[..., bytes], form: Callable[[x509.Certificate], str]
) -> None:
    declared = form(mutual.certificate("insi-manu"))
    session = mutual.client.create_session(recognise={"certificate": declared})
    default = mutual.client.session()
    before = len(default.exchanges())
    answer = mutual.post("insi-manu", soap_request())
    assert answer.status_code == 200, answer.text
    mutual.post("insi-auto", soap_request())
    (view,) = session.exchanges()
    session.delete()
    (line,) = [line for line in view.explanation["en"] if "recognised by" in line]
    assert line == f"Session {session.id} recognised by certificate = {canonical(declared)}"
    assert len(default.exchanges()) == before + 1


def test_the_header_comes_before_the_certificate(mutual: Mutual, soap_request: Callable[..., bytes]) -> None:
    claiming = mutual.client.create_session(
        recognise={"certificate": serial(mutual.certificate("insi-manu"))}
    )
    named = mutual.client.create_session()
    mutual.post("insi-manu", soap_request(), {"X-Banc-Session": named.id})
    assert (len(claiming.exchanges()), len(named.exchanges())) == (0, 1)
    claiming.delete()
    named.delete()


def test_a_certificate_that_is_refused_is_refused_in_the_session_it_leads_to(
    mutual: Mutual, soap_request: Callable[..., bytes]
) -> None:
    session = mutual.client.create_session(
        recognise={"certificate": serial(mutual.certificate("insi-manu"))}, clock_offset=20 * 365 * 86400
    )
    assert mutual.post("insi-manu", soap_request()).status_code == 500
    (view,) = session.exchanges()
    assert (view.code, "expired" in view.decision["cause"]) == ("desir_9108", True)
    session.delete()

"""A simulator with every TLS port, and three SOAP stacks as client programs of their own (``<stack>/client.*``).

Outside CI a stack that this machine lacks is skipped with the reason; in CI (``CI`` in the environment) it fails.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import platformdirs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES, serialize_key_and_certificates
from lxml import etree

sys.path.insert(0, str(Path(__file__).parent))
import interop_stacks
from interop_stacks import LackingError, Stack

from simulator.bench import BenchOptions
from simulator.client import BenchClient
from simulator.security.names import SAML
from simulator.security.pki import init_pki
from simulator.security.signing import make_ps_assertion, make_vitale_assertion
from simulator.serving import ServeOptions, free_port, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.client import SessionClient
    from simulator.security.pki import PkiSummary

HERE = Path(__file__).parent
NODE_NEEDED = (20, 19)
"""That of ``engines`` in node/package.json."""
PHP_EXTENSIONS = frozenset({"dom", "openssl", "soap"})
CARD_HOLDER = "800000000001"
"""CN of the card ``cps`` of the PKI."""
STRUCTURE = "10B0000001"
"""OU of the software certificates of the PKI."""


@dataclass(frozen=True)
class TlsBench:
    """A simulator that listens on both TLS ports."""

    client: BenchClient
    pki: PkiSummary
    url: str
    https_url: str
    mtls_url: str
    folder: Path


@dataclass(frozen=True)
class Caller:
    """A stack, calling one strict session that wants every caller to prove who they are."""

    stack: Stack
    bench: TlsBench
    session: SessionClient

    @property
    def way(self) -> str:
        """How ``ask`` proves who calls, as ``arrived`` says it."""
        return "cpx" if self.stack.carries_assertions else "mtls"

    def ask(self, **job: Any) -> dict[str, Any]:
        """Call with the assertion of a card, or with a certificate where the stack cannot carry one."""
        return self.by_card(**job) if self.way == "cpx" else self.by_certificate("insi-manu", **job)

    def by_card(self, *, document: str = "wsdl", **job: Any) -> dict[str, Any]:
        """Call over one-way TLS with the assertion of a card (CPx)."""
        return self._answer(self.job(self.bench.https_url, document) | self.assertion() | job)

    def by_certificate(self, name: str, *, document: str = "wsdl", **job: Any) -> dict[str, Any]:
        """Call over mutual TLS with a certificate of the PKI."""
        entry, folder = self.bench.pki.entry(name), self.bench.pki.directory
        certificate = {
            "cert": str(folder / entry.chain),
            "key": str(folder / entry.key),
            "combined": str(folder / entry.combined),
            "p12": str(folder / entry.p12),
            "old_p12": self._old_p12(folder / entry.combined),
            "password": self.bench.pki.password,
            "issuer": STRUCTURE,
        }
        return self._answer(self.job(self.bench.mtls_url, document) | certificate | job)

    def job(self, url: str, document: str) -> dict[str, Any]:
        address = f"{url}/s/{self.session.id}/lps"
        return {"wsdl": f"{address}?{document}", "url": address, "ca": str(self.bench.pki.bundle)}

    def assertion(self) -> dict[str, str]:
        """Sign a PS assertion, as the middleware of the card would for this call."""
        card, folder = self.bench.pki.entry("cps"), self.bench.pki.directory
        signed = make_ps_assertion(
            (folder / card.cert).read_bytes(),
            (folder / card.key).read_bytes(),
            attributes={"identifiantFacturation": "990000001", "secteurActivite": "SA07"},
            issue_instant=datetime.now(UTC),
        )
        return {"assertion": self._file("ps.xml", signed), "issuer": CARD_HOLDER}

    def vitale(self, serial: str) -> dict[str, str]:
        """Make the assertion of a Vitale card."""
        made = make_vitale_assertion(serial=serial, issuer=CARD_HOLDER, issue_instant=datetime.now(UTC))
        return {"vitale": self._file("vitale.xml", made)}

    def arrived(self) -> list[tuple[str, str, list[str]]]:
        """Return what the journal has of the calls: how the caller proved who they are, answer, unknown findings.

        The session refuses whoever proves nothing: a call without an assertion came with a certificate.
        """
        return [
            (
                "cpx" if _has_assertion(exchange.request_xml) else "mtls",
                exchange.code,
                [
                    finding["code"]
                    for finding in exchange.findings
                    if finding["code"] not in self.stack.findings
                ],
            )
            for exchange in self.session.exchanges()
        ]

    def _old_p12(self, combined: Path) -> str:
        """Write the key and its certificates as PKCS#12 with the algorithms that Mono knows."""
        pem = combined.read_bytes()
        leaf, *authorities = x509.load_pem_x509_certificates(pem)
        encryption = (
            serialization.PrivateFormat.PKCS12.encryption_builder()
            .kdf_rounds(2048)
            .key_cert_algorithm(PBES.PBESv1SHA1And3KeyTripleDESCBC)
            .hmac_hash(hashes.SHA1())  # noqa: S303 - it knows no newer one
            .build(self.bench.pki.password.encode())
        )
        key = serialization.load_pem_private_key(pem, None)
        made = serialize_key_and_certificates(b"client", key, leaf, authorities, encryption)  # type: ignore[arg-type] # RSA and EC only
        return self._file("client.p12", made)

    def _file(self, kind: str, content: bytes) -> str:
        path = self.bench.folder / f"{self.session.id}-{kind}"
        path.write_bytes(content)
        return str(path)

    def _answer(self, job: dict[str, Any]) -> dict[str, Any]:
        done = self.stack.run(job)
        assert done.returncode == 0, done.stdout + done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


def _has_assertion(request: str) -> bool:
    return etree.fromstring(request.encode()).find(f".//{{{SAML}}}Assertion") is not None


@pytest.fixture(scope="session")
def tls_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsBench]:
    folder = tmp_path_factory.mktemp("interop")
    pki = init_pki(folder / "pki", now=datetime.now(UTC))
    https_port, mtls_port = free_port(), free_port()
    options = ServeOptions(
        bench=BenchOptions(data_dir=folder / "data", people=5, pki=pki.directory),
        port=0,
        https_port=https_port,
        mtls_port=mtls_port,
    )
    with running(options) as url, BenchClient(url) as client:
        yield TlsBench(
            client=client,
            pki=pki,
            url=url,
            https_url=f"https://127.0.0.1:{https_port}",
            mtls_url=f"https://127.0.0.1:{mtls_port}",
            folder=folder,
        )


# They take long to build or to start.
_SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in interop_stacks.GENERATED]


@pytest.fixture(scope="session")
def make_stack(tls_bench: TlsBench, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Stack]:
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # that of all workers

    @cache
    def make(name: str) -> Stack:
        if name not in interop_stacks.GENERATED:
            return _STACKS[name]()
        address = f"{tls_bench.url}/lps?wsdl"
        try:
            return interop_stacks.make(name, (address, f"{address}=inferred"), root)
        except LackingError as error:
            _lacking(str(error))

    return make


@pytest.fixture(params=["zeep", "node", "php", *_SLOW])
def stack(request: pytest.FixtureRequest, make_stack: Callable[[str], Stack]) -> Stack:
    return make_stack(request.param)


@pytest.fixture(params=["zeep", *_SLOW])
def verifier(request: pytest.FixtureRequest, make_stack: Callable[[str], Stack]) -> Stack:
    """A stack whose client knows the unit verification too."""
    return make_stack(request.param)


@pytest.fixture
def make_caller(tls_bench: TlsBench) -> Iterator[Callable[[Stack], Caller]]:
    sessions = []

    def make(stack: Stack) -> Caller:
        sessions.append(
            tls_bench.client.create_session(authentication="required", strictness=stack.strictness)
        )
        return Caller(stack, tls_bench, sessions[-1])

    yield make
    for session in sessions:
        session.delete()


@pytest.fixture
def caller(stack: Stack, make_caller: Callable[[Stack], Caller]) -> Caller:
    return make_caller(stack)


def _zeep() -> Stack:
    return Stack((sys.executable, str(HERE / "zeep" / "client.py")), encode=json.dumps)


def _node() -> Stack:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        _lacking("node and npm are not installed")
    version = subprocess.run([node, "--version"], capture_output=True, check=True, text=True).stdout.strip()
    if tuple(map(int, version.removeprefix("v").split(".")[:2])) < NODE_NEEDED:
        _lacking(f"Node {'.'.join(map(str, NODE_NEEDED))} or newer is needed, this is {version}")
    return Stack(
        (node, str(HERE / "node" / "client.js")), {"NODE_PATH": str(_node_modules(npm))}, encode=json.dumps
    )


def _node_modules(npm: str) -> Path:
    """Install what package.json and its lock name, once per machine, outside the repository."""
    wanted = [HERE / "node" / name for name in ("package.json", "package-lock.json")]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in wanted)).hexdigest()[:16]
    cache = platformdirs.user_cache_path("banc-insi", appauthor=False, ensure_exists=True)
    installed = cache / f"interop-{digest}"
    if not installed.exists():
        # Beside, then renamed: another process never sees half of it.
        with tempfile.TemporaryDirectory(dir=cache, ignore_cleanup_errors=True) as beside:
            folder = Path(beside) / "node"
            folder.mkdir()
            for path in wanted:
                shutil.copy(path, folder)
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(command, cwd=folder, capture_output=True, check=False, text=True)
            if done.returncode != 0:
                _lacking(f"npm could not install the package soap: {done.stderr[-600:]}")
            try:
                folder.rename(installed)
            except OSError:
                if not installed.exists():  # otherwise another process was first
                    raise
    return installed / "node_modules"


def _php() -> Stack:
    php = shutil.which("php")
    if php is None:
        _lacking("PHP is not installed (Debian: apt-get install php-cli php-soap php-xml)")
    listed = subprocess.run([php, "-m"], capture_output=True, check=True, text=True).stdout.lower().split()
    if missing := PHP_EXTENSIONS.difference(listed):
        _lacking(f"PHP lacks {', '.join(sorted(missing))} (Debian: apt-get install php-cli php-soap php-xml)")
    return Stack((php, str(HERE / "php" / "client.php")), encode=json.dumps)


_STACKS = {"zeep": _zeep, "node": _node, "php": _php}


def _lacking(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)

"""One user's connection: a thin HTTP/1.1 client that says in a word what went wrong."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from geventhttpclient import HTTPClient
from geventhttpclient.response import HTTPConnectionClosed, HTTPParseError, HTTPSocketPoolResponse

from conformance.load.calling.judging import MAX_ANSWER
from simulator.security.pki import read_pki
from simulator.security.tls import usual_tls
from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CLIENT_CERTIFICATE: Final = "insi-manu"
"""Entry of the PKI with which users call over mutual TLS."""


class ConnectionProblemError(TextError):
    """No connection can be opened; the message says why and what to do."""


def tls_problem(base: str, reason: str) -> Text:
    """Return what a failed handshake means, in words."""
    if (
        "WRONG_VERSION" in reason
        or "wrong version" in reason
        or "RECORD_LAYER" in reason
        or "record layer" in reason
    ):
        return Text(
            f"{base} ne parle pas TLS : écrivez http:// pour ce port, ou donnez le port TLS",
            f"{base} does not speak TLS: write http:// for this port, or give the port of TLS",
        )
    if "CERTIFICATE_VERIFY" in reason or "certificate verify failed" in reason:
        return Text(
            f"le certificat de {base} n'est pas de confiance : donnez le dossier de ses certificats par --pki",
            f"the certificate of {base} is not trusted: give the folder of its certificates with --pki",
        )
    return Text(
        f"{base} refuse la poignée de main ({reason}) : un port TLS mutuel veut un certificat de sa propre autorité ; donnez --transport mtls et son --pki",
        f"{base} refuses the handshake ({reason}): a mutual TLS port wants a certificate of its own authority; "
        "give --transport mtls and its --pki",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back."""

    seconds: float
    """From the first byte sent to the last one read."""
    status: int = 0
    body: bytes = b""
    failure: str | None = None
    """``refused``, ``reset``, ``timeout``, ``tls``, ``closed``: no answer, and why."""


IDLE_S: Final = 4.0
"""A connection unused for longer is opened anew: the server may have closed it meanwhile."""
_CHUNK: Final = 65536


class Connection:
    """A connection that one user keeps."""

    def __init__(self, base: str, *, timeout: float, tls: ssl.SSLContext | None = None) -> None:
        """Say where to; nothing is sent yet. ``timeout``: seconds to connect, and to wait for bytes."""
        self._base = base
        parts = urlsplit(base)
        secure = parts.scheme == "https"
        options: dict[str, Any] = {"ssl": True, "ssl_context_factory": lambda *_, **__: tls} if secure else {}
        self._make: Callable[[], Any] = lambda: HTTPClient(
            parts.hostname or "",
            port=parts.port or (443 if secure else 80),
            concurrency=1,
            connection_timeout=timeout,
            network_timeout=timeout,
            **options,
        )
        self._http = self._make()
        self._host = parts.netloc.rpartition("@")[2]
        self._heads: dict[tuple[str, tuple[tuple[str, str], ...]], bytes] = {}
        self._used = 0.0

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send one request and read its answer whole."""
        started = time.perf_counter()
        if self._used and started - self._used > IDLE_S:
            self._renew()
        try:
            response = self._sent(path, body, headers)
            content = b""
            while len(content) <= MAX_ANSWER and (chunk := bytes(response.read(_CHUNK))):
                content += chunk
            self._used = time.perf_counter()
            if len(content) > MAX_ANSWER:
                self._renew()
            return Reply(seconds=self._used - started, status=response.status_code, body=content)
        except ConnectionRefusedError:
            failure = "refused"
        except ssl.SSLError:
            failure = "tls"
        except TimeoutError:
            failure = "timeout"
        except (HTTPConnectionClosed, HTTPParseError, EOFError):
            failure = "closed"
        except OSError:
            failure = "reset"
        self._renew()
        return Reply(seconds=time.perf_counter() - started, failure=failure)

    def _sent(self, path: str, body: bytes, headers: Mapping[str, str]) -> Any:
        """Send a request and return its answer, of which the head has been read.

        The head of the request is written once for each path and set of headers: the client's own way merges and checks
        headers anew for each call, which costs as much as judging the answer does.
        """
        key = path, tuple(headers.items())
        head = self._heads.get(key)
        if head is None:
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            head = f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nUser-Agent: banc-load\r\n{lines}Content-Length: ".encode()
            self._heads[key] = head
        pool = self._http._connection_pool  # noqa: SLF001 - it has no public name; the version is bounded in pyproject.toml
        socket = pool.get_socket()
        try:
            socket.sendall(b"%b%d\r\n\r\n%b" % (head, len(body), body))
        except OSError:
            pool.release_socket(socket)
            raise
        return HTTPSocketPoolResponse(socket, pool, method="POST")

    def check(self, path: str) -> None:
        """Open the connection and read something, to learn whether it can be opened.

        Raises:
            ConnectionProblemError: it cannot; the message says why.
        """
        try:
            self._http.request("GET", path).read()
        except ssl.SSLCertVerificationError as error:
            raise ConnectionProblemError(
                Text(
                    f"le certificat de {self._base} n'est pas de confiance ({error.verify_message}) : donnez le dossier de ses certificats par --pki",
                    f"the certificate of {self._base} is not trusted ({error.verify_message}): "
                    "give the folder of its certificates with --pki",
                )
            ) from error
        except ssl.SSLError as error:
            raise ConnectionProblemError(tls_problem(self._base, str(error))) from error
        except (OSError, HTTPConnectionClosed, HTTPParseError) as error:
            raise ConnectionProblemError(
                Text(
                    f"{self._base} ne répond pas ({error}) ; est-il démarré ?",
                    f"{self._base} does not answer ({error}); is it started?",
                )
            ) from error
        finally:
            self._renew()

    def close(self) -> None:
        """Close it."""
        self._http.close()

    def _renew(self) -> None:
        self._http.close()
        self._http = self._make()
        self._used = 0.0


def tls_context(pki: str | None, *, mutual: bool) -> ssl.SSLContext:
    """Return what a user trusts and, for mutual TLS, the certificate that it shows."""
    if pki is None:
        return usual_tls()
    summary = read_pki(Path(pki))
    context = ssl.create_default_context(cafile=str(summary.bundle))
    # The throw-away authorities lack what newer Pythons ask for in strict mode.
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    if mutual:
        entry = summary.entry(CLIENT_CERTIFICATE)
        context.load_cert_chain(str(summary.directory / entry.chain), str(summary.directory / entry.key))
    return context

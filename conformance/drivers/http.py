"""The driver of software that implements ``openapi.yaml``: one HTTP request per verb."""

from __future__ import annotations

import json
import ssl
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

import httpcore

from conformance.drivers import wire
from conformance.drivers.ahead import WITH, Ahead
from conformance.drivers.bounded import NotJsonError, TooLargeError, collect
from conformance.drivers.deadline import Deadline
from conformance.drivers.errors import DriverError, Fault
from conformance.drivers.http_answer import HttpAnswer, Sent
from conformance.drivers.settings import DriverSettings
from conformance.drivers.verbs import Driver
from simulator.client.connection import Connection
from simulator.security.tls import usual_tls
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from conformance.drivers.model import Actor
    from conformance.drivers.raw import RawExchange
    from conformance.drivers.verbs import Declaration


class HttpDriver(Driver):
    """Drives a software over the HTTP driver API. One request at a time, from any thread.

    Args:
        base_url: where the driver API is served, for instance ``http://127.0.0.1:9000/banc``.
        timeout: seconds that one verb may take in all, the last byte of its answer included. An INSi call of the
            software happens inside one request, with its own time-outs and its retries: keep this longer than all
            of them together.
        settings: TLS and headers; its address and time are replaced by the two above when they are given.
        on_exchange: told of every request and answer, as they travelled.

    Raises:
        DriverError: an environment variable or a certificate of the settings is missing or unusable.
    """

    def __init__(
        self,
        base_url: str = "",
        *,
        timeout: float | None = None,
        settings: DriverSettings | None = None,
        on_exchange: Callable[[RawExchange], None] | None = None,
    ) -> None:
        """Prepare the connection; nothing is sent yet."""
        chosen = settings or DriverSettings()
        self.settings = replace(
            chosen, url=(base_url or chosen.url).rstrip("/"), timeout=timeout or chosen.timeout
        )
        self.base_url = self.settings.url
        self.on_exchange = on_exchange
        self._secret = self.settings.secret_headers()
        self._deadline = Deadline()
        self._ahead = Ahead()
        self._one_at_a_time = threading.Lock()
        # The software under test is near: a proxy of the environment would only get in the way, so none is used.
        self._context = tls_context(self.settings)
        self._connection: Connection | None = None
        self._prefix: str | None = None
        """What the path of every request begins with; ``None``: each address has to be taken apart."""

    def __enter__(self) -> Self:
        """Return the driver."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()

    def carry(self, declaration: Declaration, actor: Actor | None, arguments: Mapping[str, Any]) -> Any:
        """Send one request and return the answer, or raise what the answer means."""
        with self._one_at_a_time:
            if came := self._ahead.take(declaration, actor, arguments):
                return self._taken(declaration, *came)
            self._ahead.forget()
            answer, result = self._asked(declaration, actor, arguments)
            answer.read(lambda: self._ahead.keep(declaration, actor, arguments, answer))
        return result

    def outdated(self) -> None:
        """Ask for everything anew: something was done, or time went by."""
        self._ahead.forget()

    def _taken(self, declaration: Declaration, document: Any, answer: HttpAnswer) -> Any:
        """Return what came with an earlier answer."""
        if self.on_exchange is not None:
            self.on_exchange(answer.exchange)
        operation = f"{declaration.name} ({answer.operation})"
        return answer.read(lambda: declaration.read_answer(wire.Node(operation, document)))

    def _asked(
        self, declaration: Declaration, actor: Actor | None, arguments: Mapping[str, Any]
    ) -> tuple[HttpAnswer, Any]:
        path, query, body = declaration.http_request(arguments)
        if self._capabilities and (together := self._ahead.wanted(declaration, self._capabilities)):
            query[WITH] = together
        operation = f"{declaration.name} ({declaration.method} {path})"
        target = self.base_url + path + (f"?{urlencode(query)}" if query else "")
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            **({} if body is None else {"Content-Type": "application/json"}),
            **_actor_headers(actor, operation),
            **self.settings.headers,
        }
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        answer = HttpAnswer(operation, declaration, Sent(target, headers, self._secret, content))
        try:
            self._receive(answer, declaration.method, target, {**headers, **self._secret}, content)
        finally:
            if self.on_exchange is not None:
                self.on_exchange(answer.exchange)
        return answer, answer.understood()

    def _receive(
        self, answer: HttpAnswer, method: str, target: str, headers: Mapping[str, str], content: bytes
    ) -> None:
        """Send the request and collect the answer."""
        limit = self.settings.timeout
        self._deadline.start(limit)
        try:
            if self._connection is None:
                self._connection = Connection(self.base_url, context=self._context, left=self._deadline.left)
                self._prefix = _path_of(self.base_url)
            path = (
                httpcore.URL(target).target.decode("ascii")
                if self._prefix is None
                else self._prefix + target[len(self.base_url) :]
            )
            fields = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
            reply = self._connection.request(method, path, fields, content)
            answer.begin(reply.status, reply.headers)
            collect(reply.chunks, answer.header("content-encoding"), answer.content)
        except TooLargeError as error:
            raise answer.error(error.text, fault=Fault.TOO_LARGE) from error
        except NotJsonError as error:
            raise answer.error(error.text, fault=Fault.CONTRACT) from error
        except httpcore.TimeoutException as error:
            raise answer.late(limit, self.base_url) from error
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
            OSError,
        ) as error:
            if answer.elapsed() >= limit:  # A time-out may look like a broken connection.
                raise answer.late(limit, self.base_url) from error
            raise answer.unreachable(self.base_url, error) from error
        except (ValueError, TypeError, UnicodeError) as error:
            raise answer.unreachable(self.base_url, error) from error


def _path_of(url: str) -> str | None:
    """Return the path of an address; ``None`` when more follows it."""
    return None if {"?", "#"} & set(url) else httpcore.URL(url).target.decode("ascii").rstrip("/")


def _actor_headers(actor: Actor | None, operation: str) -> dict[str, str]:
    if actor is None:
        return {}
    if not (actor.user.isascii() and actor.user.isprintable()):
        raise DriverError(
            Text(
                f"{operation} : le nom d'utilisateur {actor.user!r} ne peut pas voyager dans un en-tête HTTP",
                f"{operation}: the user name {actor.user!r} cannot travel in an HTTP header",
            ),
            hint=Text("Prenez des noms d'utilisateur en ASCII.", "Use ASCII user names."),
            fault=Fault.SETUP,
        )
    return {wire.USER_HEADER: actor.user, wire.ROLE_HEADER: actor.role.value}


def tls_context(settings: DriverSettings) -> ssl.SSLContext:
    """Return what the driver trusts, and its own certificate.

    Raises:
        DriverError: a file of the settings cannot be used.
    """
    if settings.tls_ca is None and settings.client_cert is None:
        return usual_tls()
    try:
        context = ssl.create_default_context(cafile=settings.tls_ca)
        if settings.client_cert is not None:
            context.load_cert_chain(settings.client_cert, settings.client_key)
    except (OSError, ssl.SSLError) as error:
        files = ", ".join(
            str(path) for path in (settings.tls_ca, settings.client_cert, settings.client_key) if path
        )
        raise DriverError(
            Text(
                f"certificats du pilote inutilisables ({files}) : {error}",
                f"unusable certificates of the driver ({files}): {error}",
            ),
            hint=Text(
                "tls_ca et client_cert sont des fichiers PEM ; la clé ne doit pas être chiffrée.",
                "tls_ca and client_cert are PEM files; the key must not be encrypted.",
            ),
            fault=Fault.SETUP,
        ) from error
    return context

"""The driver of software that implements ``openapi.yaml``: one HTTP request per verb."""

from __future__ import annotations

import json
import ssl
import threading
import time
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

import httpcore

from conformance.drivers import wire
from conformance.drivers.ahead import WITH, Ahead
from conformance.drivers.bounded import NotJsonError, TooLargeError, collect, excerpt, parse
from conformance.drivers.deadline import Deadline
from conformance.drivers.errors import DriverError, Fault, VerbNotSupportedError
from conformance.drivers.raw import MASK, RawExchange, shown_bytes
from conformance.drivers.settings import DriverSettings
from conformance.drivers.verbs import Driver
from simulator.client.connection import Connection
from simulator.security.tls import usual_tls
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from conformance.drivers.model import Actor
    from conformance.drivers.verbs import Declaration

_SEE_API = Text(
    "Un refus du logiciel est 409 ou 422 ; voyez « banc driver show ».",
    "A refusal of the software is 409 or 422; see “banc driver show”.",
)


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

    def _taken(self, declaration: Declaration, document: Any, answer: _Answer) -> Any:
        """Return what came with an earlier answer."""
        if self.on_exchange is not None:
            self.on_exchange(answer.exchange)
        operation = f"{declaration.name} ({answer.operation})"
        return answer.read(lambda: declaration.read_answer(wire.Node(operation, document)))

    def _asked(
        self, declaration: Declaration, actor: Actor | None, arguments: Mapping[str, Any]
    ) -> tuple[_Answer, Any]:
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
        answer = _Answer(operation, declaration, _Request(target, headers, self._secret, content))
        try:
            self._receive(answer, declaration.method, target, {**headers, **self._secret}, content)
        finally:
            if self.on_exchange is not None:
                self.on_exchange(answer.exchange)
        return answer, answer.understood()

    def _receive(
        self, answer: _Answer, method: str, target: str, headers: Mapping[str, str], content: bytes
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


@dataclass(frozen=True, slots=True)
class _Request:
    """What was sent: put into words only when somebody looks."""

    target: str
    headers: Mapping[str, str]
    secret: Mapping[str, str]
    content: bytes

    def shown(self, method: str) -> str:
        lines = [f"{method} {self.target}", *(f"{name}: {value}" for name, value in self.headers.items())]
        lines += [f"{name}: {MASK}" for name in self.secret]
        return "\n".join([*lines, "", shown_bytes(self.content)])


class _Travelled(RawExchange):
    """A request with its answer; most checks pass, and nobody reads what travelled for them."""

    __slots__ = ("_answer",)
    _answer: _Answer

    def __init__(self, answer: _Answer) -> None:
        object.__setattr__(self, "_answer", answer)
        object.__setattr__(self, "seconds", answer.elapsed())

    @property
    def sent(self) -> str:
        return self._answer.sent.shown(self._answer.declaration.method)

    @property
    def received(self) -> str:
        answer = self._answer
        if not answer.status:
            return ""
        lines = [f"HTTP {answer.status}", *(f"{name}: {value}" for name, value in answer.headers)]
        return "\n".join([*lines, "", shown_bytes(bytes(answer.content))])


class _Answer:
    """What comes back to one request, and what it means."""

    def __init__(self, operation: str, declaration: Declaration, sent: _Request) -> None:
        self.operation = operation
        self.declaration = declaration
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.content = bytearray()
        self.document: Any = None
        """The JSON that came, once understood."""
        self.sent = sent
        self.began_at = time.monotonic()

    def begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self.status = status
        self.headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]

    def header(self, name: str) -> str:
        return next((value for known, value in self.headers if known.lower() == name), "")

    def elapsed(self) -> float:
        return time.monotonic() - self.began_at

    @property
    def exchange(self) -> RawExchange:
        return _Travelled(self)

    def error(self, text: Text, *, hint: Text | None = None, fault: Fault = Fault.FAILED) -> DriverError:
        return DriverError(
            Text(f"{self.operation} : {text.fr}", f"{self.operation}: {text.en}"),
            hint=hint,
            fault=fault,
            exchange=self.exchange,
        )

    def late(self, limit: float, address: str) -> DriverError:
        count = len(self.content)
        came = (
            Text(f"{count} octets reçus, la suite manque", f"{count} bytes came, the rest is missing")
            if self.status
            else Text("rien n'est venu", "nothing came")
        )
        return self.error(
            Text(
                f"pas de réponse complète de {address} en {limit:g} s ({came.fr})",
                f"no whole answer from {address} within {limit:g} s ({came.en})",
            ),
            hint=Text(
                "Le logiciel est-il bloqué ? Sinon, donnez au pilote plus de temps que le logiciel n'en laisse à INSi.",
                "Is the software stuck? Otherwise give the driver a longer time-out than the software's own for INSi.",
            ),
            fault=Fault.TIMEOUT,
        )

    def unreachable(self, address: str, error: Exception) -> DriverError:
        said = str(error) or type(error).__name__
        return self.error(
            Text(f"{address} ne peut pas être joint : {said}", f"{address} cannot be reached: {said}"),
            hint=Text(
                "Le logiciel est-il démarré, et est-ce l'adresse de son API de pilotage ?",
                "Is the software started, and is this the address of its driver API?",
            ),
            fault=Fault.UNREACHABLE,
        )

    def understood(self) -> Any:
        """Return the answer; raise what any other than a good one means."""
        status, verb = self.status, self.declaration.verb
        if status == HTTPStatus.NOT_IMPLEMENTED and verb is not None:
            raise VerbNotSupportedError(verb, self._declared_reason())
        if status in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
            refused = f"{self.operation}, refusal {status}"
            raise self.read(lambda: wire.read_refusal(wire.Node(refused, self._json())))
        if status == HTTPStatus.NO_CONTENT:
            return self.read(lambda: self.declaration.read_answer(wire.Node(self.operation, None)))
        if HTTPStatus(200) <= status < HTTPStatus.MULTIPLE_CHOICES:
            return self.read(lambda: self.declaration.read_answer(wire.Node(self.operation, self._json())))
        said = excerpt(bytes(self.content))
        raise self.error(Text(f"HTTP {status} : {said.fr}", f"HTTP {status}: {said.en}"), hint=self._hint())

    def read(self, read: Callable[[], Any]) -> Any:
        """Return what ``read`` makes of the document; an error in it names what travelled."""
        try:
            return read()
        except DriverError as error:
            error.exchange = self.exchange
            raise

    def _hint(self) -> Text:
        if HTTPStatus.MULTIPLE_CHOICES <= self.status < HTTPStatus.BAD_REQUEST:
            where = self.header("location") or "?"
            return Text(
                f"Les redirections ne sont pas suivies : donnez l'adresse finale ({where!r}).",
                f"Redirects are not followed: give the final address ({where!r}).",
            )
        if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Text(
                "Le logiciel a échoué : son propre journal dit pourquoi.",
                "The software failed: its own log says why.",
            )
        if self.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            return Text(
                "L'API de pilotage demande une authentification : headers_from_env dans le plan, --header-env en commande.",
                "The driver API asks for authentication: headers_from_env in the plan, --header-env on the command line.",
            )
        if self.status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}:
            return Text(
                "Objet inconnu, ou partie de l'API de pilotage non réalisée : retirez alors le verbe de /capabilities,"
                " avec la raison dans not_supported.",
                "Unknown object, or this part of the driver API is not implemented:"
                " then leave the verb out of /capabilities with its reason in not_supported.",
            )
        return _SEE_API

    def _json(self) -> Any:
        content = bytes(self.content)
        try:
            _must_be_json(self.header("content-type"))
            self.document = parse(content)
        except TooLargeError as error:
            raise self.error(error.text, fault=Fault.TOO_LARGE) from error
        except NotJsonError as error:
            why, said = error.text, excerpt(content)
            raise self.error(
                Text(
                    f"HTTP {self.status} : attendu du JSON (application/json, UTF-8), reçu {said.fr} ({why.fr})",
                    f"HTTP {self.status}: expected JSON (application/json, UTF-8), got {said.en} ({why.en})",
                ),
                hint=Text(
                    "Est-ce l'adresse de l'API de pilotage, et non des pages du logiciel ?",
                    "Is this the address of the driver API, and not of the software's own pages?",
                ),
                fault=Fault.CONTRACT,
            ) from error
        else:
            return self.document

    def _declared_reason(self) -> str:
        """Return the reason of a 501; it counts as declared even when it comes in no good form."""
        try:
            reason = wire.Node("", self._json()).key("reason").text()
        except DriverError:
            reason = ""
        return reason or "answered 501 without a reason"


def _must_be_json(kind: str) -> None:
    name = kind.partition(";")[0].strip().lower()
    # An answer that does not say what it is may still be right.
    if name and name != "application/json" and not name.endswith("+json"):
        raise NotJsonError(Text.same(f"Content-Type {kind!r}"))


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

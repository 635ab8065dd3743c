"""What comes back to one request of the HTTP driver, and what it means: an answer, a refusal, or software that cannot be driven."""

from __future__ import annotations

import time
from dataclasses import dataclass
from http import HTTPStatus
from types import NoneType
from typing import TYPE_CHECKING, Any

from conformance.drivers import wire
from conformance.drivers.bounded import NotJsonError, TooLargeError, excerpt, parse
from conformance.drivers.errors import DriverError, Fault, VerbNotSupportedError
from conformance.drivers.raw import MASK, RawExchange, shown_bytes
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.verbs import Declaration

_SEE_API = Text(
    "Un refus du logiciel est 409 ou 422 ; voyez « banc driver show ».",
    "A refusal of the software is 409 or 422; see “banc driver show”.",
)


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent: put into words only when somebody looks."""

    target: str
    headers: Mapping[str, str]
    secret: Mapping[str, str]
    content: bytes

    def shown(self, method: str) -> str:
        """Return the request as text, what is secret masked."""
        lines = [f"{method} {self.target}", *(f"{name}: {value}" for name, value in self.headers.items())]
        lines += [f"{name}: {MASK}" for name in self.secret]
        return "\n".join([*lines, "", shown_bytes(self.content)])


class _Travelled(RawExchange):
    """A request with its answer; most checks pass, and nobody reads what travelled for them."""

    __slots__ = ("_answer",)
    _answer: HttpAnswer

    def __init__(self, answer: HttpAnswer) -> None:
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


class HttpAnswer:
    """What comes back to one request, and what it means."""

    def __init__(self, operation: str, declaration: Declaration, sent: Sent) -> None:
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
        """Note what comes before the body."""
        self.status = status
        self.headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]

    def header(self, name: str) -> str:
        """Return the value of a header, named in lower case; empty: there is none."""
        return next((value for known, value in self.headers if known.lower() == name), "")

    def elapsed(self) -> float:
        """Return for how many seconds this is on its way."""
        return time.monotonic() - self.began_at

    @property
    def exchange(self) -> RawExchange:
        """Return what travelled."""
        return _Travelled(self)

    def error(self, text: Text, *, hint: Text | None = None, fault: Fault = Fault.FAILED) -> DriverError:
        """Return the error that something is wrong with this request."""
        return DriverError(
            Text(f"{self.operation} : {text.fr}", f"{self.operation}: {text.en}"),
            hint=hint,
            fault=fault,
            exchange=self.exchange,
        )

    def late(self, limit: float, address: str) -> DriverError:
        """Return the error that the answer did not come whole in time (seconds)."""
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
        """Return the error that nobody answers at an address."""
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
        # Frameworks answer 200 and nothing for an act that returns nothing: what was done is done.
        is_done = HTTPStatus(200) <= status < HTTPStatus.MULTIPLE_CHOICES
        is_bare = self.declaration.answer is NoneType and not self.content
        if status == HTTPStatus.NO_CONTENT or (is_done and is_bare):
            return self.read(lambda: self.declaration.read_answer(wire.Node(self.operation, None)))
        if is_done:
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
            if self.declaration.method == "GET" and "{" not in self.declaration.path:
                return Text(
                    "Rien à montrer se répond 200, avec un tableau vide. Si cette partie de l'API de pilotage n'est pas"
                    " réalisée, retirez le verbe de /capabilities, avec la raison dans not_supported.",
                    "Nothing to show is answered 200, with an empty array. If this part of the driver API is not"
                    " implemented, leave the verb out of /capabilities with its reason in not_supported.",
                )
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
                hint=self._hint_at_json(content),
                fault=Fault.CONTRACT,
            ) from error
        else:
            return self.document

    def _hint_at_json(self, content: bytes) -> Text:
        if self.status in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
            return Text(
                'Un refus se répond en JSON : {"code": "…", "message": "…"}.',
                'A refusal is answered in JSON: {"code": "…", "message": "…"}.',
            )
        if not content.strip():
            return Text(
                "Cet acte a une réponse : « banc driver show » la montre.",
                "This act has an answer: “banc driver show” shows it.",
            )
        try:
            parse(content)
        except (NotJsonError, TooLargeError):
            return Text(
                "Est-ce l'adresse de l'API de pilotage, et non des pages du logiciel ?",
                "Is this the address of the driver API, and not of the software's own pages?",
            )
        return Text(
            "C'est pourtant du JSON : annoncez-le par Content-Type: application/json.",
            "It is JSON all the same: announce it by Content-Type: application/json.",
        )

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

"""What INSi received while the software did something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simulator.client import ExchangeView, SessionClient

_T = TypeVar("_T")


class Wire:
    """The requests that reach INSi in the session of the campaign."""

    def __init__(self, insi: SessionClient, last_seen: int = 0) -> None:
        """Watch a session; exchanges up to the id ``last_seen`` are known to be from before."""
        self._insi = insi
        self.last_seen = last_seen

    def during(self, act: Callable[[], _T]) -> tuple[_T, list[ExchangeView]]:
        """Do ``act`` and return what it returned, with the exchanges that took place meanwhile, oldest first."""
        self._new()
        result = act()
        return result, self._new()

    def _new(self) -> list[ExchangeView]:
        exchanges = self._insi.exchanges(after=self.last_seen)
        if exchanges:
            self.last_seen = exchanges[-1].id
        return exchanges


def asked(exchange: ExchangeView) -> dict[str, Any]:
    """Return the traits that INSi understood: ``birth_name``, ``first_names`` (one per Prenom), ``sex`` and so on.

    Raises:
        UndecidedError: it understood none, so nothing can be said about them.
    """
    if exchange.traits is None:
        cause = exchange.decision.get("cause") or exchange.code
        raise UndecidedError(
            f"INSi n'a pas su lire une requête du logiciel ({exchange.code} : {cause})",
            f"INSi could not read a request of the software ({exchange.code}: {cause})",
        )
    return exchange.traits


def need_request(exchanges: Sequence[ExchangeView]) -> None:
    """Make sure that the software called INSi: without a request the check would prove nothing."""
    if not exchanges:
        raise UndecidedError(
            "le logiciel n'a envoyé aucune requête à INSi alors qu'il devait appeler",
            "the software sent no request to INSi although it had to call",
        )


def need_answer(exchanges: Sequence[ExchangeView], scenario: str) -> None:
    """Make sure that INSi answered what ``scenario`` says: otherwise the software was not put to the test."""
    need_request(exchanges)
    if not any(exchange.decision.get("scenario") == scenario for exchange in exchanges):
        codes = ", ".join(exchange.code for exchange in exchanges)
        raise UndecidedError(
            f"la réponse préparée ({scenario}) n'a pas été servie : les requêtes du logiciel portaient sur une "
            f"autre personne (réponses : {codes})",
            f"the prepared answer ({scenario}) was not served: the requests of the software were about somebody "
            f"else (answers: {codes})",
        )

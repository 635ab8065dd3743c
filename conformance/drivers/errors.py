"""What can go wrong between the bench and the software it drives, in both languages."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from conformance.verdicts import Ending, Verdict
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import Verb
    from conformance.drivers.raw import RawExchange


class Fault(StrEnum):
    """Why a software could not be driven."""

    UNREACHABLE = "unreachable"
    """Nobody answers at this address, or the program does not start, or it has died."""
    TIMEOUT = "timeout"
    """The answer was not whole when its time was over."""
    TOO_LARGE = "too_large"
    """The answer has more bytes, or is nested deeper, than any answer needs."""
    FAILED = "failed"
    """The software answered that it failed, or with a status that the driver API does not know."""
    CONTRACT = "contract"
    """The answer came and is not what the driver API says."""
    SETUP = "setup"
    """The request could not be made: a wrong address, a file or an environment variable that is missing."""


class DriverError(Ending):
    """The software could not be driven: unreachable, crashed, or answered outside the driver API.

    Leads to INCONCLUSIVE, never to FAIL: a set-up error is not blamed on the vendor. ``str()`` gives the
    French sentence; ``text`` and ``hint`` have both languages.

    Attributes:
        text: what happened.
        hint: what the user can do about it; ``None`` when there is nothing to say.
        fault: the kind of trouble, for those who stop after a few of one kind.
        exchange: the request and what came back, as far as it came; ``None`` when nothing was sent.
    """

    def __init__(
        self,
        text: Text | str,
        *,
        hint: Text | str | None = None,
        fault: Fault = Fault.FAILED,
        exchange: RawExchange | None = None,
    ) -> None:
        """Store what happened and, in ``hint``, what the user can do about it."""
        self.text = text if isinstance(text, Text) else Text.same(text)
        self.hint = Text.same(hint) if isinstance(hint, str) and hint else hint or None
        self.fault = fault
        self.exchange = exchange
        super().__init__(self.text.fr)


class VerbNotSupportedError(Ending):
    """The software declares that it cannot do this verb. Leads to NOT_TESTED with the declared reason."""

    verdict = Verdict.NOT_TESTED

    def __init__(self, verb: Verb, reason: str) -> None:
        """Store the verb and the reason declared by the software; an empty one when it only leaves the verb out."""
        super().__init__(f"{verb.value}: {reason or 'not among the verbs declared in /capabilities'}")
        self.text = (
            Text(
                f"Le logiciel déclare ne pas offrir « {verb.value} » : {reason}",
                f"The software declares that it does not offer “{verb.value}”: {reason}",
            )
            if reason
            else Text(
                f"Le pilote n'a pas « {verb.value} » parmi ses verbes (GET /capabilities), et ne dit pas pourquoi (not_supported)",
                f"The driver has no “{verb.value}” among its verbs (GET /capabilities), and does not say why (not_supported)",
            )
        )
        self.verb = verb
        self.reason = reason


class RefusedError(Ending):
    """The software refused the act and changed nothing: what many rules demand.

    A check that expects it catches it; one that does not has found an act that the software has to allow.
    """

    verdict = Verdict.FAIL

    def __init__(self, code: str, message: str, fields: Sequence[str] = ()) -> None:
        """Store the software's own code, the text shown to the user and the fields concerned."""
        super().__init__(f"{code}: {message}")
        self.text = Text(
            f"Le logiciel a refusé un acte qu'il doit permettre : {message} ({code})",
            f"The software refused an act that it has to allow: {message} ({code})",
        )
        self.code = code
        self.message = message
        self.fields = tuple(fields)

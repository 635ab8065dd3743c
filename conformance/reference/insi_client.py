"""One call to INSi over HTTP: a request out, a ``Reply`` back, never an exception."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference import card_soap, soap
from conformance.reference.members import members
from conformance.reference.posting import Lines, PostError, TooLateError
from conformance.reference.reader import CardCriteria
from conformance.reference.seams import Seam
from conformance.reference.sign_in import SignIn
from conformance.reference.soap import Criteria, Reply, ReplyKind, ReturnedIdentity

if TYPE_CHECKING:
    from conformance.reference.seams import Seams


class InsiClient:
    """Sends searches to INSi.

    A real software authenticates here, by client certificate or by a SAML assertion in ``wsse:Security``;
    this one calls a simulator that asks for neither.

    Args:
        instance: UUID of this installation, the same in every request.
        seams: what the values pass on their way.
    """

    def __init__(self, instance: str, seams: Seams) -> None:
        """Prepare the connections; nothing is sent yet."""
        self.instance = instance
        self._seams = seams
        self.sign_in = SignIn(seams)
        # No proxy of the environment: it must not see identities.
        self._lines = Lines()

    def close(self) -> None:
        """Close the connections."""
        self._lines.close()

    def search(self, url: str, criteria: Criteria, *, timeout: float, **about: Any) -> Reply:
        """Search one identity by traits.

        Args:
            url: the SOAP address of INSi.
            criteria: the traits.
            timeout: seconds for the whole exchange.
            about: what the seams may look at, see ``seams.py``.
        """
        criteria = Criteria(**self._seams.one(Seam.SENT, members(criteria), **about))
        return self._passed(self._exchange(url, criteria, timeout, about), about)

    def search_by_card(self, url: str, criteria: CardCriteria, *, timeout: float, **about: Any) -> Reply:
        """Search whoever has this place on a Vitale card; see ``search``."""
        record = members(criteria)
        criteria = CardCriteria(**self._seams.one(Seam.CARD_SENT, record, **about))
        content = card_soap.request_xml(criteria, instance=self.instance)
        leaving: dict[str, Any] = {"content": content, "content_type": card_soap.CONTENT_TYPE}
        leaving = self._seams.one(Seam.LEAVING, leaving, **about)
        received = self.post(url, leaving["content"], leaving["content_type"], timeout=timeout)
        reply = received if isinstance(received, Reply) else soap.read_reply(*received)
        return self._passed(reply, about)

    def _passed(self, reply: Reply, about: dict[str, Any]) -> Reply:
        answered = self._seams.one(
            Seam.REPLY, {"kind": reply.kind, "code": reply.code, "message": reply.message}, **about
        )
        identity = reply.identity
        if identity is not None:
            held = members(identity)
            passed = self._seams.many(Seam.RETURNED, [held], code=reply.code, **about)
            identity = ReturnedIdentity(**passed[0]) if passed else None
        return Reply(**{**answered, "kind": ReplyKind(answered["kind"]), "identity": identity})

    def post(
        self, url: str, content: bytes, content_type: str, *, timeout: float
    ) -> tuple[int, bytes] | Reply:
        """Send one request and return the HTTP status and the body of the answer, or why there is none.

        Args:
            url: the SOAP address of INSi.
            content: the envelope.
            content_type: with its action.
            timeout: seconds for the whole exchange.
        """
        content, headers = self.sign_in.signed(content)
        headers = {"Content-Type": content_type, **headers}
        try:
            status, received = self._lines.post(url, content, headers, timeout=timeout, limit=soap.MAX_BYTES)
        except TooLateError:
            return soap.failure(f"pas de réponse en {timeout:g} s")
        except PostError as error:
            return soap.failure(f"INSi injoignable : {error}")
        return status, self._seams.one(Seam.RAW, {"content": received})["content"]

    def _exchange(self, url: str, criteria: Criteria, timeout: float, about: dict[str, Any]) -> Reply:
        content = soap.request_xml(criteria, instance=self.instance)
        leaving: dict[str, Any] = {"content": content, "content_type": soap.CONTENT_TYPE}
        leaving = self._seams.one(Seam.LEAVING, leaving, **about)
        received = self.post(url, leaving["content"], leaving["content_type"], timeout=timeout)
        return received if isinstance(received, Reply) else soap.read_reply(*received)

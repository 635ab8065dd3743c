"""One call to INSi over HTTP: a request out, a ``Reply`` back, never an exception."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx

from conformance.reference import soap

if TYPE_CHECKING:
    from conformance.reference.defects import Defects
    from conformance.reference.soap import Criteria, Reply


class InsiClient:
    """Sends searches to INSi.

    A real software authenticates here, by client certificate or by a SAML assertion in ``wsse:Security``;
    this one calls a simulator that asks for neither.

    Args:
        instance: UUID of this installation, the same in every request.
        defects: the defects switched on.
    """

    def __init__(self, instance: str, defects: Defects) -> None:
        """Prepare the connections; nothing is sent yet."""
        self._instance = instance
        self._defects = defects
        # A proxy of the environment must not see identities.
        self._http = httpx.Client(trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def search(self, url: str, criteria: Criteria, *, timeout: float) -> Reply:
        """Search one identity by traits.

        Args:
            url: the SOAP address of INSi.
            criteria: the traits.
            timeout: seconds for the whole exchange.
        """
        content = soap.request_xml(criteria, instance=self._instance)
        deadline = time.monotonic() + timeout
        try:
            with self._http.stream(
                "POST",
                url,
                content=content,
                headers={"Content-Type": soap.CONTENT_TYPE},
                timeout=timeout,
            ) as response:
                received = _read(response, deadline)
        except httpx.TimeoutException:
            if "time-out-taken-for-not-found" in self._defects:
                return soap.not_found()
            return soap.failure(f"pas de réponse en {timeout:g} s")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return soap.failure(f"INSi injoignable : {error}")
        return soap.read_reply(response.status_code, received, self._defects)


def _read(response: httpx.Response, deadline: float) -> bytes:
    """Read a body up to the size limit and the deadline: a time-out of httpx is per piece only."""
    received = bytearray()
    for piece in response.iter_bytes():
        received += piece
        if len(received) > soap.MAX_BYTES:
            break
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("the answer came too slowly")
    return bytes(received)

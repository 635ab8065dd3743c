"""What the sinks of a simulator received, from the control API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedItem:
    """An item received, with its bytes."""

    id: int
    sink: str
    """``DMP`` or ``MSSANTE``."""
    kind: str
    """``MAIL``, ``DELIVERED``, ``ITI-41``, ``ITI-18``, ``ITI-43``, ``TD0.2``, ``TD0.9`` or ``OTHER``."""
    session: str
    at: str
    sender: str
    recipients: tuple[str, ...]
    facts: Mapping[str, Any]
    outcome: str
    """What was answered: ``250``, ``Success``, or an error code."""
    content: bytes
    """As it came."""

    @property
    def file(self) -> bytes:
        """The bytes as a file that says by itself what it is: a multipart submission with its Content-Type."""
        kind = str(self.facts.get("content_type", ""))
        if not kind.lower().startswith("multipart/"):
            return self.content
        return (
            f"MIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n".encode("ascii", errors="replace")
            + self.content
        )


class _Bytes(Protocol):
    @property
    def content(self) -> bytes: ...


class Api(Protocol):
    """The control API, as ``BenchClient`` calls it."""

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """Make one call and return its JSON."""
        ...

    def fetch(self, method: str, path: str) -> _Bytes:
        """Make one call and return its answer."""
        ...


class ReceivedClient:
    """The sinks of one simulator, as one session sees them."""

    def __init__(self, client: Api, session: str) -> None:
        """Take the control API and the session whose items are looked at."""
        self._client, self.session = client, session

    def addresses(self) -> dict[str, str]:
        """Return where the sinks listen: ``dmp`` (a URL), ``smtp``, ``smtps``, ``imap``, ``imaps`` (host:port).

        Raises:
            BenchClientError: there is no sink, or no answer.
        """
        return dict(self._client.call("GET", "/api/v1/received/addresses"))

    def last_id(self) -> int:
        """Return the id of the newest item, whosever it is.

        Raises:
            BenchClientError: there is no sink, or no answer.
        """
        return int(self._page(0, 1)["last_id"])

    def after(self, number: int = 0) -> list[ReceivedItem]:
        """Return the items of the session after one, the oldest first, with their bytes.

        Raises:
            BenchClientError: there is no sink, or no answer.
        """
        found: list[ReceivedItem] = []
        while page := self._page(number, 100)["items"]:
            for one in page:
                content = self._client.fetch("GET", f"/api/v1/received/{one['id']}/content").content
                told = {name: value for name, value in one.items() if name != "size"}
                found.append(
                    ReceivedItem(**{**told, "recipients": tuple(one["recipients"])}, content=content)
                )
            number = page[-1]["id"]
        return found

    def tell(self, name: str, told: Mapping[str, Any]) -> None:
        """Say what the DMP answers to the session: ``iti-41`` or ``td0.2``; nothing takes it back.

        Raises:
            BenchClientError: it cannot be told, or no answer.
        """
        path = f"/api/v1/received/answers/{self.session}/{name}"
        if told:
            self._client.call("PUT", path, json=dict(told))
        else:
            self._client.call("DELETE", path)

    def deliver(self, content: bytes, *, sender: str, recipients: tuple[str, ...]) -> int:
        """Put a mail into the mailboxes of the recipients, from elsewhere; return its id.

        Raises:
            BenchClientError: it cannot be delivered, or no answer.
        """
        parameters = {"session": self.session, "sender": sender, "to": ",".join(recipients)}
        headers = {"Content-Type": "message/rfc822"}
        return int(
            self._client.call(
                "POST", "/api/v1/received/mails", params=parameters, content=content, headers=headers
            )["id"]
        )

    def _page(self, after: int, limit: int) -> dict[str, Any]:
        parameters = {"session": self.session, "after": after, "limit": limit}
        return dict(self._client.call("GET", "/api/v1/received", params=parameters))

"""One request to the DMP from its bytes to the bytes of the answer; what came is kept, right or wrong."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from simulator.sinks.dmp.answers import (
    ITI_41_ANSWER,
    SOAP_12,
    TD0_2_ANSWER,
    existence_response,
    fault,
    registry_response,
)
from simulator.sinks.dmp.deciding import RegistryError, errors_of
from simulator.sinks.dmp.mtom import MessageError, pack
from simulator.sinks.dmp.reading import read
from simulator.sinks.kept import NO_SESSION, Sink, SinkFullError

if TYPE_CHECKING:
    from simulator.sinks.dmp.reading import Message
    from simulator.sinks.kept import SinkStore

SUBMITTING: Final = "iti-41"
"""Under what name the store says what submissions are answered: ``{"error": code, "context": text}``, or ``{"accept": True}``
to take whatever can be read."""
EXISTENCE: Final = "td0.2"
"""The same of tests of existence: see ``existence_response``."""
_PATH: Final = re.compile(r"(?:/s/([^/]{1,200}))?/dmp/?")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DmpRequest:
    """An HTTP request."""

    method: str
    path: str
    content_type: str
    body: bytes
    client: str = ""
    """Address of who sends it."""
    tls: bool = False
    problem: str = ""
    """What went wrong while the body came; empty: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DmpAnswer:
    """An HTTP answer."""

    status: int
    content_type: str
    body: bytes


class DmpService:
    """Answers requests. Safe to use from several threads."""

    def __init__(self, store: SinkStore) -> None:
        """Take where what comes is kept, and where it is noted what to answer."""
        self._store = store

    def answer(self, request: DmpRequest) -> DmpAnswer:
        """Answer one request.

        An HTTP error for what is not addressed to the DMP, a SOAP fault for what is no message to it, and an answer of
        the transaction otherwise.
        """
        match = _PATH.fullmatch(request.path)
        if match is None:
            return _plain(404, "the DMP is at /dmp, or at /s/<session>/dmp for a session of the simulator")
        if request.method != "POST":
            return _plain(405, "the DMP takes SOAP requests: POST")
        session = unquote(match[1]) if match[1] else NO_SESSION
        if request.problem:
            return self._refused(request, session, request.problem)
        try:
            message = read(request.content_type, request.body)
        except MessageError as error:
            return self._refused(request, session, str(error))
        try:
            return self._answered(request, session, message)
        except SinkFullError as error:
            errors = [RegistryError(code="XDSRepositoryOutOfResources", context=str(error))]
            return _reply(message, ITI_41_ANSWER, registry_response(message, errors))

    def _answered(self, request: DmpRequest, session: str, message: Message) -> DmpAnswer:
        if message.submission is not None:
            told = self._store.told(session, SUBMITTING) or {}
            if told.get("error"):
                context = str(told.get("context") or "the test bench was told to answer so")
                errors = [RegistryError(code=str(told["error"]), context=context)]
            elif told.get("accept"):
                errors = []
            else:
                errors = errors_of(message, lambda hashes: self._store.recognise(session, hashes))
            submission = message.submission
            facts = {
                "patient_ids": sorted(
                    {
                        *submission.set_patient_ids,
                        *(value for entry in submission.entries for value in entry.patient_ids),
                    }
                ),
                "documents": len(submission.entries),
                "errors": [{"code": one.code, "context": one.context} for one in errors],
            }
            self._keep(
                request, session, message.kind, errors[0].code if errors else "Success", message, facts
            )
            return _reply(message, ITI_41_ANSWER, registry_response(message, errors))
        if message.existence is not None:
            asked, told = message.existence, self._store.told(session, EXISTENCE) or {}
            outcome = "OK" if told.get("exists", True) else "NF"
            facts = {"asked": f"{asked.extension}^^^&{asked.root}&ISO^NH"}
            self._keep(request, session, message.kind, outcome, message, facts)
            return _reply(message, TD0_2_ANSWER, existence_response(message, asked, told))
        reason = f"expected ITI-41 or TD0.2, got {message.body or 'an empty body'!r:.80}"
        self._keep(request, session, message.kind, "Fault", message, {"problem": reason})
        return _fault(message.soap, message.message_id, reason)

    def _refused(self, request: DmpRequest, session: str, problem: str) -> DmpAnswer:
        try:
            self._keep(request, session, "OTHER", "Fault", None, {"problem": problem})
        except SinkFullError as error:
            _log.warning("what the DMP refused is not kept: %s", error)
        return _fault(SOAP_12, "", problem)

    def _keep(  # noqa: PLR0917 - what is kept
        self,
        request: DmpRequest,
        session: str,
        kind: str,
        outcome: str,
        message: Message | None,
        facts: dict[str, Any],
    ) -> None:
        self._store.keep(
            request.body,
            sink=Sink.DMP,
            kind=kind,
            session=session,
            sender=request.client,
            outcome=outcome,
            facts={
                "content_type": request.content_type[:500],
                "tls": request.tls,
                **({"mtom": message.is_mtom, "action": message.action} if message else {}),
                **facts,
            },
        )


def _reply(message: Message, action: str, envelope: bytes) -> DmpAnswer:
    if message.is_mtom:
        kind, body = pack(envelope, action)
        return DmpAnswer(status=200, content_type=kind, body=body)
    if message.soap == SOAP_12:
        kind = f'application/soap+xml; charset=utf-8; action="{action}"'
    else:
        kind = "text/xml; charset=utf-8"
    return DmpAnswer(status=200, content_type=kind, body=envelope)


def _fault(soap: str, relates_to: str, reason: str) -> DmpAnswer:
    kind = "application/soap+xml" if soap == SOAP_12 else "text/xml"
    return DmpAnswer(status=500, content_type=f"{kind}; charset=utf-8", body=fault(soap, relates_to, reason))


def _plain(status: int, text: str) -> DmpAnswer:
    return DmpAnswer(status=status, content_type="text/plain; charset=utf-8", body=f"{text}\n".encode())

"""The driver of software that implements ``openapi.yaml``: one HTTP request per verb."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import httpx

from conformance.drivers import wire
from conformance.drivers.model import Verb
from conformance.drivers.protocol import DriverError, VerbNotSupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from conformance.drivers.model import (
        Actor,
        Attribute,
        AuditEntry,
        Capabilities,
        InsiCall,
        Patient,
        PatientTraits,
        Proposal,
        SearchCriteria,
        Status,
        StatusChange,
    )
    from conformance.drivers.protocol import Driver

    def _checked_by_mypy(driver: HttpDriver) -> Driver:
        return driver


_MODE_TRAITS = "TRAITS"
_EXCERPT = 200
"""How much of an unexpected body an error shows."""


class HttpDriver:
    """Drives a software over the HTTP driver API; implements ``protocol.Driver``.

    Args:
        base_url: where the driver API is served, for instance ``http://127.0.0.1:9000/banc``.
        timeout: seconds to wait for one answer. An INSi call of the software happens inside one request,
            with its own time-outs and its retries: keep this longer than all of them together.
    """

    def __init__(self, base_url: str, *, timeout: float = 60.0) -> None:
        """Prepare the connection; nothing is sent yet."""
        self.base_url = base_url.rstrip("/")
        self._capabilities: Capabilities | None = None
        self._client = httpx.Client(
            timeout=timeout,
            # The software under test is near: a proxy of the environment would only get in the way.
            trust_env=False,
            headers={"Accept": "application/json"},
        )

    def __enter__(self) -> Self:
        """Return the driver."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    # What the software is

    def capabilities(self) -> Capabilities:
        """Return what the software declares about itself, asked anew."""
        self._capabilities = wire.read_capabilities(self._send("capabilities", "GET", "/capabilities"))
        return self._capabilities

    def reset(self, *, insi_url: str) -> None:
        """Forget all patients and logs, restore default settings, call INSi at ``insi_url`` from now on."""
        self._send("reset", "POST", "/reset", body={"insi_url": insi_url})

    # Patients

    def create_patient(self, traits: PatientTraits, *, actor: Actor) -> Patient:
        """Create a patient by hand."""
        node = self._verb(Verb.CREATE_PATIENT, "POST", "/patients", actor=actor, body=wire.to_json(traits))
        return wire.read_patient(node)

    def search_patients(self, criteria: SearchCriteria, *, actor: Actor) -> list[Patient]:
        """Search local patients."""
        query = wire.criteria_to_query(criteria)
        return wire.read_patients(
            self._verb(Verb.SEARCH_PATIENTS, "GET", "/patients", actor=actor, query=query)
        )

    def read_patient(self, patient_id: str, *, actor: Actor) -> Patient:
        """Open a patient file."""
        return wire.read_patient(self._verb(Verb.READ_PATIENT, "GET", _patient(patient_id), actor=actor))

    def update_patient(self, patient_id: str, changes: Mapping[str, str | None], *, actor: Actor) -> Patient:
        """Change identity fields."""
        node = self._verb(Verb.UPDATE_PATIENT, "PATCH", _patient(patient_id), actor=actor, body=dict(changes))
        return wire.read_patient(node)

    def record_proof(self, patient_id: str, kind: str, *, actor: Actor) -> Patient:
        """Record the identity document presented."""
        path = _patient(patient_id, "/proofs")
        return wire.read_patient(
            self._verb(Verb.RECORD_PROOF, "POST", path, actor=actor, body={"kind": kind})
        )

    def validate_identity(self, patient_id: str, *, actor: Actor) -> Patient:
        """Do the explicit user action "valider"."""
        path = _patient(patient_id, "/validation")
        return wire.read_patient(self._verb(Verb.VALIDATE_IDENTITY, "POST", path, actor=actor, body={}))

    def set_attributes(self, patient_id: str, attributes: frozenset[Attribute], *, actor: Actor) -> Patient:
        """Replace the set of attributes."""
        path = _patient(patient_id, "/attributes")
        body = {"attributes": wire.to_json(attributes)}
        return wire.read_patient(self._verb(Verb.SET_ATTRIBUTES, "PUT", path, actor=actor, body=body))

    def downgrade_status(self, patient_id: str, status: Status, *, actor: Actor) -> Patient:
        """Lower the status by hand."""
        path = _patient(patient_id, "/downgrade")
        body = {"status": status.value}
        return wire.read_patient(self._verb(Verb.DOWNGRADE_STATUS, "POST", path, actor=actor, body=body))

    def read_status_history(self, patient_id: str, *, actor: Actor) -> list[StatusChange]:
        """Return the status changes, oldest first."""
        path = _patient(patient_id, "/history")
        return wire.read_history(self._verb(Verb.READ_STATUS_HISTORY, "GET", path, actor=actor))

    # INSi

    def call_insi_traits(self, patient_id: str, *, actor: Actor) -> InsiCall:
        """Call INSi with the traits of an existing patient."""
        body = {"mode": _MODE_TRAITS, "patient_id": patient_id}
        return wire.read_call(
            self._verb(Verb.CALL_INSI_TRAITS, "POST", "/insi-calls", actor=actor, body=body)
        )

    def search_insi(self, traits: PatientTraits, *, actor: Actor) -> InsiCall:
        """Call INSi with typed traits to create a patient from the answer."""
        body = {"mode": _MODE_TRAITS, "traits": wire.to_json(traits)}
        return wire.read_call(
            self._verb(Verb.CREATE_FROM_INSI, "POST", "/insi-calls", actor=actor, body=body)
        )

    def read_proposal(self, call_id: str, *, actor: Actor) -> Proposal:
        """Return the comparison shown for a call that found somebody."""
        path = f"/insi-calls/{_segment(call_id)}/proposal"
        return wire.read_proposal(self._verb(Verb.READ_PROPOSAL, "GET", path, actor=actor))

    def decide_proposal(self, call_id: str, *, accept: bool, actor: Actor) -> Patient | None:
        """Accept or refuse the proposed identity."""
        path = f"/insi-calls/{_segment(call_id)}/decision"
        node = self._verb(Verb.DECIDE_PROPOSAL, "POST", path, actor=actor, body={"accept": accept})
        return wire.read_decided_patient(node)

    # Logs and settings

    def read_audit_log(self, *, actor: Actor, patient_id: str | None = None) -> list[AuditEntry]:
        """Return the audit log, oldest first, optionally of one patient."""
        query = {} if patient_id is None else {"patient_id": patient_id}
        return wire.read_audit_log(
            self._verb(Verb.READ_AUDIT_LOG, "GET", "/audit-log", actor=actor, query=query)
        )

    def read_settings(self) -> dict[str, str]:
        """Return the site settings."""
        return self._verb(Verb.READ_SETTINGS, "GET", "/settings").texts()

    def write_settings(self, settings: Mapping[str, str]) -> dict[str, str]:
        """Change site settings and return them all."""
        return self._verb(Verb.WRITE_SETTINGS, "PUT", "/settings", body=dict(settings)).texts()

    # HTTP

    def _verb(
        self,
        verb: Verb,
        method: str,
        path: str,
        *,
        actor: Actor | None = None,
        body: object = None,
        query: Mapping[str, str] | None = None,
    ) -> wire.Node:
        """Do one verb that the software declares; see ``_send``."""
        declared = self._capabilities or self.capabilities()
        if verb not in declared.verbs:
            reason = declared.not_supported.get(verb) or "not among the verbs declared in /capabilities"
            raise VerbNotSupportedError(verb, reason)
        return self._send(verb.value, method, path, verb=verb, actor=actor, body=body, query=query)

    def _send(
        self,
        name: str,
        method: str,
        path: str,
        *,
        verb: Verb | None = None,
        actor: Actor | None = None,
        body: object = None,
        query: Mapping[str, str] | None = None,
    ) -> wire.Node:
        """Send one request and return its JSON answer, or raise what the answer means."""
        operation = f"{name} ({method} {path})"
        try:
            response = self._client.request(
                method,
                self.base_url + path,
                params=dict(query or {}),
                json=body,
                headers=_actor_headers(actor, operation),
            )
        except httpx.TimeoutException as error:
            raise DriverError(
                f"{operation}: no answer from {self.base_url} in time",
                hint="is the software stuck? Otherwise give the driver a longer time-out than the software's own for INSi",
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DriverError(
                f"{operation}: {self.base_url} cannot be reached: {error}",
                hint="is the software started, and is this the address of its driver API?",
            ) from error
        return _understood(operation, response, verb)


def _patient(patient_id: str, rest: str = "") -> str:
    return f"/patients/{_segment(patient_id)}{rest}"


def _segment(text: str) -> str:
    return quote(text, safe="")


def _actor_headers(actor: Actor | None, operation: str) -> dict[str, str]:
    if actor is None:
        return {}
    if not (actor.user.isascii() and actor.user.isprintable()):
        raise DriverError(
            f"{operation}: the user name {actor.user!r} cannot travel in an HTTP header",
            hint="use ASCII user names",
        )
    return {wire.USER_HEADER: actor.user, wire.ROLE_HEADER: actor.role.value}


def _understood(operation: str, response: httpx.Response, verb: Verb | None) -> wire.Node:
    """Return the JSON of a good answer; raise what any other answer means."""
    status = response.status_code
    if status == HTTPStatus.NOT_IMPLEMENTED and verb is not None:
        raise VerbNotSupportedError(verb, _declared_reason(response))
    if status in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
        raise wire.read_refusal(_json(f"{operation}, refusal {status}", response))
    if status == HTTPStatus.NO_CONTENT:
        return wire.Node(operation, None)
    if response.is_success:
        return _json(operation, response)
    if response.is_server_error:
        hint = "the software failed: its own log says why"
    elif status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}:
        hint = (
            "unknown object, or this part of the driver API is not implemented:"
            " then leave the verb out of /capabilities with its reason in not_supported"
        )
    else:
        hint = "a refusal of the software is 409 or 422; see conformance/drivers/openapi.yaml"
    raise DriverError(f"{operation}: HTTP {status}: {_excerpt(response)}", hint=hint)


def _json(operation: str, response: httpx.Response) -> wire.Node:
    try:
        data: Any = response.json()
    except ValueError as error:  # JSONDecodeError and UnicodeDecodeError
        raise DriverError(
            f"{operation}: HTTP {response.status_code}: expected JSON, got {_excerpt(response)}",
            hint="is this the address of the driver API, and not of the software's own pages?",
        ) from error
    return wire.Node(operation, data)


def _declared_reason(response: httpx.Response) -> str:
    """Return the reason of a 501; it counts as declared even when it comes in no good form."""
    try:
        return wire.Node("", response.json()).key("reason").identifier()
    except (ValueError, DriverError):
        return "answered 501 without a reason"


def _excerpt(response: httpx.Response) -> str:
    text = " ".join(response.text.split())
    if not text:
        return "an empty body"
    return repr(text if len(text) <= _EXCERPT else text[: _EXCERPT - 1] + "…")

"""A scenario that gives again the answer of an exchange, whatever the registry says by then."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import yaml

from simulator.contract.faults import HTTP_STATUS, fault_catalogue
from simulator.contract.names import RESULTAT, SIRAM, SOAP12, Operation
from simulator.contract.render import DIALECTS, LABELS, Answer, render_fault
from simulator.contract.verification import VERIFICATION_LABELS, VerificationAnswer
from simulator.journal.exchange import INSI
from simulator.journal.masking import mask_text
from simulator.journal.xml_lines import parse
from simulator.registry.person import PersonError, from_json
from simulator.scripting.answers import person_answer
from simulator.scripting.loader import ScenarioError, read_scenario
from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from simulator.contract.faults import Fault
    from simulator.journal.exchange import Exchange

ROLE: Final = "patient"
"""The role of the person answered, where one is needed."""
_MAX_RAW: Final = 1024 * 1024
_MAX_TEXT: Final = 400
"""Longest text that a scenario compares."""
_MAX_BODY: Final = 10_000
"""Longest request that a scenario carries."""
_OK: Final = 200
_LOTS: Final = frozenset({Operation.DEPOSIT_LOT, Operation.COLLECT_LOT})
_TRAITS: Final = ("birth_name", "sex", "birth_date", "birth_place")
_ASKED: Final = (
    "number",
    "key",
    "oid",
    "first_names_list",
    "insured_number",
    "individual_number",
    "birth_rank",
)


_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*")
_MAX_ID: Final = 120


class NotReproducibleError(TextError):
    """No scenario can give this answer again; the message says why."""


class WrongIdError(TextError, ValueError):
    """A text cannot be the id of a scenario."""


def check_id(scenario_id: str) -> None:
    """Refuse what cannot be the id of a scenario.

    Raises:
        WrongIdError: with what was expected.
    """
    if len(scenario_id) > _MAX_ID or not _ID.fullmatch(scenario_id):
        raise WrongIdError(
            Text(
                f"un identifiant tel que mine/slow-answer est attendu, reçu : {scenario_id[:80]!r}",
                f"expected an id such as mine/slow-answer, got {scenario_id[:80]!r}",
            )
        )


def scenario_of(exchange: Exchange, scenario_id: str | None = None, *, exact: bool = False) -> dict[str, Any]:
    """Return the data of a scenario whose only rule gives the answer of an exchange to the same question.

    The answer is said in the words of scenarios (a fault, a code, a person of its own) where these give the very bytes
    in some dialect; else the bytes are answered as they are. A disturbed answer is disturbed again in the same
    way. When the request holds no secret and came without
    proof of who calls, the scenario carries it: ``banc scenario run FILE --call`` then makes the call again.

    Args:
        exchange: what to give again.
        scenario_id: its id, ``captured/exchange-<number>`` when left out.
        exact: answer the bytes as they are in any case.

    Raises:
        NotReproducibleError: the answer, or the question, cannot be said by a scenario.
    """
    people: dict[str, Any] = {}
    if exchange.service != INSI:
        raise NotReproducibleError(
            Text(
                f"c'est un échange d'un récepteur ; écrivez une règle avec l'opération {exchange.operation} et dmp, smtp ou imap : voir docs/sinks.md",
                "it is an exchange of a sink; write a rule with the operation "
                f"{exchange.operation} and dmp, smtp or imap: see docs/sinks.md",
            )
        )
    then = _then(exchange, people, exact=exact)
    rule: dict[str, Any] = {"when": _when(exchange), "then": then}
    # What was refused on the way is refused before anything else can be: another session may be stricter.
    if not people and "code" not in then and _was_early(exchange):
        rule["stage"] = "before-authentication"
    data: dict[str, Any] = {
        "id": scenario_id or f"captured/exchange-{exchange.id}",
        "title": {
            "fr": f"Réponse de l'échange {exchange.id} ({exchange.code})",
            "en": f"Answer of exchange {exchange.id} ({exchange.code})",
        },
        "purpose": {
            "fr": f"Redonner la réponse faite le {exchange.at}",
            "en": f"Give again the answer of {exchange.at}",
        },
        "source": f"exchange {exchange.id} of {exchange.at}, session {exchange.session}",
        "evidence": str(exchange.decision.evidence) or "inferred",
        **({"people": people} if people else {}),
        "rules": [rule],
    }
    step = _step(exchange)
    if step is not None:
        data["outcome"] = [step]
    try:
        read_scenario(data)
    except ScenarioError as error:
        raise NotReproducibleError(
            Text(
                f"aucun scénario ne peut redonner cette réponse : {error}",
                f"no scenario can give this answer again: {error}",
            )
        ) from error
    return data


def to_yaml(data: dict[str, Any]) -> str:
    """Return the text of a scenario file."""
    text: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)
    then = data["rules"][0]["then"]
    remarks = []
    if not data["rules"][0]["when"]:
        remarks.append("This request could not be read: the rule answers every call, narrow its when.")
    if set(then) == {"chaos"}:
        remarks.append(
            "What was disturbed is not known any more: the registry answers, and that is disturbed."
        )
    return "".join(f"# {remark}\n" for remark in remarks) + text


def _was_early(exchange: Exchange) -> bool:
    return exchange.authentication is None or exchange.decision.source == "fault"


def _then(exchange: Exchange, people: dict[str, Any], *, exact: bool) -> dict[str, Any]:
    if exchange.chaos and not exact:
        return {**_before_chaos(exchange), "chaos": list(_steps(exchange))}
    if exchange.http_status < _OK:
        raise NotReproducibleError(
            Text(
                "rien n'a été répondu : il n'y a pas d'octets à redonner",
                "nothing was answered, so there are no bytes to give again",
            )
        )
    said = None if exact else _said(exchange, people)
    return {"raw": _raw(exchange)} if said is None else said


def _steps(exchange: Exchange) -> Iterator[str | dict[str, Any]]:
    for name in exchange.chaos:
        parameters = exchange.chaos_parameters.get(name)
        yield {name: dict(parameters)} if parameters else name


def _before_chaos(exchange: Exchange) -> dict[str, Any]:
    """Return what was disturbed, as far as its code tells; nothing: what the registry answers."""
    if exchange.code in fault_catalogue():
        return {"fault": exchange.code}
    if exchange.operation in _LOTS or exchange.code not in {"01", "02"}:
        return {}
    return {"code": exchange.code}


def _said(exchange: Exchange, people: dict[str, Any]) -> dict[str, Any] | None:
    """Return an answer in the words of scenarios, ``None`` when these would not give the same bytes."""
    media = {name.lower(): value for name, value in exchange.response_headers.items()}.get("content-type", "")
    if media.replace(" ", "") != "application/soap+xml;charset=utf-8":
        return None
    fault = fault_catalogue().get(exchange.code)
    if fault is not None:
        return _said_fault(exchange, fault)
    if exchange.http_status != _OK or exchange.operation in _LOTS:
        return None
    if exchange.operation == Operation.VERIFY:
        same = exchange.code in VERIFICATION_LABELS and _gives(exchange, VerificationAnswer(exchange.code))
        return {"code": exchange.code} if same and exchange.code != "00" else None
    if exchange.code != "00":
        same = exchange.code in LABELS and _gives(
            exchange, Answer(code=exchange.code, label=LABELS[exchange.code])
        )
        return {"code": exchange.code} if same else None
    try:
        person = _person(exchange)
        if person is None or not _gives(exchange, person_answer(from_json(person))):
            return None
    except PersonError:
        return None
    people[ROLE] = {"person": person}
    return {"code": "00", "person": ROLE}


def _said_fault(exchange: Exchange, fault: Fault) -> dict[str, Any] | None:
    if exchange.http_status != HTTP_STATUS:
        return None
    if _is_fault(exchange, fault):
        return {"fault": fault.code}
    # Texts of its own, as a scenario may give them.
    root = parse(exchange.response)
    error = None if root is None else root.find(f".//{{{SIRAM}}}Erreur")
    reason = None if root is None else root.findtext(f".//{{{SOAP12}}}Text")
    if error is None or reason is None:
        return None
    own = replace(fault, label=error.text or "", reason=reason, severity=error.get("severite") or "")
    if not _is_fault(exchange, own):
        return None
    texts = ("label", "reason", "severity")
    changed = {name: getattr(own, name) for name in texts if getattr(own, name) != getattr(fault, name)}
    return {"fault": {"code": fault.code, **changed}}


def _is_fault(exchange: Exchange, fault: Fault) -> bool:
    return any(
        render_fault(fault, dialect, message_id=exchange.message_id) == exchange.response
        for dialect in DIALECTS.values()
    )


def _gives(exchange: Exchange, answer: Answer | VerificationAnswer) -> bool:
    return any(answer.render(dialect) == exchange.response for dialect in DIALECTS.values())


def _person(exchange: Exchange) -> dict[str, Any] | None:
    """Return the identity answered in the JSON form of people, not checked; ``None`` when there is none."""
    root = parse(exchange.response)
    individual = None if root is None else root.find(f".//{{{RESULTAT}}}INDIVIDU")
    active = None if individual is None else individual.find(f"{{{RESULTAT}}}INSACTIF")
    if individual is None or active is None:
        return None
    return {
        "key": f"captured/exchange-{exchange.id}",
        **{
            name: _text(individual, "TIQ", element)
            for name, element in (
                ("birth_name", "NomNaissance"),
                ("first_names", "ListePrenom"),
                ("sex", "Sexe"),
                ("birth_date", "DateNaissance"),
                ("birth_place", "LieuNaissance"),
            )
        },
        **_identifier(active),
        "history": [
            {
                **_identifier(former),
                "date_from": _text(former, "DateDeb"),
                "date_to": _text(former, "DateFin"),
            }
            for former in individual.iterfind(f"{{{RESULTAT}}}INSHISTO")
        ],
    }


def _identifier(block: etree._Element) -> dict[str, Any]:
    number, key = _text(block, "IdIndividu", "NumIdentifiant"), _text(block, "IdIndividu", "Cle")
    return {"matricule": f"{number or ''}{key or ''}", "oid": _text(block, "OID")}


def _text(element: etree._Element, *path: str) -> str | None:
    return element.findtext("/".join(f"{{{RESULTAT}}}{name}" for name in path))


def _raw(exchange: Exchange) -> dict[str, Any]:
    if len(exchange.response) > _MAX_RAW:
        raise NotReproducibleError(
            Text(
                f"une réponse d'au plus {_MAX_RAW} octets est attendue, elle en a {len(exchange.response)}",
                f"expected an answer of at most {_MAX_RAW} bytes, got {len(exchange.response)}",
            )
        )
    text = _as_yaml_text(exchange.response)
    content = {"base64": b64encode(exchange.response).decode("ascii")} if text is None else {"text": text}
    media = {name.lower(): value for name, value in exchange.response_headers.items()}.get("content-type")
    return {**content, "status": exchange.http_status, **({"content_type": media} if media else {})}


def _as_yaml_text(content: bytes) -> str | None:
    """Return bytes as text that YAML gives back to the byte, ``None`` when it cannot."""
    try:
        text = content.decode("utf-8")
        again = yaml.safe_load(yaml.safe_dump(text, allow_unicode=True))
    except (ValueError, yaml.YAMLError):
        return None
    return text if again == text else None


def _when(exchange: Exchange) -> dict[str, Any]:
    when: dict[str, Any] = {}
    if exchange.operation is not None:
        when["operation"] = exchange.operation
    if exchange.traits is not None:
        given = {name: getattr(exchange.traits, name) for name in _TRAITS}
        given["first_names"] = " ".join(exchange.traits.first_names)
        traits = {name: text for name, text in given.items() if text and len(text) <= _MAX_TEXT}
        if exchange.operation == Operation.SEARCH_BY_TRAITS:
            traits |= {name: {"present": False} for name, text in given.items() if not text}
        if traits:
            when["traits"] = traits
    asked = {name: exchange.asked[name] for name in _ASKED if exchange.asked.get(name)}
    asked = {name: text for name, text in asked.items() if len(text) <= _MAX_TEXT}
    if asked:
        when["matricule"] = asked
    return when


def _step(exchange: Exchange) -> dict[str, Any] | None:
    """Return the call to make again with what must come back; ``None`` when it cannot be, or must not be kept."""
    text = _as_yaml_text(exchange.request)
    if (
        text is None
        or len(text) > _MAX_BODY
        or exchange.chaos
        or exchange.authentication not in {None, "none"}
        or mask_text(text) != text
    ):
        return None
    media = {name.lower(): value for name, value in exchange.request_headers.items()}.get("content-type")
    root = parse(exchange.response)
    readable = root is not None and root.tag == f"{{{SOAP12}}}Envelope"
    told = root is not None and readable and _tells_code(root, exchange.code)
    return {
        "ask": {"body": text, **({"headers": {"Content-Type": media}} if media else {})},
        **({"code": exchange.code} if told else {}),
        "http_status": exchange.http_status,
        **({} if readable else {"readable": False}),
    }


def _tells_code(root: etree._Element, code: str) -> bool:
    error = root.find(f".//{{{SIRAM}}}Erreur")
    told = error.get("code") if error is not None else root.findtext(".//{*}CodeCR")
    return told == code

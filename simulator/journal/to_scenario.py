"""A scenario that gives again the answer of an exchange, whatever the registry says by then."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import yaml

from simulator.contract.faults import fault_catalogue
from simulator.contract.names import RESULTAT, Operation
from simulator.journal.xml_lines import parse
from simulator.scripting.loader import ScenarioError, read_scenario

if TYPE_CHECKING:
    from simulator.journal.exchange import Exchange

ROLE: Final = "patient"
"""The role of the person answered, where one is needed."""
_MAX_RAW: Final = 1024 * 1024
_CODES: Final = frozenset({"00", "01", "02"})


class NotReproducibleError(Exception):
    """No scenario can give this answer again; the message says why."""


def scenario_of(exchange: Exchange, scenario_id: str | None = None) -> dict[str, Any]:
    """Return the data of a scenario whose only rule gives the answer of an exchange to the same question.

    A fault, 01 and 02 are given by code. An identity is given by its bytes where scenarios can (``raw``), else by a
    person whose every trait is written over with those answered.

    Args:
        exchange: what to give again.
        scenario_id: its id, ``captured/exchange-<number>`` when left out.

    Raises:
        NotReproducibleError: the answer, or the question, cannot be said by a scenario.
    """
    then = _then(exchange)
    rule: dict[str, Any] = {"when": _when(exchange), "then": then}
    if exchange.operation is None and _takes("rule", "stage"):
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
        "evidence": exchange.decision.evidence or "inferred",
        **({"people": [ROLE]} if "person" in then else {}),
        "rules": [rule],
    }
    try:
        read_scenario(data)
    except ScenarioError as error:
        raise NotReproducibleError(f"no scenario can give this answer again: {error}") from error
    return data


def to_yaml(data: dict[str, Any]) -> str:
    """Return the text of a scenario file."""
    text: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)
    if "people" not in data:
        return text
    return (
        f"# The role {ROLE} is bound to any person when the scenario is installed: every trait answered is written\n"
        f"# in alter, so it does not matter who that is, but for former matricules.\n{text}"
    )


def _then(exchange: Exchange) -> dict[str, Any]:
    code = exchange.code
    if exchange.chaos and not _takes("then", "chaos"):
        if _takes("then", "raw"):
            return {"raw": _raw(exchange)}
        raise NotReproducibleError(
            f"the answer was disturbed on its way ({', '.join(exchange.chaos)}), which scenarios cannot say"
        )
    chaos: dict[str, Any] = {"chaos": list(exchange.chaos)} if exchange.chaos else {}
    if code in fault_catalogue():
        return {"fault": code, **chaos}
    if exchange.decision.source == "lot" or code not in _CODES:
        if _takes("then", "raw"):
            return {"raw": _raw(exchange)}
        raise NotReproducibleError(
            f"the answer {code} to {exchange.operation or 'an unreadable request'} is neither 00, 01, 02 nor a fault"
        )
    if code != "00":
        return {"code": code, **chaos}
    if exchange.operation == Operation.VERIFY:
        return {"code": code, "person": ROLE, **chaos}
    if _takes("then", "raw") and not chaos:
        return {"raw": _raw(exchange)}
    return {"code": code, "person": ROLE, "alter": _identity(exchange), **chaos}


def _raw(exchange: Exchange) -> dict[str, Any]:
    if len(exchange.response) > _MAX_RAW:
        raise NotReproducibleError(
            f"expected an answer of at most {_MAX_RAW} bytes, got {len(exchange.response)}"
        )
    raw: dict[str, Any] = {}
    try:
        text = exchange.response.decode("utf-8")
        # What YAML would not give back to the byte travels in base64.
        if yaml.safe_load(yaml.safe_dump(text, allow_unicode=True)) != text:
            raise ValueError
        raw["text"] = text
    except (ValueError, yaml.YAMLError):
        raw["base64"] = b64encode(exchange.response).decode("ascii")
    content_type = {name.lower(): value for name, value in exchange.response_headers.items()}.get(
        "content-type"
    )
    return {
        **raw,
        "status": exchange.http_status,
        **({"content_type": content_type} if content_type else {}),
    }


def _identity(exchange: Exchange) -> dict[str, str | None]:
    """Return the identity answered as alterations, each value literal."""
    root = parse(exchange.response)
    individual = None if root is None else root.find(f".//{{{RESULTAT}}}INDIVIDU")
    if individual is None:
        raise NotReproducibleError("expected the answer 00 to hold INDIVIDU, got none")

    def text(*path: str) -> str | None:
        element = individual.find("/".join(f"{{{RESULTAT}}}{name}" for name in path))
        return None if element is None else element.text or ""

    answered = {
        "birth_name": text("TIQ", "NomNaissance"),
        "first_name": text("TIQ", "Prenom"),
        "first_names": text("TIQ", "ListePrenom"),
        "sex": text("TIQ", "Sexe"),
        "birth_date": text("TIQ", "DateNaissance"),
        "birth_place": text("TIQ", "LieuNaissance"),
        "number": text("INSACTIF", "IdIndividu", "NumIdentifiant"),
        "key": text("INSACTIF", "IdIndividu", "Cle"),
        "oid": text("INSACTIF", "OID"),
    }
    if answered["number"] is None or answered["oid"] is None:
        raise NotReproducibleError("expected INSACTIF with NumIdentifiant and OID in the answer 00, got none")
    return {
        name: value
        for name, value in answered.items()
        # The Prenom element is absent by default, as in the dialects that do not write it.
        if not (name == "first_name" and value is None)
    }


def _when(exchange: Exchange) -> dict[str, Any]:
    when: dict[str, Any] = {}
    if exchange.operation in _operations():
        when["operation"] = exchange.operation
    elif exchange.operation is not None:
        raise NotReproducibleError(f"scenarios do not answer {exchange.operation}")
    traits = {} if exchange.traits is None else asdict(exchange.traits)
    traits["first_names"] = " ".join(traits.get("first_names", ()))
    traits = {name: value for name, value in traits.items() if value}
    if _takes("when", "traits"):
        if traits:
            when["traits"] = traits
        if exchange.asked and _takes("when", "matricule"):
            when["matricule"] = dict(exchange.asked)
    elif traits.get("birth_name"):
        when["birth_name"] = traits["birth_name"]
    return when


@cache
def _schema() -> dict[str, Any]:
    """Return the schema of scenario files: what this version of scenarios can say."""
    schema: dict[str, Any] = json.loads(
        (files("simulator.scripting") / "scenario.schema.json").read_text("utf-8")
    )
    return schema


def _properties(part: str) -> dict[str, Any]:
    definitions = _schema()["$defs"]
    found: dict[str, Any] = (
        definitions[part] if part in definitions else definitions["rule"]["properties"][part]
    )["properties"]
    return found


def _takes(part: str, name: str) -> bool:
    return name in _properties(part)


def _operations() -> frozenset[str]:
    return frozenset(re.findall(r'"(\w+)"', json.dumps(_properties("when")["operation"]))) & {
        operation.value for operation in Operation
    }

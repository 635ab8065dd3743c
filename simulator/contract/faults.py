"""The fault catalogue: every fault the simulator can answer, as data with its evidence level."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from simulator.contract.evidence import EvidenceLevel
from simulator.datafile import load_yaml

Family = Literal["gateway", "application"]

HTTP_STATUS: Final = 500
"""Every SOAP fault travels with HTTP 500, Sender ones included (insi-contract §1.2, observed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One entry of the catalogue.

    ``label`` is the text of ``siram:Erreur`` and ``reason`` that of ``soap:Reason``: protocol strings.
    ``unsure`` names the fields that no source gives and that we inferred.
    """

    code: str
    family: Family
    siram: str
    soap: str
    severity: str
    label: str
    reason: str
    evidence: EvidenceLevel
    unsure: tuple[str, ...]
    source: str
    when_fr: str
    when_en: str


class FaultError(Exception):
    """A call ends with this fault. Raised once, rendered once.

    ``cause`` says in English what exactly was wrong with this call; it goes in the journal, never on the
    wire. ``message_id`` is echoed by gateway faults when it could be read. ``label`` replaces that of the catalogue on
    the wire, where it is inferred and the call allows a text that helps more.
    """

    def __init__(
        self, code: str, cause: str, *, message_id: str | None = None, label: str | None = None
    ) -> None:
        """Look the code up in the catalogue; an unknown code is a programming error (``KeyError``)."""
        fault = fault_catalogue()[code]
        self.fault = fault if label is None else replace(fault, label=label)
        self.cause = cause
        self.message_id = message_id
        super().__init__(f"{code}: {cause}")


@cache
def fault_catalogue() -> dict[str, Fault]:
    """Return the packaged catalogue by code.

    Raises:
        DataFileError: the packaged file is broken.
    """
    here = files("simulator.contract")
    schema = json.loads((here / "faults.schema.json").read_text("utf-8"))
    data = load_yaml(here / "faults.yaml", schema)
    reasons = data["reasons"]
    return {
        entry["code"]: Fault(
            code=entry["code"],
            family=entry["family"],
            siram=entry["siram"],
            soap=entry["soap"],
            severity=entry["severity"],
            label=entry["label"],
            reason=entry.get("reason_text") or reasons[entry["reason"]],
            evidence=EvidenceLevel(entry["evidence"]),
            unsure=tuple(entry["unsure"]),
            source=entry["source"],
            when_fr=entry["when"]["fr"],
            when_en=entry["when"]["en"],
        )
        for entry in data["faults"]
    }

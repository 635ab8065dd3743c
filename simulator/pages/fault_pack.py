"""The pack ``faults/`` from the fault catalogue: ``python -m simulator.pages.fault_pack scenarios/faults`` writes it.

One scenario for each fault, with its evidence and what software is expected to do, so that the pack cannot say
otherwise than the catalogue.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from simulator.contract.faults import fault_catalogue
from simulator.contract.names import Operation

if TYPE_CHECKING:
    from simulator.contract.faults import Fault

_OTHER_OPERATIONS: Final = {
    "insi_101": Operation.SEARCH_BY_CARD,
    **dict.fromkeys(("insi_907", "insi_908", "insi_909", "insi_910"), Operation.SEARCH_BY_CARD),
    **dict.fromkeys(("insi_911", "insi_912", "insi_913", "insi_914"), Operation.VERIFY),
    **dict.fromkeys(("insi_920", "insi_921", "insi_922", "insi_923"), Operation.DEPOSIT_LOT),
    **dict.fromkeys(("insi_924", "insi_925"), Operation.COLLECT_LOT),
}
"""The operation of the application faults that are not those of the search by traits."""

_UNAVAILABLE: Final = (
    (
        "Une erreur technique n'est pas une réponse négative : statut, matricule et OID restent ce qu'ils sont.",
        "A technical error is not a negative answer: status, matricule and OID stay what they are.",
    ),
    (
        (
            "Le dossier reste utilisable et inchangé, l'utilisateur est averti, l'appel est tracé, et les reprises sont "
            "bornées."
        ),
        "The file stays usable and unchanged, the user is told, the call is logged, and retries are bounded.",
    ),
    "ins-rules ERR-01 to ERR-03, ERR-05",
)
_BAD_INPUT: Final = (
    (
        "La demande est refusée pour ce qu'elle contient : la renvoyer telle quelle ne sert à rien.",
        "The request is refused for what it holds: sending it again as it is serves nothing.",
    ),
    (
        "L'utilisateur voit ce qui est refusé, le dossier reste inchangé, et le logiciel ne renvoie pas la même demande.",
        "The user sees what is refused, the file stays unchanged, and the software does not send the same request again.",
    ),
    "ins-rules ERR-02, ERR-03, ERR-05",
)
_NO_ACCESS: Final = (
    (
        "Le logiciel n'est pas autorisé : aucun appel ne peut aboutir avant que l'éditeur ou l'établissement n'agisse.",
        "The software is not authorised: no call can succeed before the vendor or the structure acts.",
    ),
    (
        "L'utilisateur sait qui contacter, le dossier reste utilisable et inchangé, et aucun appel n'est répété.",
        "The user knows whom to contact, the file stays usable and unchanged, and no call is repeated.",
    ),
    "ins-rules ERR-01 to ERR-03, ERR-05",
)
_FAMILIES: Final = {"siram_40": _UNAVAILABLE, "siram_10": _BAD_INPUT, "siram_100": _NO_ACCESS}


def file_name(fault: Fault) -> str:
    """Return the name of the file of a fault."""
    return f"{fault.code.replace('_', '-')}.yaml"


def scenario_text(fault: Fault) -> str:
    """Return the scenario of a fault, YAML."""
    purpose, expected, rules = _FAMILIES[fault.siram]
    gateway = fault.family == "gateway"
    operation = _OTHER_OPERATIONS.get(fault.code, Operation.SEARCH_BY_TRAITS)
    when = "{}" if gateway else f"{{operation: {operation.value}}}"
    ask = "{}" if operation is Operation.SEARCH_BY_TRAITS else f"{{operation: {operation.value}}}"
    return "\n".join(
        (
            "# Written by python -m simulator.pages.fault_pack from the fault catalogue; do not edit.",
            f"id: faults/{fault.code.replace('_', '-')}",
            "title:",
            f"  fr: {_quoted(f'{fault.code} : {fault.label}')}",
            f"  en: {_quoted(f'{fault.code}: {fault.when_en}')}",
            "purpose:",
            f"  fr: {_quoted(purpose[0])}",
            f"  en: {_quoted(purpose[1])}",
            f"source: {_quoted(f'{fault.source}; {rules}')}",
            f"evidence: {fault.evidence.value}",
            "expected:",
            f"  fr: {_quoted(expected[0])}",
            f"  en: {_quoted(expected[1])}",
            *(("stage: before-authentication",) if gateway else ()),
            "rules:",
            f"  - when: {when}",
            f"    then: {{fault: {fault.code}}}",
            "outcome:",
            f"  - {{ask: {ask}, times: 2, code: {fault.code}}}",
            "",
        )
    )


def write(folder: Path) -> int:
    """Write the pack; return how many files."""
    folder.mkdir(parents=True, exist_ok=True)
    for fault in fault_catalogue().values():
        (folder / file_name(fault)).write_text(scenario_text(fault), encoding="utf-8", newline="\n")
    return len(fault_catalogue())


def _quoted(text: str) -> str:
    """Return a text as YAML reads it back: JSON is YAML."""
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    write(Path(sys.argv[1]))

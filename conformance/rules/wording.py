"""How the catalogue's own terms are said to users: levels, strengths, channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.rules.model import Strength
from simulator.contract.evidence import EvidenceLevel
from simulator.text import Text

if TYPE_CHECKING:
    from conformance.rules.model import Part, Rule

LEVELS: Final = {
    EvidenceLevel.OFFICIAL: Text("officiel", "official"),
    EvidenceLevel.OBSERVED: Text("observé sur le service réel", "observed on the real service"),
    EvidenceLevel.REPORTED: Text("rapporté par un tiers", "reported by a third party"),
    EvidenceLevel.INFERRED: Text("déduit par banc-insi", "inferred by banc-insi"),
}

STRENGTHS: Final = {
    Strength.MUST: Text("obligatoire (MUST)", "mandatory (MUST)"),
    Strength.SHOULD: Text("conseillé (SHOULD)", "advised (SHOULD)"),
    Strength.MAY: Text("facultatif (MAY)", "optional (MAY)"),
}

CHANNELS: Final = {
    "wire": Text("sur le réseau", "on the wire"),
    "state": Text("dans le logiciel", "in the software"),
    "document": Text("dans les documents", "in documents"),
    "human": Text("à l'œil", "by eye"),
}

_MEMORY: Final = Text(
    "de mémoire, texte non relu : à vérifier", "from memory, text not re-read: to be verified"
)


def level_of(known: Rule | Part) -> Text:
    """Return how well a rule or a part of one is known, and by whom when it is second-hand."""
    level = LEVELS[known.evidence]
    if known.memory:
        return Text(f"{level.fr} ({_MEMORY.fr})", f"{level.en} ({_MEMORY.en})")
    if known.evidence is EvidenceLevel.REPORTED:
        third = [source for source in known.sources if source.evidence is EvidenceLevel.REPORTED]
        return Text(
            f"{level.fr} : {', '.join(source.title.fr for source in third)}",
            f"{level.en}: {', '.join(source.title.en for source in third)}",
        )
    return level

"""Writing the envelope of a request, as real clients write theirs (insi-contract §1.3 and §7).

What the bench itself asks (scenario runs, load) is written here; the reference LGO keeps its own writer, since it plays
somebody else's software.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import uuid4
from xml.sax.saxutils import escape

from simulator.contract.names import CTXBAM, CTXLPS, WSA, WSSE
from simulator.contract.soap import envelope

if TYPE_CHECKING:
    from simulator.contract.names import Operation

NO_COVERAGE: Final = "<bam:COUVERTURE/>"
"""What a call without a card says of the coverage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Software:
    """Who calls, as ContexteLPS says it."""

    idam: str
    """Number of the authorisation of the software."""
    version: str
    instance: str
    name: str


def write_request(
    operation: Operation,
    content: str,
    *,
    software: Software,
    issuer: str,
    coverage: str = NO_COVERAGE,
    security: str = "",
    message_id: str | None = None,
) -> str:
    """Return a whole request, with fresh identifiers and the time of now.

    Args:
        operation: what ``wsa:Action`` names.
        content: the one element of the Body, written.
        software: who calls.
        issuer: ``Emetteur`` of both contexts.
        coverage: ``COUVERTURE`` with the prefix ``bam``, written.
        security: assertions, written; they are put in ``wsse:Security``.
        message_id: a UUID; a fresh one when left out.
    """
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    issuer = escape(issuer)
    if security:
        security = f'<wsse:Security xmlns:wsse="{WSSE}">{security}</wsse:Security>'
    header = (
        f'<bam:ContexteBAM xmlns:bam="{CTXBAM}" Nature="CTXBAM" Version="01_02"><bam:Id>{uuid4()}</bam:Id>'
        f"<bam:Temps>{now}</bam:Temps><bam:Emetteur>{issuer}</bam:Emetteur>{coverage}</bam:ContexteBAM>"
        f'<lps:ContexteLPS xmlns:lps="{CTXLPS}" Nature="CTXLPS" Version="01_00"><lps:Id>{uuid4()}</lps:Id>'
        f"<lps:Temps>{now}</lps:Temps><lps:Emetteur>{issuer}</lps:Emetteur><lps:LPS>"
        f'<lps:IDAM R="4">{escape(software.idam)}</lps:IDAM><lps:Version>{software.version}</lps:Version>'
        f"<lps:Instance>{software.instance}</lps:Instance><lps:Nom>{software.name}</lps:Nom></lps:LPS>"
        f'</lps:ContexteLPS><wsa:Action xmlns:wsa="{WSA}">{operation.action}</wsa:Action>'
        f'<wsa:MessageID xmlns:wsa="{WSA}">uuid:{message_id or uuid4()}</wsa:MessageID>{security}'
    )
    return envelope(content, header=header)

"""What a journal says of itself to those who watch over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.journal.index import JournalIndexError

if TYPE_CHECKING:
    from simulator.journal.index import State
    from simulator.journal.store import Journal


def journal_health(journal: Journal) -> dict[str, Any]:
    """Return the counts of a journal as JSON data: ``exchanges``, ``lost_exchanges``, and ``journal`` with the rest.

    ``exchanges`` is ``None`` when the index cannot be used; ``journal`` has then a ``problem``. ``problems`` of
    ``journal`` are those that cost exchanges now: it is tried whether the folder takes another record.
    """
    options = journal.options
    described: dict[str, Any] = {"mode": options.mode, "waiting": journal.waiting, "problems": []}
    if (refused := journal.refuses_to_write()) is not None:
        described["problems"].append(
            f"calls are answered but not kept: the journal in {journal.folder} cannot be written: {refused}"
        )
    if options.mode == "batch":
        described |= {"batch_ms": options.batch_ms, "batch_bytes": options.batch_bytes}
    try:
        state = journal.state()
    except JournalIndexError as error:
        return {
            "exchanges": None,
            "lost_exchanges": journal.lost,
            "journal": {**described, "problem": str(error)},
        }
    described |= {
        "segments": state.segments,
        "bytes": state.bytes,
        "killed": state.killed,
        "torn_bytes": state.torn_bytes,
        "damaged": state.damaged,
        "dropped": state.dropped,
    }
    return {
        "exchanges": state.exchanges,
        "lost_exchanges": state.lost + journal.untold + state.killed,
        "journal": described,
    }


def loss_lines(state: State, lang: str) -> list[str]:
    """Return what is missing from a journal and why, in French or English; nothing when nothing is missing."""
    french = lang == "fr"
    counted = (
        (
            state.lost,
            "échange(s) répondu(s) mais non gardé(s) : le journal ne pouvait pas être écrit",
            "exchange(s) answered but not kept: the journal could not be written",
        ),
        (
            state.killed,
            "échange(s) en attente d'écriture perdu(s) : leur processus a été tué (mode batch)",
            "exchange(s) that waited to be written were lost: their process was killed (mode batch)",
        ),
        (
            state.damaged,
            "enregistrement(s) abîmé(s) : leur somme de contrôle ne correspond pas",
            "damaged record(s): their checksum does not match",
        ),
        (
            state.dropped,
            "échange(s) retiré(s) avec les segments trop anciens",
            "exchange(s) dropped with segments that were too old or too many",
        ),
    )
    return [f"{count} {fr if french else en}" for count, fr, en in counted if count]

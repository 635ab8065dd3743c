"""Faults against DOC-06 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def first_pdf_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put the first PDF that was made into every body: that of another patient."""
    return [{**record, "pdf": memory.own.setdefault("pdf", record["pdf"])} for record in records]


def first_of_the_file(*names: str) -> Hand:
    """Return what keeps these values of the first document of a file and a kind."""

    def keep(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        key = f"{about['patient_id']} {about['document']}"
        kept = memory.own.setdefault(key, {name: records[0][name] for name in names})
        return [{**one, **kept} for one in records]

    return keep


def body_cut(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Embed half of the PDF: the field of the database was too short."""
    return [{**one, "pdf": one["pdf"][: len(one["pdf"]) // 2]} for one in records]


def body_as_part_two(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Embed a PDF that claims part 2, while the one beside it claims part 1."""
    return [{**one, "pdf": one["pdf"].replace(b"<pdfaid:part>1<", b"<pdfaid:part>2<")} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "body-as-part-two": body_as_part_two,
    "body-cut": body_cut,
    "first-pdf-kept": first_pdf_kept,
    "first-pdf-of-the-file": first_of_the_file("pdf"),
}
"""What ``hand`` may name."""

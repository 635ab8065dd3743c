"""What a report must not show: the rules are those of the journal's exports."""

from __future__ import annotations

from simulator.journal.masking import MASK, mask, mask_text, mask_xml, pretty_xml

__all__ = ["MASK", "mask", "mask_text", "mask_xml", "pretty_xml"]

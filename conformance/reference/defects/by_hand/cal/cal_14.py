"""Faults against CAL-14 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_PASSWORD: Final = (
    b'<o:Security xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">'
    b"<o:UsernameToken><o:Username>officine</o:Username><o:Password>officine</o:Password></o:UsernameToken>"
    b"</o:Security>"
)


def first_means_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the first means of signing in."""
    return all_with(records, means=memory.own.setdefault("means", records[0]["means"]))


def password(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Sign in with a name and a password as well."""
    end = b"</soap:Header>"
    return [{**one, "content": one["content"].replace(end, _PASSWORD + end)} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "first-means-kept": first_means_kept,
    "with-a-password": password,
}
"""What ``hand`` may name."""

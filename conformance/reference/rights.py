"""What each user may do and see (Règle 4; SEC-03, SEC-04, SEC-13). Pure.

One table says which rights an act needs, whatever screen, list or log it is done from; what a user without the right on
the INS may not see is taken out of every answer in one place. So neither the search nor the log can be forgotten.

Prudent choices where the reference is silent: whoever may not see the INS can neither accept an identity from INSi nor
get a document made, for both hold it; what INSi says of a call stays readable, its numbers hidden.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from conformance.drivers.model import Actor, ComparedField, Patient, Role, Verb
from conformance.drivers.screens import FormField, Right

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

ORDINARY = frozenset(Right) - {Right.CHANGE_STRICT_TRAITS}
"""What a user has to whom nobody has given rights."""

INS_FIELDS = ("matricule", "oid")

HIDDEN = "•••"
"""What stands for a number in a text."""

_FREE = frozenset(
    {Verb.READ_DASHBOARD, Verb.CHOOSE_AUTHENTICATION, Verb.SWAP_CARD, Verb.WRITE_TRUSTED_SENDERS}
)
"""The acts of a user that show nobody's data."""

_MORE: Mapping[Verb, frozenset[Right]] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                Verb.CALL_INSI_TRAITS,
                Verb.SEARCH_INSI,
                Verb.START_INSI_CALL,
                Verb.CALL_INSI_CARD,
                Verb.VERIFY_INS,
                Verb.START_BULK_VERIFICATION,
            ),
            frozenset({Right.CALL_INSI}),
        ),
        **dict.fromkeys(
            (
                Verb.SEARCH_BY_MATRICULE,
                Verb.READ_INS_HISTORY,
                Verb.DECIDE_PROPOSAL,
                Verb.RENDER_DOCUMENT,
                Verb.EXPORT_MESSAGE,
                Verb.EXPORT_PATIENTS,
                Verb.SEND_DOCUMENT,
                Verb.OPEN_DMP,
            ),
            frozenset({Right.READ_INS}),
        ),
        Verb.VALIDATE_IDENTITY: frozenset({Right.VALIDATE_IDENTITY}),
    }
)
"""What an act needs besides the right to see the patient."""

_NUMBER = re.compile(
    r"(?<![0-9A-Za-z.])[1-478]\d{4}(?:\d\d|2[AB])\d{6}(?:\d\d)?(?![0-9A-Za-z])|1\.2\.250\.1\.213\.1\.4(?:\.\d+)+"
)
"""A matricule with or without its key, or the OID of one, inside a text."""


def needed(verb: Verb) -> frozenset[Right]:
    """Return the rights that an act needs."""
    if verb in _FREE:
        return frozenset()
    return _MORE.get(verb, frozenset()) | {Right.READ_IDENTITY}


def as_entitled(actor: Actor, rights: Collection[Right]) -> Actor:
    """Return who acts with the role that these rights give, whatever role is claimed."""
    return replace(actor, role=Role.SUPER_USER if Right.CHANGE_STRICT_TRAITS in rights else Role.USER)


def without_ins(value: Any, hidden: Collection[str] = INS_FIELDS) -> Any:
    """Return an answer without matricule and OID, wherever they stand in it.

    Args:
        value: what the act returned: a dataclass, or a list of them, or a plain value.
        hidden: the names of the fields that are taken out.
    """
    if type(value) is str:
        return _NUMBER.sub(HIDDEN, value)
    if isinstance(value, (list, tuple)):
        return type(value)(without_ins(each, hidden) for each in value)
    if isinstance(value, dict):
        return {name: without_ins(each, hidden) for name, each in value.items() if name not in hidden}
    if isinstance(value, Patient):
        return replace(
            value,
            matricule=None if "matricule" in hidden else value.matricule,
            oid=None if "oid" in hidden else value.oid,
            billing_number=None,
        )
    if isinstance(value, ComparedField) and value.field in hidden:
        return replace(value, local=None, insi=None, local_display=None, insi_display=None, different=False)
    if isinstance(value, FormField) and value.name in {*hidden, "billing_number"}:
        return replace(value, value=None)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{one.name: without_ins(getattr(value, one.name), hidden) for one in fields(value)}
        )
    return value

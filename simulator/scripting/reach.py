"""Which operations have a text at a path of the conditions: what a rule asks for says which calls it may be about."""

from __future__ import annotations

from typing import Final

from simulator.contract.names import Operation
from simulator.scripting.sinks import (
    DMP_OPERATIONS,
    IMAP_OPERATIONS,
    MAIL_OPERATIONS,
    SINK_OPERATIONS,
    SMTP_OPERATIONS,
    SinkOperation,
)

INSI_OPERATIONS: Final = frozenset(operation.value for operation in Operation)
ALL_OPERATIONS: Final = INSI_OPERATIONS | SINK_OPERATIONS

_SEARCH, _CARD, _VERIFY = (
    Operation.SEARCH_BY_TRAITS.value,
    Operation.SEARCH_BY_CARD.value,
    Operation.VERIFY.value,
)
_FEEDING: Final = frozenset({SinkOperation.ITI_41.value})
_ABOUT_A_NUMBER: Final = DMP_OPERATIONS - {SinkOperation.ITI_43.value}
_OF_A_MAIL: Final = frozenset({SinkOperation.SMTP_DATA.value, SinkOperation.IMAP_FETCH.value})
_OF_AN_ENVELOPE: Final = _OF_A_MAIL | {SinkOperation.SMTP_RCPT.value}

ABOUT_PEOPLE: Final = frozenset({_SEARCH, _CARD, _VERIFY}) | _ABOUT_A_NUMBER
"""Those that may be about one person."""

_WITH_PATH: Final = {
    **dict.fromkeys(
        ("traits.birth_name", "traits.birth_date"), frozenset({_SEARCH, _CARD, _VERIFY}) | _FEEDING
    ),
    **dict.fromkeys(("traits.first_names", "traits.sex"), frozenset({_SEARCH, _VERIFY}) | _FEEDING),
    "traits.birth_place": frozenset({_SEARCH, _VERIFY}),
    **dict.fromkeys(
        ("matricule.number", "matricule.key", "matricule.oid"), frozenset({_VERIFY}) | _ABOUT_A_NUMBER
    ),
    "matricule.first_names_list": frozenset({_VERIFY}),
    **dict.fromkeys(
        ("matricule.insured_number", "matricule.individual_number", "matricule.birth_rank"),
        frozenset({_CARD}),
    ),
    **dict.fromkeys(("document.type_code", "document.title", "document.mime_type"), _FEEDING),
    "document.unique_id": _FEEDING | {SinkOperation.ITI_43.value},
    **dict.fromkeys(("mail.from", "mail.to"), _OF_AN_ENVELOPE),
    **dict.fromkeys(("mail.subject", "mail.ins"), _OF_A_MAIL),
    "mail.account": MAIL_OPERATIONS - {SinkOperation.SMTP_CONNECT.value},
    "mail.helo": SMTP_OPERATIONS - {SinkOperation.SMTP_CONNECT.value},
}
_WITH_GROUP: Final = {
    "headers": ALL_OPERATIONS - MAIL_OPERATIONS,
    "assertion": ALL_OPERATIONS - MAIL_OPERATIONS,
    "lps": ALL_OPERATIONS - MAIL_OPERATIONS,
    "user": ALL_OPERATIONS - MAIL_OPERATIONS,
    # pymap shows no certificate to what answers.
    "certificate": ALL_OPERATIONS - IMAP_OPERATIONS,
}


def operations_with(path: str) -> frozenset[str]:
    """Return the operations of which a text may be at a path, see ``simulator.scripting.model.When.texts``."""
    found = _WITH_PATH.get(path)
    return _WITH_GROUP.get(path.partition(".")[0], ALL_OPERATIONS) if found is None else found

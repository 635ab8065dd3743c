"""The OID that goes with a matricule and says what it is.

A matricule and its OID are inseparable (ins-rules MAT-07). An INS is told by its OID, never by the value: for
most adults the billing number has the same 15 characters (ins-formats §1).
"""

from __future__ import annotations

from enum import StrEnum

_ROOT = "1.2.250.1.213.1.4"


class InsOid(StrEnum):
    """The four OIDs of an INS (ins-rules MAT-05, ins-formats §1)."""

    NIR = f"{_ROOT}.8"
    """Real INS-NIR. The INSi qualification service returns it for its test people too."""
    NIA = f"{_ROOT}.9"
    """Real INS-NIA, the waiting number."""
    NIR_TEST = f"{_ROOT}.10"
    """Test INS-NIR."""
    NIR_DEMO = f"{_ROOT}.11"
    """Demonstration INS-NIR."""

    @property
    def nature(self) -> str:
        """``NIR`` or ``NIA``, as shown beside the matricule."""
        return "NIA" if self is InsOid.NIA else "NIR"

    @property
    def is_test(self) -> bool:
        """Whether production must refuse it: test and demonstration (ins-rules MAT-06, inferred)."""
        return self in (InsOid.NIR_TEST, InsOid.NIR_DEMO)


_ACCEPTED = ", ".join(InsOid)

_REFUSED = {
    f"{_ROOT}.2": ".2 is the INS-C, the computed identifier that the INS replaced",
    f"{_ROOT}.5": ".5 is not an INS: public code carries it by mistake for the INS-NIR",
    f"{_ROOT}.13": ".13 is the NIR used as a social-security number (NSS) for billing",
    f"{_ROOT}.14": ".14 is the NIA used as a social-security number (NSS) for billing",
    f"{_ROOT}.1.1.1": ".1.1.1 is not an INS: public code carries it by mistake for the INS-NIR",
    "1.2.250.1.213.1.1.1": ".1.1.1 is the arc of document templates, carried by mistake in public code",
    "1.2.250.1.213.1.1.1.1": ".1.1.1.1 is the CDA template of the minimal structure, not an identifier",
    "1.2.250.1.176.1.2": "this is the NDP, the number of a pharmacy record (Dossier Pharmaceutique)",
    "1.2.250.1.71.4.2.2": "this designates health structures, not patients",
    _ROOT: "this is the arc of the INS OIDs, its last number is missing",
}


class OidError(ValueError):
    """A text is not the OID of an INS: ``got`` is the text, ``why`` what it is instead."""

    def __init__(self, got: str, why: str) -> None:
        """Keep the text and the reason."""
        super().__init__(f"OID of an INS: expected one of {_ACCEPTED}, got {got!r}: {why}")
        self.got = got
        self.why = why

    def __reduce__(self) -> tuple[type[OidError], tuple[str, str]]:
        """Survive a trip between processes, which rebuilds exceptions from their arguments."""
        return type(self), (self.got, self.why)


def parse_oid(text: str) -> InsOid:
    """Read the OID of an INS, raw: dotted numbers, no prefix, no space.

    Raises:
        OidError: any other text, with the reason when the OID is known.
    """
    try:
        return InsOid(text)
    except ValueError:
        raise OidError(text, _reason(text)) from None


def _reason(text: str) -> str:
    bare = text.strip().lower().removeprefix("urn:oid:")
    if bare in _REFUSED:
        return _REFUSED[bare]
    if bare in frozenset(InsOid):
        return f"only the bare form {bare} is accepted"
    if not bare:
        return "it is empty"
    return "it is not known as the OID of a patient identifier"

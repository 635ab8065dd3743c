"""How the user of the reference LGO proves who they are to INSi (insi-contract §1.6, §4.2 and §4.4; CAL-15, CAL-18).

* ``CPX``: the card of the professional signs an assertion. The card here is a throw-away one, made in memory when it is
  first needed: it proves nothing to anybody, and a service that checks it refuses it.
* ``PSC``: an unsigned assertion, with a token of Pro Santé Connect (how that travels is not established).
* ``CERTIFICATE``: mutual TLS by the certificate of the organisation, and no assertion. This software has no certificate:
  it then sends what such a call holds. So it does as long as nobody has chosen.

What a pharmacist's assertion says: who bills and the sector of activity, and no specialty, which is for physicians.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from conformance.drivers.screens import Authentication
from conformance.reference.card_soap import WSSE
from conformance.reference.seams import Seam
from conformance.reference.soap import SOAP12
from simulator.security.issuing import Period, issue_authority, issue_card, new_key
from simulator.security.signing import make_ps_assertion, make_psc_assertion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Actor
    from conformance.reference.seams import Seams

NATIONAL_ID: Final = "899700000017"
"""A fictional identifier of a professional."""

PHARMACIST: Final = "Pharmacien"


@dataclass(frozen=True, slots=True, kw_only=True)
class Professional:
    """What the assertion of a professional says, by our names; an attribute that is ``None`` is left out."""

    billing_identifier: str | None = "992000017"
    """``identifiantFacturation``: a fictional FINESS of the pharmacy."""
    sector: str | None = "SA05"
    """``secteurActivite``."""
    specialty: str | None = None
    """``codeSpecialiteAMO``: physicians only."""
    profession: str | None = None
    """``gipProfessionCode``: with Pro Santé Connect only, for who has several professions."""


_ATTRIBUTES: Final = {
    "billing_identifier": "identifiantFacturation",
    "sector": "secteurActivite",
    "specialty": "codeSpecialiteAMO",
    "profession": "gipProfessionCode",
}


class SignIn:
    """The means by which the user is signed in.

    Args:
        seams: what the assertion passes on its way.
    """

    def __init__(self, seams: Seams) -> None:
        """Sign nobody in."""
        self._seams = seams
        self.means: Authentication | None = None

    def choose(self, means: Authentication, actor: Actor) -> None:
        """Sign the user in by this means from now on; this workstation has one user at a time."""
        typed = self._seams.one(
            Seam.TYPED, {"means": means}, verb="sign-in", user=actor.user, role=actor.role
        )
        self.means = Authentication(typed["means"])

    def forget(self) -> None:
        """Sign nobody in: the software is reset."""
        self.means = None

    def signed(self, content: bytes) -> tuple[bytes, Mapping[str, str]]:
        """Return a request with the assertion that goes with the means, and the HTTP headers that go with it."""
        says = [asdict(Professional())] if self.means in {Authentication.CPX, Authentication.PSC} else []
        passed = self._seams.many(Seam.PROFESSIONAL, says, means=self.means)
        if not passed or self.means is None:
            return content, {}
        attributes = {
            name: value for ours, name in _ATTRIBUTES.items() if (value := passed[0][ours]) is not None
        }
        if self.means is Authentication.PSC:
            assertion = make_psc_assertion(
                name_id=NATIONAL_ID,
                issuer=NATIONAL_ID,
                attributes=attributes,
                issue_instant=datetime.now(UTC),
            )
            # Bench only: a real one is obtained from Pro Santé Connect.
            return _with_assertion(content, assertion), {"Authorization": "Bearer banc-insi"}
        certificate, key = _card()
        assertion = make_ps_assertion(
            certificate, key, attributes=attributes, issue_instant=datetime.now(UTC)
        )
        return _with_assertion(content, assertion), {}


def _with_assertion(content: bytes, assertion: bytes) -> bytes:
    """Put the assertion of the professional first in ``wsse:Security``, which a call by card has already."""
    envelope = etree.fromstring(content)
    header: Any = envelope.find(f"{{{SOAP12}}}Header")
    security = header.find(f"{{{WSSE}}}Security")
    if security is None:
        security = etree.Element(f"{{{WSSE}}}Security", nsmap={"wsse": WSSE})
        header.insert(0, security)
    security.insert(0, etree.fromstring(assertion))
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


@cache
def _card() -> tuple[bytes, bytes]:
    """Return the certificate and the key of a throw-away card, PEM."""
    now = datetime.now(UTC)
    period = Period(start=now - timedelta(days=1), end=now + timedelta(days=30))
    authority = issue_authority("CARTE JETABLE BANC-LGO", new_key(), period)
    key = new_key()
    certificate = issue_card(
        key,
        authority,
        period,
        common_name=NATIONAL_ID,
        given_name="CAMILLE",
        surname="BANC",
        profession=PHARMACIST,
        card_type=0,
    )
    return (
        certificate.public_bytes(Encoding.PEM),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )

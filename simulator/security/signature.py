"""Verifying the signature of a PS assertion (insi-contract §4.2), and reading only what it covers.

The assertion is taken out of the message by its place, as bytes of its own. Those bytes, parsed alone, are
what is verified and what is read: nothing elsewhere in the message can be verified in their stead (signature
wrapping), and they alone are the key of the cache. One shape of signature is accepted; the key is that of the
certificate, and the certificate counts only when an authority of the bench issued it.
"""

from __future__ import annotations

import base64
import binascii
import threading
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, TypeVar

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree
from xmlsec import constants

from simulator.security.assertions import PsAssertion, check_lifetime, check_place, read_ps
from simulator.security.certificates import SIGNER_REFUSED, check_card_certificate
from simulator.security.names import CLOCK_SKEW, DSIG, ENVELOPED, EXCLUSIVE_C14N, RSA_SHA256, SHA256
from simulator.security.parts import SIGNATURE, identifier
from simulator.security.refusals import AssertionRefusal, AssertionRefusedError, malformed
from simulator.security.trust import CertificateRefusedError
from simulator.xml import own_parser

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from cryptography.hazmat.primitives.asymmetric import rsa

    from simulator.security.trust import TrustStore

_Who = TypeVar("_Who")

_SIGNED_INFO: Final = f"{{{DSIG}}}SignedInfo"
_SIGNATURE_VALUE: Final = f"{{{DSIG}}}SignatureValue"
_KEY_INFO: Final = f"{{{DSIG}}}KeyInfo"
_C14N_METHOD: Final = f"{{{DSIG}}}CanonicalizationMethod"
_SIGNATURE_METHOD: Final = f"{{{DSIG}}}SignatureMethod"
_REFERENCE: Final = f"{{{DSIG}}}Reference"
_TRANSFORMS: Final = f"{{{DSIG}}}Transforms"
_TRANSFORM: Final = f"{{{DSIG}}}Transform"
_DIGEST_METHOD: Final = f"{{{DSIG}}}DigestMethod"
_DIGEST_VALUE: Final = f"{{{DSIG}}}DigestValue"
_X509_DATA: Final = f"{{{DSIG}}}X509Data"
_X509_CERTIFICATE: Final = f"{{{DSIG}}}X509Certificate"
_INCLUSIVE: Final = f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces"

_ALLOWED_TRANSFORMS: Final = (
    constants.TransformEnveloped,
    constants.TransformExclC14N,
    constants.TransformSha256,
)
_DEFAULT_SIZE: Final = 4096
MAX_CERTIFICATES: Final = 10
"""Most certificates in the KeyInfo of an assertion (ours): a chain has three."""


@dataclass(frozen=True, slots=True)
class VerifiedAssertion:
    """What the cache keeps: these very bytes carry a valid signature by this certificate, and say this."""

    assertion: PsAssertion
    certificate: bytes
    """DER."""


class VerificationCache:
    """Assertions whose signature holds, by the digest of their bytes. Bounded, shared by threads.

    It remembers nothing that changes: life time, validity and revocation are checked at every call, and the
    certificate against the trust store of that call.
    """

    def __init__(self, size: int = _DEFAULT_SIZE) -> None:
        """Make an empty cache of ``size`` assertions; the least recently used goes first."""
        self._size = size
        self._kept: OrderedDict[bytes, VerifiedAssertion] = OrderedDict()
        self._lock = threading.Lock()
        self.hits = 0
        self.misses = 0

    def get(self, digest: bytes) -> VerifiedAssertion | None:
        """Return what is kept under a digest."""
        with self._lock:
            found = self._kept.get(digest)
            if found is None:
                self.misses += 1
            else:
                self.hits += 1
                self._kept.move_to_end(digest)
            return found

    def put(self, digest: bytes, verified: VerifiedAssertion) -> None:
        """Keep an assertion whose signature was just verified."""
        with self._lock:
            self._kept[digest] = verified
            self._kept.move_to_end(digest)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)


def verify_ps_assertion(
    element: etree._Element | None,
    document_root: etree._Element,
    trust: TrustStore,
    now: datetime,
    cache: VerificationCache,
    *,
    skew: timedelta = CLOCK_SKEW,
) -> PsAssertion:
    """Return what a signed PS assertion says, once everything about it holds.

    Args:
        element: the assertion, a child of the Security header (``find_assertions``).
        document_root: the envelope.
        trust: the authorities of the bench.
        now: the clock of the session, aware.
        cache: kept from one call to the next.
        skew: how far in the future IssueInstant may lie.

    Raises:
        AssertionRefusedError: with the reason, the cause and the code of the fault.
    """
    content = etree.tostring(check_place(element, document_root), with_tail=False)
    digest = sha256(content).digest()
    verified = cache.get(digest)
    try:
        if verified is None:
            verified = _verify(content, trust, now)
            cache.put(digest, verified)
        else:
            known = trust.examine(verified.certificate, SIGNER_REFUSED)
            trust.check_now(known, now, SIGNER_REFUSED)
    except CertificateRefusedError as error:
        raise AssertionRefusedError(
            AssertionRefusal.CERTIFICATE, f"{error.reason}: {error.cause}", error.fault_code
        ) from error
    check_lifetime(verified.assertion, now, skew=skew)
    return verified.assertion


def _verify(content: bytes, trust: TrustStore, now: datetime) -> VerifiedAssertion:
    root, der, (card, _) = verify_signed(content, lambda found: check_card_certificate(found, trust, now))
    return VerifiedAssertion(read_ps(root, card), der)


def verify_signed(
    content: bytes, check: Callable[[bytes], tuple[_Who, rsa.RSAPublicKey]]
) -> tuple[etree._Element, bytes, tuple[_Who, rsa.RSAPublicKey]]:
    """Verify an assertion by itself; return what is to be read of it, the certificate (DER), and what ``check`` returned.

    Args:
        content: the bytes of the assertion alone.
        check: says whether the certificate (DER) may sign; returns whose it is and the only key to verify with.

    Raises:
        AssertionRefusedError: no signature, not of the one shape accepted, or it does not verify.
        CertificateRefusedError: ``check`` refused.
    """
    try:
        # Comments stay, to be refused.
        root = etree.fromstring(content, own_parser())
    except etree.XMLSyntaxError as error:
        # libxml2 lets names such as "saml:" through when a message is read, and not when it was written out again.
        raise malformed(f"expected an assertion that can be read by itself: {error.msg}") from error
    signature = _signature(root)
    _check_signed_info(signature, identifier(root))
    der = _certificate(signature)
    who, key = check(der)
    _check_value(root, signature, key)
    return root, der, (who, key)


def _signature(root: etree._Element) -> etree._Element:
    signatures = list(root.iter(SIGNATURE))
    if not signatures:
        raise AssertionRefusedError(
            AssertionRefusal.NOT_SIGNED, "expected a signed assertion, got no Signature"
        )
    if len(signatures) > 1:
        raise _form(f"expected one Signature in the assertion, got {len(signatures)}")
    if signatures[0].getparent() is not root:
        raise _form("expected the Signature as a child of the Assertion, got it deeper")
    if next(root.iter(etree.Comment, etree.ProcessingInstruction, etree.Entity), None) is not None:
        raise malformed("expected no comment, processing instruction or entity in the assertion, got one")
    return signatures[0]


def _check_signed_info(signature: etree._Element, own_id: str) -> None:
    """Accept one shape only, so that what xmlsec verifies is the whole assertion and nothing else."""
    signed_info, _, _ = _exactly(signature, _SIGNED_INFO, _SIGNATURE_VALUE, _KEY_INFO)
    c14n, method, reference = _exactly(signed_info, _C14N_METHOD, _SIGNATURE_METHOD, _REFERENCE)
    _algorithm(c14n, EXCLUSIVE_C14N)
    _algorithm(method, RSA_SHA256)
    if reference.get("URI") != f"#{own_id}":
        raise _form(f"expected Reference URI='#{own_id}', got {reference.get('URI')!r}")
    transforms, digest, _ = _exactly(reference, _TRANSFORMS, _DIGEST_METHOD, _DIGEST_VALUE)
    enveloped, exclusive = _exactly(transforms, _TRANSFORM, _TRANSFORM)
    _algorithm(enveloped, ENVELOPED)
    _algorithm(exclusive, EXCLUSIVE_C14N)
    _algorithm(digest, SHA256)


def _exactly(parent: etree._Element, *tags: str) -> list[etree._Element]:
    children = list(parent)
    if [child.tag for child in children] != list(tags):
        name, wanted = _name(parent.tag), ", ".join(map(_name, tags))
        got = ", ".join(_name(child.tag) for child in children[:8]) or "nothing"
        raise _form(f"expected exactly {wanted} in {name}, got {got}")
    return children


def _algorithm(element: etree._Element, expected: str) -> None:
    got = element.get("Algorithm")
    if got != expected:
        raise AssertionRefusedError(
            AssertionRefusal.ALGORITHM, f"expected {_name(element.tag)} {expected}, got {got!r}"
        )
    # A parameter: the prefixes to treat as in inclusive canonicalisation. It changes no meaning.
    allowed = {_INCLUSIVE} if expected == EXCLUSIVE_C14N else set()
    if len(element) > 1 or any(child.tag not in allowed or len(child) for child in element):
        raise _form(f"expected no parameter in {_name(element.tag)}, got {_name(element[0].tag)}")


def _certificate(signature: etree._Element) -> bytes:
    """Return the certificate of the card among those of KeyInfo: the one that issued none of the others.

    Nothing prescribes an order (XML Signature §4.5.4): the chain may come in any. Everything else in KeyInfo, KeyValue first, is
    ignored. A wrong choice cannot harm: the key of the one chosen must verify, and an authority of the bench must have issued it.
    """
    found = signature.findall(f"{_KEY_INFO}/{_X509_DATA}/{_X509_CERTIFICATE}")
    if not found or any(len(element) for element in found):
        raise _form("expected the certificate of the card in KeyInfo/X509Data/X509Certificate, got none")
    if len(found) > MAX_CERTIFICATES:
        raise _form(f"expected at most {MAX_CERTIFICATES} certificates in KeyInfo, got {len(found)}")
    carried = list(dict.fromkeys(_decoded(element) for element in found))
    return carried[0] if len(carried) == 1 else _leaf(carried)


def _leaf(carried: list[bytes]) -> bytes:
    """Return the first certificate whose subject is the issuer of no other one."""
    named: list[tuple[bytes, x509.Name, x509.Name]] = []
    for der in carried:
        try:
            certificate = x509.load_der_x509_certificate(der)
            named.append((der, certificate.subject, certificate.issuer))
        except (ValueError, x509.InvalidVersion):
            continue  # no certificate: if it is all there is, the check of the certificate says so
    for der, subject, _ in named:
        if all(subject != issuer for other, _, issuer in named if other != der):
            return der
    return carried[0]


def _decoded(element: etree._Element) -> bytes:
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _form(f"expected X509Certificate in base 64: {error}") from error


def _check_value(root: etree._Element, signature: etree._Element, key: rsa.RSAPublicKey) -> None:
    context = xmlsec.SignatureContext()
    context.register_id(root, "ID")
    for transform in _ALLOWED_TRANSFORMS:
        context.enable_reference_transform(transform)
    for transform in (constants.TransformExclC14N, constants.TransformRsaSha256):
        context.enable_signature_transform(transform)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    # With a key given, xmlsec does not look at KeyInfo.
    context.key = xmlsec.Key.from_memory(pem, constants.KeyDataFormatPem)
    try:
        context.verify(signature)
    except xmlsec.Error as error:
        raise AssertionRefusedError(
            AssertionRefusal.SIGNATURE_INVALID,
            f"the signature of the assertion does not verify ({error}): changed or formatted after signing, "
            "or signed by another key than that of the certificate",
        ) from error


def _form(cause: str) -> AssertionRefusedError:
    return AssertionRefusedError(AssertionRefusal.SIGNATURE_FORM, cause)


def _name(tag: object) -> str:
    return str(tag).rpartition("}")[2]

"""What the transport and the assertions prove: client certificates, SAML assertions, XML signature, throw-away PKI."""

from __future__ import annotations

from simulator.security.assertions import (
    AssertionElements,
    PsAssertion,
    VitaleAssertion,
    find_assertions,
    read_psc_assertion,
    read_unverified_assertion,
    read_vitale_assertion,
)
from simulator.security.certificates import (
    CardCertificate,
    SoftwareCertificate,
    check_client_certificate,
)
from simulator.security.refusals import AssertionRefusal, AssertionRefusedError
from simulator.security.signature import VerificationCache, verify_ps_assertion
from simulator.security.trust import (
    CertificateRefusal,
    CertificateRefusedError,
    TrustStore,
    TrustStoreError,
)

__all__ = [
    "AssertionElements",
    "AssertionRefusal",
    "AssertionRefusedError",
    "CardCertificate",
    "CertificateRefusal",
    "CertificateRefusedError",
    "PsAssertion",
    "SoftwareCertificate",
    "TrustStore",
    "TrustStoreError",
    "VerificationCache",
    "VitaleAssertion",
    "check_client_certificate",
    "find_assertions",
    "read_psc_assertion",
    "read_unverified_assertion",
    "read_vitale_assertion",
    "verify_ps_assertion",
]

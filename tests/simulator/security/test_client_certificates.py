from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulator.security.certificates import card_of, check_card_certificate, check_client_certificate
from simulator.security.issuing import Period, _key_usage, issue_authority, issue_crl, new_key
from simulator.security.trust import CertificateRefusal, CertificateRefusedError, TrustStore, TrustStoreError


@pytest.mark.parametrize(("name", "mode"), [("insi-auto", "AUTO"), ("insi-manu", "MANU")])
def test_a_good_certificate_says_who_calls(der, trust, now, name, mode):
    caller = check_client_certificate(der(name), trust, now)
    assert (caller.cn, caller.mode, caller.ou) == (name.upper(), mode, "10B0000001")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("wrong-name", ("name", "desir_560")),
        ("lower-case-name", ("name", "desir_560")),
        ("expired", ("expired", "desir_9108")),
        ("not-yet-valid", ("not-yet-valid", "desir_9108")),
        ("other-authority", ("untrusted", "desir_9108")),
        ("revoked", ("revoked", "desir_9108")),
        ("wrong-usage", ("key-usage", "desir_9108")),
        ("weak-key", ("weak-key", "desir_9108")),
        ("server", ("key-usage", "desir_9108")),
        ("cps", ("key-usage", "desir_9108")),
    ],
)
def test_a_bad_client_certificate_is_refused_for_its_defect(der, trust, now, name, expected):
    with pytest.raises(CertificateRefusedError) as refused:
        check_client_certificate(der(name), trust, now)
    assert (refused.value.reason, refused.value.fault_code) == expected


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("cps-expired", "expired"),
        ("cps-not-yet-valid", "not-yet-valid"),
        ("cps-other-authority", "untrusted"),
        ("cps-revoked", "revoked"),
        ("cps-authentication", "key-usage"),
        ("cps-weak-key", "weak-key"),
        ("insi-manu", "key-usage"),
    ],
)
def test_a_bad_card_is_refused_for_its_defect(der, trust, now, name, reason):
    with pytest.raises(CertificateRefusedError) as refused:
        check_card_certificate(der(name), trust, now)
    assert (refused.value.reason, refused.value.fault_code) == (reason, "desir_9105")


def test_the_manifest_tells_the_answer_to_each_certificate(pki, der, trust, now):
    told = {entry.name: entry.answer for entry in pki.entries if entry.kind != "server"}
    found = {}
    for entry in pki.entries:
        check = {"software": check_client_certificate, "card": check_card_certificate}.get(entry.kind)
        if check is None:
            continue
        try:
            check(der(entry.name), trust, now)
            found[entry.name] = "accepted"
        except CertificateRefusedError as refused:
            # The handshake refuses these two before the service sees them.
            early = entry.kind == "software" and refused.reason in {"untrusted", "key-usage"}
            found[entry.name] = "tls" if early else refused.fault_code
    assert found == told


@pytest.mark.parametrize(("card", "kind"), [("cps", "CPS"), ("cpe", "CDE-CPE")])
def test_the_type_of_card_gives_the_qualifier(der, trust, now, card, kind):
    assert check_card_certificate(der(card), trust, now)[0].qualifier == kind


def test_a_software_certificate_has_no_type_of_card(pem):
    assert card_of(x509.load_pem_x509_certificate(pem("insi-manu")[0])).qualifier == "CPX"


@pytest.mark.parametrize("content", [b"", b"\x30", b"not a certificate", b"\x30\x84\xff\xff\xff\xff" * 20000])
def test_bytes_that_are_no_certificate_are_refused(trust, now, content):
    with pytest.raises(CertificateRefusedError) as refused:
        check_client_certificate(content, trust, now)
    assert refused.value.reason == "unreadable"


def test_the_clock_given_decides(der, trust, now):
    check_client_certificate(der("expired"), trust, now - timedelta(days=45))
    with pytest.raises(CertificateRefusedError) as refused:
        check_client_certificate(der("insi-manu"), trust, now + timedelta(days=366))
    assert refused.value.reason == "expired"


class Issuing:
    """An authority of its own, to make certificates that the PKI does not have."""

    def __init__(self, now):
        self.period = Period(start=now - timedelta(days=1), end=now + timedelta(days=1))
        self.authority = issue_authority("AC TEST", new_key(), self.period)
        self.now = now

    def software(self, *attributes, key=None, usage=None):
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes]))
            .issuer_name(self.authority.certificate.subject)
            .public_key((key or new_key()).public_key())
            .serial_number(7)
            .not_valid_before(self.period.start)
            .not_valid_after(self.period.end)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(usage or _key_usage(digital_signature=True), critical=True)
        )
        return builder.sign(self.authority.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def check(self, content, revocations=()):
        store = TrustStore([self.authority.certificate], revocations)
        return check_client_certificate(content, store, self.now)


@pytest.fixture(scope="module")
def issuing(now):
    return Issuing(now)


CN, OU = NameOID.COMMON_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ([(OU, "10B0000001")], "name"),
        ([(CN, "INSI-MANU "), (OU, "10B0000001")], "name"),
        ([(CN, "INSI_MANU"), (OU, "10B0000001")], "name"),
        ([(CN, "INSI-MANU"), (CN, "INSI-AUTO"), (OU, "10B0000001")], "name"),
        ([(CN, "INSI-MANU")], "structure"),
        ([(CN, "INSI-MANU"), (OU, "10B0000001"), (OU, "10B0000002")], "structure"),
    ],
    ids=["no CN", "trailing space", "underscore", "two CN", "no OU", "two OU"],
)
def test_the_name_must_be_exact_and_the_structure_single(issuing, attributes, reason):
    with pytest.raises(CertificateRefusedError) as refused:
        issuing.check(issuing.software(*attributes))
    assert refused.value.reason == reason


@pytest.mark.parametrize(("curve", "accepted"), [(ec.SECP256R1(), True), (ec.SECP192R1(), False)])
def test_an_elliptic_curve_key_must_be_strong_too(issuing, curve, accepted):
    content = issuing.software((CN, "INSI-MANU"), (OU, "1"), key=ec.generate_private_key(curve))
    if accepted:
        assert issuing.check(content).mode == "MANU"
        return
    with pytest.raises(CertificateRefusedError) as refused:
        issuing.check(content)
    assert refused.value.reason == "weak-key"


def test_a_client_certificate_must_be_for_signing_the_handshake(issuing):
    content = issuing.software((CN, "INSI-MANU"), (OU, "1"), usage=_key_usage(key_encipherment=True))
    with pytest.raises(CertificateRefusedError) as refused:
        issuing.check(content)
    assert refused.value.reason == "key-usage"


@pytest.mark.parametrize(
    ("names", "key", "reason"),
    [
        (["800000000001"], ec.generate_private_key(ec.SECP256R1()), "key-usage"),
        (["800000000001", "800000000002"], None, "name"),
        ([], None, "name"),
    ],
    ids=["elliptic curve", "two CN", "no CN"],
)
def test_a_card_has_an_rsa_key_and_one_name(issuing, names, key, reason):
    content = issuing.software(
        *((CN, name) for name in names), (OU, "1"), key=key, usage=_key_usage(content_commitment=True)
    )
    store = TrustStore([issuing.authority.certificate])
    with pytest.raises(CertificateRefusedError) as refused:
        check_card_certificate(content, store, issuing.now)
    assert refused.value.reason == reason


def test_a_store_remembers_a_bounded_number_of_certificates(issuing, monkeypatch):
    monkeypatch.setattr("simulator.security.trust._REMEMBERED", 1)
    store = TrustStore([issuing.authority.certificate])
    contents = [issuing.software((CN, cn), (OU, "1")) for cn in ("INSI-MANU", "INSI-AUTO")]
    for content in [*contents, *contents]:
        check_client_certificate(content, store, issuing.now)
    assert len(store._known) == 1


def test_a_store_needs_an_authority(tmp_path):
    with pytest.raises(TrustStoreError, match="one authority at least"):
        TrustStore.load(tmp_path)
    with pytest.raises(TrustStoreError, match="cannot be read"):
        TrustStore.load(tmp_path / "missing")


def test_a_store_refuses_what_is_not_an_authority(tmp_path, pem):
    (tmp_path / "leaf.pem").write_bytes(pem("insi-manu")[0])
    with pytest.raises(TrustStoreError, match="not one"):
        TrustStore.load(tmp_path)


@pytest.mark.parametrize(
    "content", [b"hello", b"-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n", b""]
)
def test_a_store_names_the_file_it_cannot_read(tmp_path, content):
    (tmp_path / "odd.pem").write_bytes(content)
    with pytest.raises(TrustStoreError, match=r"odd\.pem"):
        TrustStore.load(tmp_path)


def test_a_revocation_list_must_be_signed_by_an_authority_of_the_store(issuing, now):
    other = issue_authority("AC TEST", new_key(), issuing.period)
    with pytest.raises(TrustStoreError, match="signed by no authority"):
        TrustStore([issuing.authority.certificate], [issue_crl(other, issuing.period, [], now)])


def test_authorities_and_lists_may_be_der(tmp_path, issuing, now):
    content = issuing.software((CN, "INSI-AUTO"), (OU, "1"))
    revoked = issue_crl(issuing.authority, issuing.period, [x509.load_der_x509_certificate(content)], now)
    (tmp_path / "ac.crt").write_bytes(issuing.authority.certificate.public_bytes(Encoding.DER))
    (tmp_path / "ac.crl").write_bytes(revoked.public_bytes(Encoding.DER))
    (tmp_path / "notes.txt").write_text("not read", "utf-8")
    with pytest.raises(CertificateRefusedError) as refused:
        check_client_certificate(content, TrustStore.load(tmp_path), now)
    assert refused.value.reason == "revoked"


def test_what_a_revoked_authority_issued_is_refused(now):
    period = Period(start=now - timedelta(days=1), end=now + timedelta(days=1))
    root = issue_authority("RACINE", new_key(), period)
    issuing = Issuing(now)
    issuing.authority = issue_authority("AC", new_key(), period, root)
    content = issuing.software((CN, "INSI-MANU"), (OU, "1"))
    authorities = [root.certificate, issuing.authority.certificate]
    crl = issue_crl(root, period, [issuing.authority.certificate], now)
    assert check_client_certificate(content, TrustStore(authorities), now)
    with pytest.raises(CertificateRefusedError) as refused:
        check_client_certificate(content, TrustStore(authorities, [crl]), now)
    assert refused.value.reason == "revoked"


def test_a_certificate_of_an_unknown_version_is_unreadable(der, trust, now):
    # Found by coverage-guided fuzzing: the library's own error for it is not a ValueError.
    good = der("insi-manu")
    version = good.index(bytes.fromhex("a003020102"))
    bad = good[: version + 4] + bytes([33]) + good[version + 5 :]
    with pytest.raises(CertificateRefusedError) as caught:
        check_client_certificate(bad, trust, now)
    assert caught.value.reason is CertificateRefusal.UNREADABLE

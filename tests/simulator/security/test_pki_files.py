from __future__ import annotations

import ssl
import stat
import sys
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from simulator.security.pki import PkiError, init_pki, read_pki


def certificate(pki, name):
    return x509.load_pem_x509_certificate((pki.directory / pki.entry(name).cert).read_bytes())


def private(content):
    return load_pem_private_key(content, None, unsafe_skip_rsa_key_validation=True)


def test_every_certificate_asked_for_is_there(pki):
    assert {entry.name for entry in pki.entries} >= {
        "server",
        "insi-auto",
        "insi-manu",
        "cps",
        "wrong-name",
        "lower-case-name",
        "expired",
        "not-yet-valid",
        "other-authority",
        "revoked",
        "wrong-usage",
        "weak-key",
    }


def test_the_key_of_each_entry_is_that_of_its_certificate(pki, pem):
    for entry in pki.entries:
        cert, key = pem(entry.name)
        public = private(key).public_key()
        assert x509.load_pem_x509_certificate(cert).public_key() == public, entry.name


def test_a_pkcs12_file_opens_with_the_password_of_the_summary_and_holds_the_chain(pki):
    for entry in pki.entries:
        store = load_pkcs12((pki.directory / entry.p12).read_bytes(), pki.password.encode())
        assert store.cert is not None
        assert store.cert.certificate == certificate(pki, entry.name)
        assert len(store.additional_certs) == 2, entry.name


def test_the_combined_file_is_what_a_tls_client_loads(pki):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_cert_chain(pki.directory / pki.entry("insi-manu").combined)


def test_the_server_answers_for_the_loop_back_and_for_the_names_given(pki):
    names = certificate(pki, "server").extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "bench.example"]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]


def test_a_card_certificate_looks_like_a_real_one(pki):
    card = certificate(pki, "cps")
    assert [len(part) for part in card.subject.rdns] == [1, 1, 3]
    assert card.extensions.get_extension_for_oid(x509.ObjectIdentifier("1.2.250.1.71.1.2.2"))


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("expired", "insi-manu"),
        ("revoked", "insi-manu"),
        ("wrong-usage", "insi-manu"),
        ("cps-revoked", "cps"),
    ],
)
def test_a_bad_certificate_has_the_subject_and_key_of_the_good_one(pki, bad, good):
    assert certificate(pki, bad).subject == certificate(pki, good).subject
    assert certificate(pki, bad).public_key() == certificate(pki, good).public_key()


def test_the_other_authority_bears_the_same_name(pki):
    assert certificate(pki, "other-authority").issuer == certificate(pki, "insi-manu").issuer


def test_the_keys_of_the_authorities_are_written_nowhere(pki):
    authorities = [
        x509.load_pem_x509_certificate(path.read_bytes()).public_key().public_numbers()
        for path in pki.trust.glob("*.pem")
        if not path.name.endswith(".crl.pem")
    ]
    keys = [
        private(path.read_bytes()).public_key().public_numbers() for path in pki.directory.rglob("*.key.pem")
    ]
    assert len(authorities) == 3
    assert len(keys) == len(pki.entries)
    assert not [key for key in keys if key in authorities]


@pytest.mark.skipif(sys.platform == "win32", reason="no such rights there")
def test_private_files_are_for_the_owner_only(pki):
    for entry in pki.entries:
        for name in (entry.key, entry.combined, entry.p12):
            assert stat.S_IMODE((pki.directory / name).stat().st_mode) == 0o600, name


def test_the_manifest_gives_the_summary_back(pki):
    assert read_pki(pki.directory) == pki


def test_an_existing_pki_is_kept_unless_forced(tmp_path, now):
    first = init_pki(tmp_path, now=now)
    before = (tmp_path / first.entry("cps").cert).read_bytes()
    with pytest.raises(PkiError, match="already"):
        init_pki(tmp_path, now=now)
    assert (tmp_path / first.entry("cps").cert).read_bytes() == before
    init_pki(tmp_path, now=now, force=True)
    assert (tmp_path / first.entry("cps").cert).read_bytes() != before


def test_good_certificates_last_as_long_as_asked(tmp_path, now):
    made = init_pki(tmp_path, now=now, days=10)
    assert certificate(made, "insi-auto").not_valid_after_utc == now + timedelta(days=10)


@pytest.mark.parametrize(
    "options",
    [{"days": 0}, {"hosts": ["hôte"]}, {"hosts": [""]}, {"password": ""}, {"now": datetime(2026, 1, 1)}],  # noqa: DTZ001 - the naive time is the point
    ids=["no days", "accented host", "empty host", "empty password", "naive time"],
)
def test_bad_arguments_are_refused_before_anything_is_written(tmp_path, options):
    with pytest.raises(PkiError):
        init_pki(tmp_path / "pki", **{"now": datetime(2026, 1, 1, tzinfo=UTC), **options})
    assert not (tmp_path / "pki").exists()


def test_a_directory_that_cannot_be_written_is_said(tmp_path, now):
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(PkiError, match="cannot be written"):
        init_pki(tmp_path / "file", now=now)


@pytest.mark.parametrize("content", [None, "{}", "not JSON"])
def test_a_directory_without_a_whole_manifest_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "manifest.json").write_text(content, "utf-8")
    with pytest.raises(PkiError):
        read_pki(tmp_path)


def test_an_unknown_entry_is_a_key_error(pki):
    with pytest.raises(KeyError):
        pki.entry("nobody")

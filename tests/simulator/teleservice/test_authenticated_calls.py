"""Calls with certificates and assertions, through the whole teleservice, at the time of the session."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from simulator.bench import BenchOptions, BenchSetupError, open_bench
from simulator.security.pki import init_pki
from simulator.security.signing import make_ps_assertion, make_psc_assertion, make_vitale_assertion
from simulator.teleservice.wire import WireRequest

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
BILLING = {"identifiantFacturation": "990000001", "secteurActivite": "SA07"}


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return init_pki(tmp_path_factory.mktemp("pki") / "pki", now=NOW)


@pytest.fixture(scope="module")
def bench(tmp_path_factory, pki):
    bench = open_bench(BenchOptions(data_dir=tmp_path_factory.mktemp("bench"), people=5, pki=pki.directory))
    yield bench
    bench.close()


@pytest.fixture
def ask(bench, soap_request):
    """Ask for ADRTROIS TOUSSAINT in a fresh session whose clock stands still; return the exchange."""

    def run(*assertions, at=NOW, certificate=None, headers=None, request=soap_request, **settings):
        session = bench.sessions.create(clock_frozen_at=at.isoformat(), **settings)
        security = (
            f'<wsse:Security xmlns:wsse="{WSSE}">{b"".join(assertions).decode()}</wsse:Security>'
            if assertions
            else ""
        )
        content_type = {"content-type": "application/soap+xml; charset=utf-8"}
        wire = WireRequest(
            path="/lps",
            headers={**content_type, **(headers or {})},
            body=request(more_header=security),
            client_certificate=certificate,
        )
        return bench.teleservice.handle(wire, session)

    return run


@pytest.fixture
def signed(pki):
    def make(card="cps", issued=NOW, **options):
        entry = pki.entry(card)
        certificate, key = (pki.directory / entry.cert).read_bytes(), (pki.directory / entry.key).read_bytes()
        return make_ps_assertion(certificate, key, attributes=BILLING, issue_instant=issued, **options)

    return make


@pytest.fixture
def der(pki):
    def read(name):
        pem = (pki.directory / pki.entry(name).cert).read_bytes()
        return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)

    return read


def _codes(exchange):
    return {finding.code for finding in exchange.findings}


def _later(minutes):
    return datetime.fromtimestamp(NOW.timestamp() + 60 * minutes, UTC)


class TestCard:
    def test_a_signed_assertion_is_accepted_when_one_is_required(self, ask, signed):
        exchange = ask(signed(), authentication="required")
        assert exchange.code == "00"
        assert "assertion-missing" not in _codes(exchange)

    def test_a_call_without_assertion_is_answered_and_noted(self, ask):
        exchange = ask()
        assert exchange.code == "00"
        assert "assertion-missing" in _codes(exchange)

    def test_a_call_without_assertion_is_refused_when_one_is_required(self, ask):
        assert ask(authentication="required").code == "desir_9101"

    @pytest.mark.parametrize(("minutes", "code"), [(59, "00"), (60, "00"), (61, "desir_9104")])
    def test_it_lives_one_hour_of_the_session(self, ask, signed, minutes, code):
        assert ask(signed(), at=_later(minutes)).code == code

    def test_the_cache_does_not_lengthen_its_life(self, ask, signed):
        assertion = signed()
        assert [ask(assertion, at=_later(minutes)).code for minutes in (0, 59, 61, 0)] == [
            "00",
            "00",
            "desir_9104",
            "00",
        ]

    def test_a_changed_assertion_is_refused(self, ask, signed):
        changed = signed().replace(b"990000001", b"990000002")
        assert ask(changed).code == "desir_9103"

    def test_an_unsigned_assertion_of_a_card_is_refused(self, ask, signed):
        content = signed()
        start, end = (
            content.index(b"<ds:Signature"),
            content.index(b"</ds:Signature>") + len(b"</ds:Signature>"),
        )
        assert ask(content[:start] + content[end:]).code == "desir_9103"

    @pytest.mark.parametrize(
        "name",
        [
            "cps-expired",
            "cps-not-yet-valid",
            "cps-revoked",
            "cps-other-authority",
            "cps-authentication",
            "cps-weak-key",
        ],
    )
    def test_a_bad_card_is_refused_as_the_manifest_says(self, ask, signed, pki, name):
        assert ask(signed(card=name)).code == pki.entry(name).answer == "desir_9105"

    def test_an_emetteur_that_is_not_the_professional_is_noted(self, ask, signed):
        assert "issuer-form" in _codes(ask(signed()))

    def test_a_refusal_is_journalled_with_its_cause_and_labelled_inferred(self, ask, signed):
        exchange = ask(signed(), at=_later(61))
        assert "60 min" in exchange.decision.cause
        assert exchange.decision.evidence == "inferred"
        assert b"desir_9104" in exchange.response


class TestVitale:
    def test_it_lives_twenty_minutes_of_the_session(self, ask, signed):
        answers = {}
        for minutes in (19, 20, 21):
            vitale = make_vitale_assertion(serial="0123456789", issuer="800000000001", issue_instant=NOW)
            answers[minutes] = ask(signed(), vitale, at=_later(minutes)).code
        assert answers == {19: "00", 20: "00", 21: "desir_9106"}


class TestApcv:
    """The form of an ApCV assertion is inferred (insi-contract §4.5): off unless the session asks for it."""

    @pytest.fixture
    def telephone(self):
        return make_vitale_assertion(
            serial="0123456789", issuer="800000000001", issue_instant=NOW, qualifier="APCV"
        )

    def test_it_is_refused_by_default_and_the_cause_says_how_to_try_it(self, ask, signed, telephone):
        exchange = ask(signed(), telephone)
        assert exchange.code == "desir_9102"
        assert "set apcv to true" in exchange.decision.cause

    def test_a_session_may_take_it_with_a_finding_that_says_inferred(self, ask, signed, telephone):
        exchange = ask(signed(), telephone, apcv=True)
        assert exchange.code == "00"
        (finding,) = [finding for finding in exchange.findings if finding.code == "apcv-form-inferred"]
        assert finding.evidence == "inferred"

    def test_it_is_as_short_lived_as_that_of_a_card(self, ask, signed, telephone):
        assert ask(signed(), telephone, at=_later(21), apcv=True).code == "desir_9106"

    def test_it_is_refused_over_mutual_tls_too(self, ask, der, telephone):
        assert ask(telephone, certificate=der("insi-manu")).code == "desir_9102"


class TestProSanteConnect:
    @pytest.fixture
    def assertion(self):
        return make_psc_assertion(
            name_id="899700000001", issuer="899700000001", attributes=BILLING, issue_instant=NOW
        )

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
    def test_an_unsigned_assertion_with_a_token_is_accepted(self, ask, assertion, scheme):
        """The name of a scheme is written in any case, and one space or several follow it (RFC 9110 §11)."""
        exchange = ask(assertion, headers={"authorization": f"{scheme} abc.def"}, authentication="required")
        assert exchange.code == "00"
        assert "psc-token-missing" not in _codes(exchange)

    def test_without_token_it_is_noted_or_refused(self, ask, assertion):
        assert "psc-token-missing" in _codes(ask(assertion))
        assert ask(assertion, authentication="required").code == "desir_9101"


class TestMutualTls:
    @pytest.mark.parametrize("name", ["insi-auto", "insi-manu"])
    def test_a_software_certificate_needs_no_assertion(self, ask, der, name):
        exchange = ask(certificate=der(name), authentication="required")
        assert exchange.code == "00"
        assert _codes(exchange).isdisjoint({"assertion-missing", "issuer-form"})

    def test_every_bad_certificate_is_answered_as_the_manifest_says(self, ask, der, pki):
        bad = [
            entry for entry in pki.entries if entry.kind == "software" and entry.answer.startswith("desir")
        ]
        assert len(bad) >= 6
        assert {entry.name: ask(certificate=der(entry.name)).code for entry in bad} == {
            entry.name: entry.answer for entry in bad
        }

    def test_the_wrong_name_is_the_published_fault(self, ask, der, pki):
        names = [entry.name for entry in pki.entries if entry.answer == "desir_560"]
        assert len(names) >= 2
        assert {ask(certificate=der(name)).code for name in names} == {"desir_560"}

    def test_an_assertion_over_mutual_tls_is_noted(self, ask, der, signed):
        assert "assertion-with-certificate" in _codes(ask(signed(), certificate=der("insi-manu")))


class TestStrictness:
    @pytest.fixture
    def twice(self, bench, soap_request):
        """Send two requests to one session; return both exchanges."""

        def run(first, second, **settings):
            session = bench.sessions.create(**settings)
            headers = {"content-type": "application/soap+xml"}
            return [
                bench.teleservice.handle(WireRequest(path="/lps", headers=headers, body=request()), session)
                for request in (first, second)
            ]

        fresh = partial(soap_request, message_id=f"uuid:{uuid4()}")
        return partial(run, fresh, fresh)

    def test_a_reused_message_id_is_noted_in_a_lenient_session(self, twice):
        first, second = twice()
        assert (first.code, second.code) == ("00", "00")
        assert "identifier-reused" not in _codes(first)
        assert "identifier-reused" in _codes(second)

    def test_a_reused_message_id_is_refused_in_a_strict_session(self, twice):
        first, second = twice(strictness="strict")
        assert (first.code, second.code) == ("00", "desir_9010")

    @pytest.mark.parametrize(
        "departure", [{"message_id": "6f2a1c9e-0000-4000-8000-000000000009"}, {"software": "BANC"}]
    )
    def test_a_departure_of_form_is_noted_or_refused(self, ask, soap_request, departure):
        request = partial(soap_request, **departure)
        lenient, strict = ask(request=request), ask(request=request, strictness="strict")
        assert (lenient.code, strict.code) == ("00", "desir_9011")
        assert _codes(lenient) & {"message-id-form", "lps-name-form"}

    def test_an_empty_security_is_noted_or_refused(self, ask, soap_request):
        def request(more_header):
            return soap_request(more_header=f'<wsse:Security xmlns:wsse="{WSSE}"/>')

        assert "security-empty" in _codes(ask(request=request))
        assert ask(request=request, strictness="strict").code == "desir_9011"

    def test_sessions_do_not_share_what_they_have_seen(self, ask):
        assert [ask(strictness="strict").code for _ in range(2)] == ["00", "00"]


class TestWithoutPki:
    @pytest.fixture
    def call(self, tmp_path, soap_request, signed):
        bench = open_bench(BenchOptions(data_dir=tmp_path, people=5))
        yield lambda **settings: bench.teleservice.handle(
            WireRequest(
                path="/lps",
                headers={"content-type": "application/soap+xml"},
                body=soap_request(
                    more_header=f'<wsse:Security xmlns:wsse="{WSSE}">{signed().decode()}</wsse:Security>'
                ),
            ),
            bench.sessions.create(clock_frozen_at=NOW.isoformat(), **settings),
        )
        bench.close()

    def test_whoever_signs_is_answered_like_whoever_does_not_and_told(self, call):
        exchange = call()
        assert exchange.code == "00"
        assert "assertion-not-verified" in _codes(exchange)

    def test_where_a_proof_is_required_it_cannot_be_verified_and_says_what_to_do(self, call):
        exchange = call(authentication="required")
        assert exchange.code == "desir_9103"
        assert "banc pki init" in exchange.decision.cause

    def test_a_folder_that_is_no_pki_is_a_set_up_error(self, tmp_path):
        with pytest.raises(BenchSetupError, match="banc pki init"):
            open_bench(BenchOptions(data_dir=tmp_path / "data", people=5, pki=tmp_path / "nothing"))

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from simulator.security.issuing import Period, issue_authority, issue_crl, new_key
from simulator.security.refusals import AssertionRefusedError
from simulator.security.signature import VerificationCache
from simulator.security.trust import TrustStore

CARD = "800000000001"


def test_the_same_assertion_is_verified_once(verify, envelope, assertion):
    cache, content = VerificationCache(), assertion()
    first, second = verify(envelope(content), cache=cache), verify(envelope(content), cache=cache)
    assert first == second
    assert (cache.hits, cache.misses, len(cache)) == (1, 1, 1)


def test_a_remembered_assertion_still_expires(verify, envelope, assertion, now):
    cache, message = VerificationCache(), envelope(assertion())
    verify(message, cache=cache)
    with pytest.raises(AssertionRefusedError) as refused:
        verify(message, at=now + timedelta(minutes=61), cache=cache)
    assert (refused.value.reason, cache.hits) == ("expired", 1)


def test_the_card_of_a_remembered_assertion_still_expires(verify, envelope, assertion, now):
    cache = VerificationCache()
    message = envelope(assertion("cps-expired", issue_instant=now - timedelta(days=30, minutes=20)))
    verify(message, at=now - timedelta(days=30, minutes=10), cache=cache)
    with pytest.raises(AssertionRefusedError) as refused:
        verify(message, at=now - timedelta(days=30, minutes=-10), cache=cache)
    assert (refused.value.reason, cache.hits) == ("certificate", 1)


def test_a_card_revoked_meanwhile_is_refused_though_remembered(pki, verify, envelope, assertion, tmp_path):
    cache, message = VerificationCache(), envelope(assertion("cps-revoked"))
    for name in ("root.pem", "personnes.pem"):
        (tmp_path / name).write_bytes((pki.trust / name).read_bytes())
    verify(message, cache=cache, store=TrustStore.load(tmp_path))
    (tmp_path / "personnes.crl.pem").write_bytes((pki.trust / "personnes.crl.pem").read_bytes())
    with pytest.raises(AssertionRefusedError, match="revoked"):
        verify(message, cache=cache, store=TrustStore.load(tmp_path))
    assert cache.hits == 1


def test_a_bench_that_does_not_trust_the_card_is_not_served_from_the_cache(verify, envelope, assertion, now):
    cache, message = VerificationCache(), envelope(assertion())
    verify(message, cache=cache)
    period = Period(start=now - timedelta(days=1), end=now + timedelta(days=1))
    other = issue_authority("AC BANC-INSI PERSONNES", new_key(), period)
    store = TrustStore([other.certificate], [issue_crl(other, period, [], now)])
    with pytest.raises(AssertionRefusedError) as refused:
        verify(message, cache=cache, store=store)
    assert (refused.value.reason, cache.hits) == ("certificate", 1)


def test_a_tampered_copy_with_the_same_id_is_not_served_from_the_cache(verify, envelope, assertion):
    cache, content = VerificationCache(), assertion()
    verify(envelope(content), cache=cache)
    with pytest.raises(AssertionRefusedError) as refused:
        verify(envelope(content.replace(b"990000001", b"990000002")), cache=cache)
    assert (refused.value.reason, cache.hits) == ("signature-invalid", 0)


def test_a_refused_assertion_is_not_remembered(verify, envelope, assertion):
    cache = VerificationCache()
    for content in (assertion("cps-revoked"), assertion().replace(b"SA07", b"SA05")):
        with pytest.raises(AssertionRefusedError):
            verify(envelope(content), cache=cache)
    assert len(cache) == 0


def test_what_is_remembered_is_not_open_to_change(verify, envelope, assertion):
    got = verify(envelope(assertion()))
    with pytest.raises(TypeError):
        got.attributes["identifiantFacturation"] = ("1",)


def test_the_cache_is_bounded_and_forgets_the_least_used_first(verify, envelope, assertion):
    cache = VerificationCache(2)
    first, second, third = (envelope(assertion()) for _ in range(3))
    for message in (first, second, first, third, first):
        verify(message, cache=cache)
    assert (len(cache), cache.hits) == (2, 2)
    verify(second, cache=cache)
    assert cache.misses == 4


def test_threads_share_the_cache_without_mixing_answers(verify, envelope, assertion, trust):
    cache = VerificationCache(3)
    contents = {
        str(number): assertion(attributes={"identifiantFacturation": str(number)}) for number in range(6)
    }
    tampered = contents["0"].replace(b">0<", b">9<")
    barrier = threading.Barrier(8)

    def hammer(seed):
        barrier.wait()
        for turn in range(30):
            number = str((seed + turn) % 6)
            assert verify(envelope(contents[number]), cache=cache).billing_identifier == number
            if turn % 10 == seed:
                with pytest.raises(AssertionRefusedError):
                    verify(envelope(tampered), cache=cache)
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(hammer, range(8)))
    assert len(cache) <= 3

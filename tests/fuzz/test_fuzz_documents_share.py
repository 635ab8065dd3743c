"""The share of the fuzzing of documents that every test run takes, and proof that its judge can say no."""

from __future__ import annotations

import time
from random import Random

import pytest
from fuzz_documents import FuzzFailureError, judge, letters, mutate, seeds

from conformance.documents import Severity, check

COUNT = 120


def test_every_seed_is_right():
    unread = set(letters())
    for data in seeds():
        wrong = [one for one in check(data) if one.severity is Severity.FAIL or one.unjudged]
        # No text says what a letter looks like: that it was not judged is said.
        wrong = [one for one in wrong if one.code != "format-unknown" or data not in unread]
        assert [one.line("en") for one in wrong] == []


def test_every_mutant_is_answered():
    corpus = seeds()
    codes = set()
    for number in range(COUNT):
        data = mutate(Random(f"share/{number}"), corpus)
        codes |= judge(data)
    # Mutants that all end at the same gate would test nothing behind it.
    assert len(codes) > 25


def test_the_judge_refuses_an_error_caught_at_the_last_moment(monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("conformance.documents.cda.reading.read", broken)
    with pytest.raises(FuzzFailureError, match="ZeroDivisionError"):
        judge(seeds()[0])


def test_the_judge_refuses_an_exception(monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("conformance.documents.cda.reading.judge", broken)
    with pytest.raises(FuzzFailureError, match="ZeroDivisionError"):
        judge(seeds()[0])


def test_the_corpus_is_the_same_a_minute_later(monkeypatch):
    before, now = seeds(), time.time()
    monkeypatch.setattr("time.time", lambda: now + 60)
    assert seeds() == before


def test_a_number_always_gives_the_same_mutant():
    corpus = seeds()
    assert mutate(Random("1/1"), corpus) == mutate(Random("1/1"), corpus)

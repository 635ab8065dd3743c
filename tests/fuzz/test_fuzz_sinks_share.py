"""The share of the fuzzing of the sinks that every test run takes, and proof that its judge can say no."""

from __future__ import annotations

from random import Random

import pytest
from fuzz_documents import FuzzFailureError
from fuzz_sinks import judging, mutant, seeds

COUNT = 300


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    with judging(tmp_path_factory.mktemp("data")) as opened:
        yield opened


@pytest.fixture(scope="module")
def corpus():
    return seeds()


def test_every_seed_is_answered_rightly(tmp_path, corpus):
    with judging(tmp_path) as judge:
        codes = [judge(seed) for seed in corpus]
    assert codes[:3] == ["Success", "Success", "XDSDuplicateUniqueIdInRegistry"]
    assert codes[4:] == [*["Success"] * 3, *["XDSDocumentUniqueIdError", "Success", "OK"], *["200"] * 3]


def test_every_mutant_is_answered(judge, corpus):
    codes = {judge(mutant(Random(f"share/{number}"), corpus)) for number in range(COUNT)}
    # Mutants that all end at the same gate would test nothing behind it.
    assert len(codes) >= 12, codes


@pytest.mark.parametrize(
    ("where", "what"),
    [
        ("simulator.sinks.dmp.service.read", "ZeroDivisionError"),
        ("simulator.sinks.dmp.operating.errors_of", "the bench failed"),
        ("simulator.sinks.mssante.asking.BytesHeaderParser", "ZeroDivisionError"),
    ],
)
def test_the_judge_refuses_what_is_no_answer(judge, corpus, monkeypatch, where, what):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(where, broken)
    with pytest.raises(FuzzFailureError, match=what):
        judge(corpus[0])

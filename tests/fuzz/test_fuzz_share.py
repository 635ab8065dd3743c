"""The share of ``make fuzz`` that every test run takes, and proof that its judge can say no."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from fuzz_mutants import Mutant, make_mutant
from fuzz_rewriting import REWRITINGS
from fuzz_run import Setup, prepare
from fuzz_seeds import BODIES, CANARY, Seed, plain_seeds
from fuzz_target import Target, ViolationError, check_answer

from simulator.contract import bodies
from simulator.contract.envelope import read
from simulator.contract.faults import fault_catalogue
from simulator.contract.names import Operation
from simulator.contract.render import DIALECTS, render_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT = 1500


@pytest.fixture(scope="module")
def setup(tmp_path_factory: pytest.TempPathFactory) -> Setup:
    return prepare(tmp_path_factory.mktemp("fuzz"), seed=1)


@pytest.fixture
def target(setup: Setup, tmp_path) -> Iterator[Target]:
    opened = setup.target(tmp_path.name)
    yield opened
    opened.close()


def _sent(seed: Seed, body: bytes | None = None, session: int = 0) -> Mutant:
    return Mutant(
        name=seed.name,
        headers={"content-type": seed.content_type},
        body=seed.body if body is None else body,
        session=session,
    )


def test_every_mutant_is_answered_recorded_and_explained(setup: Setup, target: Target) -> None:
    codes: Counter[str] = Counter()
    for number in range(COUNT):
        mutant = make_mutant(setup.corpus, setup.seed, number)
        try:
            codes[target.call(mutant).code] += 1
        except Exception as error:
            error.add_note(f"mutant {mutant.name}: {mutant.headers} {mutant.body!r}")
            raise
    # Mutants that all end at the same gate would test nothing behind it.
    gates = {"desir_9001", "desir_9003", "desir_9004", "desir_9005", "desir_9006", "desir_9007"}
    assert gates | {"00", "01", "desir_550", "insi_24", "insi_903", "insi_904"} <= set(codes)


@pytest.mark.parametrize("rewrite", REWRITINGS, ids=lambda rewrite: rewrite.__name__)
def test_a_message_written_otherwise_gets_the_same_answer(target: Target, rewrite) -> None:
    chance = Random(1)
    for seed in plain_seeds():
        expected = target.call(_sent(seed))
        for _ in range(3):
            body = rewrite(target.fill(seed.body), chance)
            for other in chance.choices(REWRITINGS, k=chance.randint(0, 2)):
                body = other(body, chance)
            got = target.call(_sent(seed, body))
            assert got.code == expected.code, body.decode()
            # Each deposit gets an identifier of its own.
            if seed.operation is not Operation.DEPOSIT_LOT:
                assert got.response == expected.response, body.decode()


def test_every_operation_that_can_be_read_has_seeds() -> None:
    assert set(BODIES) == set(bodies.BODIES)


def test_every_seed_is_a_good_call_in_every_session(setup: Setup, target: Target) -> None:
    for seed in setup.corpus.seeds:
        call = read(seed.body, seed.content_type)
        assert call.operation is seed.operation
        for number in range(len(target.sessions)):
            target.call(_sent(seed, session=number))


def test_a_number_always_gives_the_same_mutant(setup: Setup) -> None:
    assert [make_mutant(setup.corpus, 7, number) for number in range(50)] == [
        make_mutant(setup.corpus, 7, number) for number in range(50)
    ]


def test_a_mutant_kept_in_a_file_is_read_back(setup: Setup, tmp_path) -> None:
    mutant = make_mutant(setup.corpus, 1, 3)
    mutant.save(tmp_path / "kept.json", "a problem")
    assert Mutant.load(tmp_path / "kept.json") == mutant


class TestTheJudge:
    @pytest.fixture
    def answered(self, target: Target):
        return target.call(_sent(plain_seeds()[0]))

    @pytest.fixture
    def refused(self, target: Target):
        return target.call(_sent(plain_seeds()[0], b"<x/>"))

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (b"<CodeCR>00<", b"<CodeCR>02<"),
            (b"<CodeCR>", b"<CodeXX/><CodeCR>"),
            (b"RESULTAT", b"RESULTATS"),
            (b"<OID>1.2.250.1.213.1.4.10</OID>", b""),
            (b"2003/05/soap-envelope", b"2003/05/soap"),
            (b"</soap:Envelope>", b""),
        ],
    )
    def test_refuses_an_answer_that_is_not_right(self, answered, before: bytes, after: bytes) -> None:
        assert before in answered.response
        with pytest.raises((ViolationError, SyntaxError)):
            check_answer(replace(answered, response=answered.response.replace(before, after)))

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (b"desir_9002", b"desir_9003"),
            (b"soap:VersionMismatch", b"soap:Autre"),
            (b"soap:VersionMismatch", b"x:VersionMismatch"),
            (b"siram:Erreur", b"siram:Error"),
        ],
    )
    def test_refuses_a_fault_that_is_not_right(self, refused, before: bytes, after: bytes) -> None:
        assert before in refused.response
        with pytest.raises((ViolationError, SyntaxError)):
            check_answer(replace(refused, response=refused.response.replace(before, after)))

    def test_refuses_a_result_with_the_status_of_a_fault(self, answered) -> None:
        with pytest.raises(ViolationError):
            check_answer(replace(answered, http_status=500))

    def test_refuses_an_internal_error(self, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_, **__):
            raise ZeroDivisionError

        monkeypatch.setattr("simulator.teleservice.service.read", broken)
        with pytest.raises(ViolationError, match="ZeroDivisionError"):
            target.call(_sent(plain_seeds()[0]))

    def test_refuses_the_content_of_a_file(self, target: Target) -> None:
        seed = plain_seeds()[0]
        with pytest.raises(ViolationError, match="the content of a file came out"):
            target.call(_sent(seed, seed.body.replace(b"ADRTROIS", CANARY.encode())))

    def test_refuses_a_lost_exchange(self, setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("simulator.journal.store.Journal.append", lambda *_: None)
        opened = setup.target("lost")
        with pytest.raises(ViolationError, match="got 0"):
            opened.call(_sent(plain_seeds()[0]))
        with pytest.raises(ViolationError, match="expected 1 exchanges"):
            opened.close()

    def test_refuses_a_fault_without_a_cause(self, refused) -> None:
        fault = fault_catalogue()["desir_9002"]
        silent = replace(refused, decision=replace(refused.decision, cause=""))
        assert silent.response == render_fault(fault, DIALECTS["live-2026"], message_id=None)
        with pytest.raises(ViolationError, match="without a cause"):
            check_answer(silent)

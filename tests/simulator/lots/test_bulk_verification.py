"""Deposit and collection through the teleservice: states, results, limits, refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulator.bench import BenchOptions, open_bench
from simulator.contract.names import MAX_LOT_BYTES, REQ_DEPOSIT, Operation
from simulator.journal.explain import explain
from simulator.lots.progress import LotSettings
from simulator.lots.store import LotStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.bench import Bench
    from simulator.registry.person import Person

    Line = Callable[..., str]

KO = ("01", "KO")
OK = ("00", "OK")


@pytest.fixture
def people(bench: Bench) -> list[Person]:
    return bench.registry.people(limit=20, tag=None)


@pytest.fixture
def person(lots: Any, bench: Bench, make_person: Callable[..., Person]) -> Person:
    one = make_person()
    bench.registry.add([one], lots.session)
    return one


def pieces(total: int) -> list[int]:
    """Cut a length into parts of a hundred thousand and a rest of about as much."""
    whole = total // 100_000 - 1
    return [100_000] * whole + [total - whole * 100_000]


class TestStates:
    def test_a_lot_is_received_then_in_progress_then_finished(
        self, lots: Any, line: Line, person: Person
    ) -> None:
        lot_id = lots.deposited([line(str(number), person) for number in range(1500)])
        seen = []
        for seconds in (0, 0.9, 1, 2, 3.998, 4):
            lots.at(seconds)
            found = lots.collected(lot_id)
            seen.append((found.state, found.available, len(found.codes)))
        assert seen == [
            ("RECU", 0, 0),
            ("RECU", 0, 0),
            ("EN_COURS", 0, 0),
            ("EN_COURS", 500, 500),
            ("EN_COURS", 1499, 1000),
            ("TERMINE", 1500, 1000),
        ]

    def test_results_come_by_pages_in_the_order_of_the_deposit(
        self, lots: Any, line: Line, person: Person
    ) -> None:
        names = [f"l{number}" for number in range(2100)]
        lot_id = lots.deposited([line(name, person) for name in names])
        lots.at(3600)
        pages = [lots.collected(lot_id, str(page)) for page in (1, 2, 3)]
        assert [len(page.codes) for page in pages] == [1000, 1000, 100]
        assert [name for page in pages for name in page.codes] == names
        assert {(page.page, page.pages) for page in pages} == {(1, 3), (2, 3), (3, 3)}

    def test_a_page_that_is_not_reached_yet_is_empty(self, lots: Any, line: Line, person: Person) -> None:
        lot_id = lots.deposited([line(str(number), person) for number in range(1500)])
        lots.at(2)
        assert lots.collected(lot_id, "2").codes == {}

    def test_a_finished_lot_can_be_collected_again_for_a_week(
        self, lots: Any, line: Line, person: Person
    ) -> None:
        lot_id = lots.deposited([line("a", person)])
        lots.at(7 * 86400)
        assert lots.collected(lot_id).codes == {"a": OK}
        lots.at(7 * 86400 + 2)
        exchange = lots.collect(lot_id)
        assert exchange.code == "insi_924"
        assert "more than 7 days ago" in exchange.decision.cause


class TestResults:
    def test_every_person_of_the_registry_is_ok_and_wrong_in_any_part_ko(
        self, lots: Any, line: Line, people: list[Person]
    ) -> None:
        wrong = {
            "Cle": "00",
            "OID": "1.2.250.1.213.1.4.11",
            "NomNaissance": "AUTRE",
            "LieuNaissance": "99999",
        }
        sent, expected = [], {}
        for number, one in enumerate(people):
            sent.append(line(f"{number}", one))
            expected[f"{number}"] = OK
            for name, value in wrong.items():
                sent.append(line(f"{number} {name}", one, **{name: value}))
                expected[f"{number} {name}"] = KO
        lot_id = lots.deposited(sent)
        lots.at(60)
        assert lots.collected(lot_id).codes == expected

    def test_a_line_says_what_unit_verification_says(self, lots: Any, line: Line, person: Person) -> None:
        lot_id = lots.deposited([line("unit", person), line("wrong", person, Sexe="M")])
        lots.at(60)
        codes = lots.collected(lot_id).codes
        for name, changes in (("unit", {}), ("wrong", {"Sexe": "M"})):
            body = line(None, person, **changes).removeprefix("<Ligne>").removesuffix("</Ligne>")
            body = f'<Requete xmlns="http://www.cnamts.fr/INSiLot2/REQUnitaire">{body}</Requete>'
            assert lots.send(Operation.VERIFY, body).code == codes[name][0]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"NumIdentifiant": None}, "insi_911"),
            ({"OID": ""}, "insi_912"),
            ({"NomNaissance": None}, "insi_913"),
            ({"Sexe": "X"}, "insi_914"),
            ({"DateNaissance": "31/12/1999"}, "insi_914"),
            ({"NomNaissance": "essai"}, "insi_914"),
        ],
    )
    def test_a_malformed_line_carries_its_fault_and_spoils_no_other(
        self, lots: Any, line: Line, person: Person, changes: dict[str, str | None], code: str
    ) -> None:
        lot_id = lots.deposited([line("bad", person, **changes), line("good", person)])
        lots.at(60)
        found = lots.collected(lot_id)
        assert found.codes["bad"][0] == code
        assert found.codes["bad"][1] not in {"", "OK", "KO"}
        assert found.codes["good"] == OK

    def test_a_line_without_identity_carries_a_fault_too(self, lots: Any, line: Line, person: Person) -> None:
        lot_id = lots.deposited(["<Ligne><IdLigne>empty</IdLigne></Ligne>", line("good", person)])
        lots.at(60)
        assert lots.collected(lot_id).codes["empty"][0] == "insi_911"

    def test_a_result_once_given_stays(self, lots: Any, bench: Bench, line: Line, person: Person) -> None:
        lot_id = lots.deposited([line("a", person)])
        lots.at(60)
        assert lots.collected(lot_id).codes == {"a": OK}
        bench.registry.remove_scope(lots.session)
        assert lots.collected(lot_id).codes == {"a": OK}

    def test_the_people_of_another_session_are_not_known(
        self, lots: Any, bench: Bench, line: Line, make_person: Callable[..., Person]
    ) -> None:
        stranger = make_person(key="test/stranger")
        bench.registry.add([stranger], bench.sessions.create().id)
        lot_id = lots.deposited([line("a", stranger)])
        lots.at(60)
        assert lots.collected(lot_id).codes == {"a": KO}

    @pytest.mark.parametrize("name", ["<&>\"'", "é", "1 2", "x" * 300])
    def test_a_line_is_given_back_under_the_name_it_had(
        self, lots: Any, line: Line, person: Person, name: str
    ) -> None:
        lot_id = lots.deposited([line(name, person)])
        lots.at(60)
        assert list(lots.collected(lot_id).codes) == [name]


class TestLimits:
    @pytest.fixture
    def small(self, lots: Any, bench: Bench) -> Any:
        path = bench.options.data_dir / "lots.sqlite"
        bench.teleservice.lots = LotStore(path, LotSettings(max_lines=3, max_open=2))
        yield lots
        bench.teleservice.lots.close()

    def test_as_many_lines_as_allowed_and_not_one_more(self, small: Any, line: Line, person: Person) -> None:
        lines = [line(str(number), person) for number in range(4)]
        assert small.deposit(lines[:3]).code == "00"
        exchange = small.deposit(lines)
        assert exchange.code == "insi_921"
        assert exchange.decision.cause == "expected at most 3 Ligne, got 4"

    def test_another_lot_is_taken_once_one_is_finished(self, small: Any, line: Line, person: Person) -> None:
        lines = [line("a", person)]
        assert [small.deposit(lines).code for _ in range(3)] == ["00", "00", "insi_922"]
        small.at(2)
        assert small.deposit(lines).code == "00"

    def test_the_lots_of_another_session_do_not_count(
        self, small: Any, bench: Bench, line: Line, person: Person
    ) -> None:
        other = bench.sessions.create().id
        for _ in range(2):
            small.deposited([line("a", person)])
        assert small.deposit([line("a", person)], session=other).code == "00"

    def test_ten_thousand_lines_and_ten_lots_are_what_is_granted(self) -> None:
        settings = LotSettings()
        assert (settings.max_lines, settings.max_open, settings.page_lines) == (10_000, 100, 1000)


class TestRefusals:
    @pytest.mark.parametrize(
        ("names", "cause"),
        [
            ((None,), "line 1: expected IdLigne with a value, got none"),
            (("a", ""), "line 2: expected IdLigne with a value, got none"),
            (("a", "b", "a"), "line 3: expected an IdLigne of its own, got 'a' again"),
        ],
    )
    def test_each_line_needs_a_name_of_its_own(
        self, lots: Any, line: Line, person: Person, names: tuple[str | None, ...], cause: str
    ) -> None:
        exchange = lots.deposit([line(name, person) for name in names])
        assert (exchange.code, exchange.decision.cause) == ("insi_923", cause)
        assert lots.bench.lots.of_session(lots.session) == []

    def test_an_empty_lot_is_refused(self, lots: Any) -> None:
        assert lots.deposit([]).code == "insi_920"

    def test_a_line_against_the_schema_refuses_the_lot(self, lots: Any) -> None:
        assert lots.deposit(["<Ligne><Nom>X</Nom></Ligne>"]).code == "desir_9003"

    @pytest.mark.parametrize("lot_id", [None, "", "nothing", "00000000-0000-0000-0000-000000000000"])
    def test_an_unknown_lot_cannot_be_collected(self, lots: Any, lot_id: str | None) -> None:
        assert lots.collect(lot_id).code == "insi_924"

    def test_the_lot_of_another_session_is_unknown(
        self, lots: Any, bench: Bench, line: Line, person: Person
    ) -> None:
        lot_id = lots.deposited([line("a", person)])
        assert lots.collect(lot_id, session=bench.sessions.create().id).code == "insi_924"

    @pytest.mark.parametrize("page", ["0", "2", "-1", "", "x", "1.0", "²", "9" * 5000])
    def test_a_page_that_is_not_there_is_refused(
        self, lots: Any, line: Line, person: Person, page: str
    ) -> None:
        lot_id = lots.deposited([line("a", person)])
        exchange = lots.collect(lot_id, page)
        assert exchange.code == "insi_925"
        assert "expected Page from 1 to 1" in exchange.decision.cause

    def test_a_deposit_must_hold_a_deposit(self, lots: Any) -> None:
        body = f'<x xmlns="{REQ_DEPOSIT}"/>'
        assert lots.send(Operation.DEPOSIT_LOT, body).code == "desir_9006"


class TestSize:
    """The large limit is for deposits alone, and is bounded too."""

    def test_a_search_that_says_it_is_a_deposit_gains_nothing(self, lots: Any) -> None:
        raw = lots.soap_request(more_header=f"<!--{'x' * 1024 * 1024}-->")
        kind = f'application/soap+xml; action="{Operation.DEPOSIT_LOT.action}"'
        exchange = lots.ask(raw, session=lots.session, content_type=kind)
        assert exchange.code == "desir_9004"
        assert "expected at most 1048576 bytes" in exchange.decision.cause

    def test_a_deposit_of_16_mib_is_read_and_a_byte_more_is_not(
        self, lots: Any, line: Line, person: Person
    ) -> None:
        def code(size: int) -> Any:
            raw = lots.soap_request(
                action=Operation.DEPOSIT_LOT.action,
                body=f'<Requete xmlns="{REQ_DEPOSIT}">{line("a", person)}</Requete>',
            )
            missing = size - len(raw)
            # In pieces: the parser refuses any single one of more than 10 MB.
            padding = b"".join(b"<!--" + b"x" * (length - 7) + b"-->" for length in pieces(missing))
            raw = raw.replace(b"<soap:Body>", padding + b"<soap:Body>")
            assert len(raw) == size
            return lots.ask(raw, session=lots.session, content_type="").code

        assert code(MAX_LOT_BYTES) == "00"
        assert code(MAX_LOT_BYTES + 1) == "desir_9004"

    @pytest.mark.parametrize("piece", ["<a/>", 'a="" '])
    def test_a_deposit_cannot_become_a_huge_tree(self, lots: Any, piece: str) -> None:
        many = piece * 1_000_001
        body = f"<x>{many}</x>" if piece.startswith("<") else f"<x {many}/>"
        exchange = lots.send(Operation.DEPOSIT_LOT, body)
        assert exchange.code == "desir_9004"
        assert "in a lot" in exchange.decision.cause


class TestWhatIsKept:
    def test_lots_survive_opening_the_data_directory_again(
        self, lots: Any, bench: Bench, line: Line, person: Person
    ) -> None:
        lot_id = lots.deposited([line("a", person), line("b", person, Cle="00")])
        lots.at(1.002)
        assert lots.collected(lot_id).codes == {"a": OK}
        bench.close()
        again = open_bench(BenchOptions(data_dir=bench.options.data_dir, people=5))
        lots.bench.teleservice, before = again.teleservice, lots.bench.teleservice
        lots.at(60)
        assert lots.collected(lot_id).codes == {"a": OK, "b": KO}
        lots.bench.teleservice = before
        again.close()

    def test_the_journal_keeps_the_bytes_and_says_what_the_lot_is(
        self, lots: Any, bench: Bench, line: Line, person: Person
    ) -> None:
        lines = [line(str(number), person) for number in range(2)]
        sent = lots.deposit(lines)
        lots.at(60)
        (lot,) = bench.lots.of_session(lots.session)
        lots.collect(lot.id)
        deposit, collect = bench.journal.list(session=lots.session)
        assert (deposit.request, deposit.response) == (sent.request, sent.response)
        assert deposit.operation == "deposerLotIdentites"
        told = explain(deposit, "fr")
        assert told[1] == f"Lot {lot.id} : 2 ligne(s) déposée(s), état RECU"
        assert told[-1] == "Niveau de preuve de ce comportement : DÉDUIT par le banc, non établi"
        assert explain(collect, "en")[1] == (
            f"Lot {lot.id}: state TERMINE, 2 line(s) done of 2; page 1 of 1, 2 result(s)"
        )

    def test_expired_lots_are_dropped_at_the_next_deposit(
        self, lots: Any, bench: Bench, line: Line, person: Person
    ) -> None:
        lots.deposited([line("a", person)])
        lots.at(8 * 86400)
        kept = lots.deposited([line("b", person)])
        assert [lot.id for lot in bench.lots.of_session(lots.session)] == [kept]

"""Each kind of answer, seen by a client over a socket."""

from __future__ import annotations

import base64
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from simulator.datafile import DataFileError
from simulator.scripting.alterations import ALTERATIONS
from simulator.scripting.loader import ScenarioError, load_data, load_scenario, read_scenario, schema
from simulator.scripting.sinks import ANSWERS
from simulator.scripting.validation import MAX_RAW_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulator.client import SessionClient
    from simulator.client.calling import Reply

    Make = Callable[..., dict[str, Any]]
    Post = Callable[..., Reply]

ZOE = {"zoe": {"key": "cnda/adrun-zoe"}, "ruth": {"key": "cnda/nessi-ruth"}}


@pytest.fixture
def answered(remote: SessionClient, post: Post, scenario: Make) -> Callable[..., str]:
    """Install one rule and return what a search for ZOE gets."""

    def answer(then: dict[str, Any]) -> str:
        remote.install(scenario({"when": {}, "then": then}, people=ZOE))
        reply = post(person="zoe")
        assert reply.status == 200
        return reply.body.decode()

    return answer


def zoe(**then: Any) -> dict[str, Any]:
    return {"code": "00", "person": "zoe", **then}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("lunar-day", "<DateNaissance>1975-12-00</DateNaissance>"),
        ("lunar-month", "<DateNaissance>1975-00-31</DateNaissance>"),
        ("lunar-date", "<DateNaissance>1975-00-00</DateNaissance>"),
        ("empty-birth-name", "<NomNaissance></NomNaissance>"),
        ("empty-first-names", "<ListePrenom></ListePrenom>"),
        ("no-first-names", "</NomNaissance><Sexe>"),
        ("empty-sex", "<Sexe></Sexe>"),
        ("no-birth-place", "</DateNaissance></TIQ>"),
        ("wrong-key", "<Cle>75</Cle>"),
        ("no-key", "<NumIdentifiant>2751263220749</NumIdentifiant></IdIndividu>"),
        ("unknown-oid", "<OID>1.2.250.1.213.1.4.99</OID>"),
        ("nia", "<OID>1.2.250.1.213.1.4.9</OID>"),
        ("other-first-names", "<ListePrenom>PRENOMBANC ZOE</ListePrenom>"),
        ("prenom-differs", "<Prenom>PRENOMBANC</Prenom>"),
        ("other-birth-name", "<NomNaissance>AUTRE ADRUN</NomNaissance>"),
        ("other-sex", "<Sexe>M</Sexe>"),
        ("other-traits", "<DateNaissance>1901-01-31</DateNaissance><LieuNaissance>99999</LieuNaissance>"),
    ],
)
def test_a_named_alteration_is_written(answered: Callable[..., str], name: str, written: str) -> None:
    assert written in answered(zoe(alter=[name]))


def test_the_named_alterations_are_those_tested_above() -> None:
    marks: Any = test_a_named_alteration_is_written.pytestmark  # type: ignore[attr-defined]
    assert {row[0] for row in marks[0].args[1]} == set(ALTERATIONS)


def test_alterations_add_up_in_order(answered: Callable[..., str]) -> None:
    told = answered(zoe(alter=["lunar-date", "empty-sex", {"birth_date": "{year}-01-01"}]))
    assert "<Sexe></Sexe><DateNaissance>1975-01-01</DateNaissance>" in told


def test_an_alteration_applies_to_what_the_registry_answers(answered: Callable[..., str], post: Post) -> None:
    assert "<DateNaissance>1975-12-00</DateNaissance>" in answered({"alter": ["lunar-day"]})
    ruth = post(person="ruth")
    assert b"<DateNaissance>1977-07-00</DateNaissance>" in ruth.body
    assert b"<CodeCR>01</CodeCR>" in post(birth_name="PERSONNE").body


@pytest.mark.parametrize(
    ("take", "number", "name"),
    [
        ("all", "2770763220829", "NESSI"),
        ("identifier", "2770763220829", "ADRUN"),
        ("traits", "2751263220749", "NESSI"),
    ],
)
def test_another_persons_identity_whole_or_in_part(
    answered: Callable[..., str], take: str, number: str, name: str
) -> None:
    told = answered(zoe(other_person={"role": "ruth", "take": take}))
    assert f"<INSACTIF><IdIndividu><NumIdentifiant>{number}<" in told
    assert f"<NomNaissance>{name}</NomNaissance>" in told


class TestHistory:
    def test_made_up_entries_have_right_keys(self, answered: Callable[..., str]) -> None:
        from simulator.ins import Matricule

        told = answered(zoe(history=3))
        assert told.count("<INSHISTO>") == 3
        for part in told.split("<INSHISTO>")[1:]:
            number = part.split("<NumIdentifiant>")[1][:13]
            key = part.split("<Cle>")[1][:2]
            assert Matricule(number, key).is_valid
            assert number != "2751263220749"

    def test_none_at_all(self, answered: Callable[..., str]) -> None:
        assert "INSHISTO" not in answered(zoe(history=0))

    def test_the_active_one_again(self, answered: Callable[..., str]) -> None:
        told = answered(zoe(history="repeat-active"))
        assert "<INSHISTO><IdIndividu><NumIdentifiant>2751263220749</NumIdentifiant><Cle>74</Cle>" in told

    def test_entries_with_dates_before_or_after(self, answered: Callable[..., str]) -> None:
        entry = {
            "matricule": "175126322074900",
            "oid": "{oid}",
            "date_from": "2001-02-03",
            "date_to": "2001-02-02",
        }
        dates = "<DateDeb>2001-02-03</DateDeb><DateFin>2001-02-02</DateFin>"
        told = answered(zoe(history=["active", entry, {**entry, "dates_first": True}]))
        assert f"<Cle>00</Cle></IdIndividu><OID>1.2.250.1.213.1.4.10</OID>{dates}</INSHISTO>" in told
        assert f"<INSHISTO>{dates}<IdIndividu><NumIdentifiant>1751263220749</NumIdentifiant>" in told


class TestFaults:
    def test_a_fault_may_have_texts_of_its_own(
        self, remote: SessionClient, post: Post, scenario: Make
    ) -> None:
        fault = {
            "code": "insi_102",
            "label": "Autre <libellé>",
            "reason": "Autre & raison",
            "severity": "fatale",
        }
        remote.install(scenario({"when": {}, "then": {"fault": fault}}))
        reply = post()
        assert reply.status == 500
        told = reply.body.decode()
        assert 'severite="fatale" code="insi_102"' in told
        assert "Autre &lt;libellé&gt;</siram:Erreur>" in told
        assert ">Autre &amp; raison</S:Text>" in told

    def test_a_verification_and_the_lots_meet_faults_too(
        self, remote: SessionClient, post: Post, scenario: Make
    ) -> None:
        remote.install(scenario({"when": {}, "then": {"fault": "insi_111"}}))
        for operation in (
            "rechercherInsAvecCarteVitale",
            "verifierInsAvecTraitsIdentite",
            "deposerLotIdentites",
            "collecterLotIdentites",
        ):
            assert b'code="insi_111"' in post(operation=operation).body

    def test_an_answer_code_leaves_the_lots_alone(
        self, remote: SessionClient, post: Post, scenario: Make
    ) -> None:
        remote.install(scenario({"when": {}, "then": {"code": "02"}}))
        assert b"<CodeCR>02</CodeCR>" in post().body
        assert b"RECU" in post(operation="deposerLotIdentites").body


class TestRaw:
    def test_bytes_of_a_file_beside_the_scenario_go_out_as_they_are(
        self, remote: SessionClient, post: Post, tmp_path: Path
    ) -> None:
        content = b"\xef\xbb\xbf<html>\r\n\x00\xff"
        (tmp_path / "page.html").write_bytes(content)
        file = tmp_path / "one.yaml"
        file.write_text(
            "id: tests/raw\ntitle: {fr: a, en: b}\npurpose: {fr: a, en: b}\nsource: t\nevidence: inferred\nrules:\n"
            "  - when: {}\n    then: {raw: {file: page.html, status: 503, content_type: text/html}}\n",
            encoding="utf-8",
        )
        remote.install(file)
        reply = post()
        assert (reply.status, reply.content_type, reply.body) == (503, "text/html", content)
        (exchange,) = remote.exchanges()
        assert (exchange.code, exchange.http_status) == ("raw", 503)

    def test_text_and_base64(self, remote: SessionClient, post: Post, scenario: Make) -> None:
        remote.install(scenario({"when": {}, "then": {"raw": {"text": "é"}}}))
        assert post().body == "é".encode()
        remote.install(
            scenario({"when": {}, "then": {"raw": {"base64": base64.b64encode(b"\x00\x01").decode()}}})
        )
        assert post().body == b"\x00\x01"

    @pytest.mark.parametrize(
        ("name", "expectation"),
        [
            ("../secret.txt", "expected a file in the folder of the scenario, got '../secret.txt'"),
            ("/etc/passwd", "expected a file in the folder of the scenario"),
            ("..\\secret.txt", "expected a file in the folder of the scenario"),
            ("C:/secret.txt", "expected a file in the folder of the scenario"),
            ("link.txt", "which links elsewhere"),
            ("absent.txt", "got 'absent.txt': No such file or directory; put it there"),
            ("large.bin", "expected at most 1048576 bytes in 'large.bin', got more"),
        ],
    )
    def test_no_file_is_read_outside_the_folder_nor_without_bound(
        self, tmp_path: Path, name: str, expectation: str
    ) -> None:
        folder = tmp_path / "folder"
        folder.mkdir()
        (tmp_path / "secret.txt").write_text("secret")
        (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
        (folder / "large.bin").write_bytes(b"x" * (MAX_RAW_BYTES + 1))
        file = folder / "one.yaml"
        file.write_text(
            "id: tests/raw\ntitle: {fr: a, en: b}\npurpose: {fr: a, en: b}\nsource: t\nevidence: inferred\nrules:\n"
            f"  - when: {{}}\n    then: {{raw: {{file: '{name}'}}}}\n",
            encoding="utf-8",
        )
        with pytest.raises(DataFileError) as caught:
            load_scenario(file)
        message = str(caught.value)
        assert f"{file}:8:24: rules[0].then.raw.file: " in message
        assert expectation in message

    def test_over_the_api_a_file_name_alone_is_refused(self, scenario: Make) -> None:
        with pytest.raises(ScenarioError, match=r"rules\[0\]\.then\.raw\.file: expected text or base64"):
            read_scenario(scenario({"when": {}, "then": {"raw": {"file": "page.html"}}}))

    def test_the_data_of_a_file_carries_the_bytes(self, tmp_path: Path) -> None:
        (tmp_path / "page.html").write_bytes(b"\xff")
        file = tmp_path / "one.yaml"
        file.write_text(
            "id: tests/raw\ntitle: {fr: a, en: b}\npurpose: {fr: a, en: b}\nsource: t\nevidence: inferred\nrules:\n"
            "  - when: {}\n    then: {sequence: [{raw: {file: page.html}}]}\n",
            encoding="utf-8",
        )
        (entry,) = read_scenario(load_data(file)).rules[0].then.sequence
        assert entry.raw is not None
        assert (entry.raw.body, entry.raw.origin) == (b"\xff", "page.html")


def codes(post: Post, calls: int) -> list[str]:
    return [post().body.decode().split("<CodeCR>")[1][:2] for _ in range(calls)]


class TestChoices:
    def test_a_sequence_stays_on_its_last_answer(
        self, remote: SessionClient, post: Post, scenario: Make
    ) -> None:
        steps = [{"code": "01"}, {"code": "02"}, zoe()]
        remote.install(scenario({"when": {}, "then": {"sequence": steps}}, people=ZOE))
        assert codes(post, 5) == ["01", "02", "00", "00", "00"]

    def test_a_cycle_starts_again(self, remote: SessionClient, post: Post, scenario: Make) -> None:
        remote.install(scenario({"when": {}, "then": {"cycle": [{"code": "01"}, {"code": "02"}]}}))
        assert codes(post, 5) == ["01", "02", "01", "02", "01"]

    def test_a_weighted_draw_is_repeatable_and_near_its_weights(
        self, remote: SessionClient, post: Post, scenario: Make
    ) -> None:
        then = {
            "weighted": {
                "seed": 7,
                "of": [{"weight": 3, "then": {"code": "01"}}, {"weight": 1, "then": {"code": "02"}}],
            }
        }
        remote.install(scenario({"when": {}, "then": then}))
        first = codes(post, 40)
        assert 20 <= Counter(first)["01"] <= 39
        remote.clear_scenarios()
        remote.install(scenario({"when": {}, "then": then}))
        assert codes(post, 40) == first

    def test_states_lead_from_one_rule_to_the_next(
        self, remote: SessionClient, post: Post, scenario: Make
    ) -> None:
        rules = (
            {"when": {"state": {"service": None}}, "then": {"code": "01", "set": {"service": "slow"}}},
            {"when": {"state": {"service": "slow"}}, "then": {"code": "02", "set": {"service": "up"}}},
            {"when": {"state": {"service": "up"}, "call": {"nth": 2}}, "then": {"set": {"service": None}}},
        )
        remote.install(scenario(*rules))
        assert codes(post, 7) == ["01", "02", "00", "00", "01", "02", "00"]

    def test_the_journal_says_which_rule_and_which_answer(
        self, remote: SessionClient, post: Post, scenario: Make
    ) -> None:
        remote.install(scenario({"when": {"birth_name": "ADRUN"}, "then": {"cycle": [{"code": "01"}]}}))
        post()
        (exchange,) = remote.exchanges()
        assert "Answer dictated by scenario tests/one, rule 1" in exchange.explanation["en"]
        assert "when the birth name is ADRUN: in turn: code 01" in exchange.explanation["en"]
        assert "cette fois : code 01" in exchange.explanation["fr"]


SEEN = {"when": {"state": {"seen": "yes"}}, "then": {"code": "01"}}
"""Tried first, so that a state set by an answer shows on the next call."""

CODES = [{"code": "01"}, {"code": "02"}]
KEYS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "code": ({"code": "02"}, ["<CodeCR>02</CodeCR>"]),
    "fault": ({"fault": "insi_111"}, ['code="insi_111"']),
    "person": ({"code": "00", "person": "ruth"}, ["<NumIdentifiant>2770763220829<"]),
    "alter": ({"alter": ["lunar-day"]}, ["<DateNaissance>1975-12-00</DateNaissance>"]),
    "other_person": (
        {"other_person": {"role": "ruth", "take": "traits"}},
        ["<NomNaissance>NESSI</NomNaissance>"],
    ),
    "history": ({"history": "repeat-active"}, ["<INSHISTO><IdIndividu><NumIdentifiant>2751263220749<"]),
    "raw": ({"raw": {"text": "not XML"}}, ["not XML"]),
    "set": ({"set": {"seen": "yes"}}, ["<CodeCR>00</CodeCR>", "<CodeCR>01</CodeCR>"]),
    "sequence": ({"sequence": CODES}, [f"<CodeCR>{code}</CodeCR>" for code in ("01", "02", "02")]),
    "cycle": ({"cycle": CODES}, [f"<CodeCR>{code}</CodeCR>" for code in ("01", "02", "01")]),
    "weighted": (
        {"weighted": {"seed": 1, "of": [{"weight": 1, "then": {"code": "02"}}]}},
        ["<CodeCR>02</CodeCR>"] * 2,
    ),
    "chaos": ({"chaos": ["html-maintenance"]}, ["<html"]),
}
"""By key of ``then``: an answer with it, and what each call in turn must read. ADRUN ZOE is asked for."""


def test_no_key_of_then_is_forgotten() -> None:
    # Those of the sinks alone have their cases in tests/simulator/sinks/test_sink_rules.py.
    assert set(schema()["$defs"]["then"]["properties"]) - set(ANSWERS) == set(KEYS)
    assert all(key in then for key, (then, _) in KEYS.items())


@pytest.mark.parametrize("key", KEYS)
def test_each_key_of_then_is_seen_by_the_client(
    remote: SessionClient, post: Post, scenario: Make, key: str
) -> None:
    then, expected = KEYS[key]
    # What the registry alone answers has none of the marks that the first call must read, but for a state.
    assert key == "set" or expected[0] not in post().body.decode()
    remote.install(scenario(SEEN, {"when": {}, "then": then}, people=ZOE))
    for mark in expected:
        assert mark in post(person="zoe").body.decode()


@pytest.mark.parametrize(
    "then",
    [
        {"code": "00"},
        {"code": "01", "alter": ["nia"]},
        {"code": "02", "history": 2},
        {"fault": "insi_102", "person": "zoe"},
        {"fault": "insi_102", "raw": {"text": "x"}},
        {"raw": {"text": "x"}, "code": "01"},
        {"person": "zoe"},
        {"sequence": [{"code": "01"}], "cycle": [{"code": "01"}]},
        {"sequence": [{"code": "01"}], "set": {"a": "b"}},
        {"sequence": [{"cycle": [{"code": "01"}]}]},
        {"weighted": {"seed": 1, "of": [{"weight": 1, "then": {"code": "00"}}]}},
        {"other_person": "nobody"},
        {"alter": ["lunar-dax"]},
        {"raw": {}},
        {"raw": {"text": "x", "base64": "eA=="}},
        {"raw": {"base64": "%%%"}},
        {"fault": {"code": "insi_103"}},
    ],
)
def test_answers_that_do_not_go_together_are_refused(scenario: Make, then: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError, match=r"rules\[0\]\.then"):
        read_scenario(scenario({"when": {}, "then": then}, people=ZOE))

"""A session as a ZIP file: what is in it, and what it becomes when it is set up again."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from simulator.bench import session_archive
from simulator.bench.session_archive import ArchiveError, export_session, import_session
from simulator.journal.masking import MASK
from simulator.registry.person import to_json
from simulator.sessions.store import SessionConflictError, UnknownSessionError
from simulator.teleservice.wire import WireRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange
    from simulator.registry.person import Person
    from simulator.sessions.store import Session

    Ask = Callable[..., Exchange]

BOTH = {"fr": "a", "en": "b"}
ANNE = {"birth_name": "ESSAI", "first_names": "ANNE", "sex": "F", "birth_date": "1985-04-12"}


def scenario(name: str, code: str) -> dict[str, Any]:
    return {
        "id": f"tests/{name}",
        "title": BOTH,
        "purpose": BOTH,
        "source": "tests",
        "evidence": "inferred",
        "people": ["patient"],
        "rules": [{"when": {"person": "patient"}, "then": {"code": code}}],
    }


@pytest.fixture
def session(bench: Bench, make_person: Callable[..., Person]) -> Session:
    created = bench.sessions.create(
        "lgo-x", name="LGO X", strictness="strict", recognise={"idam": "1"}, clock_offset=60
    )
    bench.registry.add([make_person(f"test/{number}") for number in range(3)], created.scope)
    for name, code in (("one", "01"), ("two", "02")):
        bench.installer.install(created.id, scenario(name, code), {"patient": to_json(make_person())})
    return bench.sessions.get(created.id)


def exported(bench: Bench, session_id: str = "lgo-x", **options: bool) -> bytes:
    return b"".join(export_session(bench, session_id, **options))


def members(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def packed(**files: str | bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return file.getvalue()


def test_it_holds_settings_scenarios_people_and_the_exchanges_of_the_session_alone(
    bench: Bench, session: Session, ask: Ask
) -> None:
    for name in (session.id, "default", session.id):
        ask(session=name, **ANNE)
    files = members(exported(bench))
    head = json.loads(files["session.json"])
    assert (head["format"], head["id"], head["settings"]) == (1, "lgo-x", session.settings.to_json())
    assert [entry["scenario"]["id"] for entry in head["scenarios"]] == ["tests/one", "tests/two"]
    people = [json.loads(line)["key"] for line in files["people.ndjson"].splitlines()]
    assert people == ["test/0", "test/1", "test/2"]
    exchanges = [json.loads(line) for line in files["exchanges.ndjson"].splitlines()]
    assert [(entry["id"], entry["session"]) for entry in exchanges] == [(1, "lgo-x"), (3, "lgo-x")]
    assert exchanges[0]["explanation"]["en"][1] == "Answer dictated by scenario tests/two, rule 1"


def test_the_exchanges_can_be_left_out(bench: Bench, session: Session) -> None:
    assert sorted(members(exported(bench, session.id, exchanges=False))) == ["people.ndjson", "session.json"]


def test_more_than_a_page_all_comes(
    bench: Bench, session: Session, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.bench.session_archive._PAGE", 2)
    for _ in range(5):
        ask(session=session.id)
    files = members(exported(bench))
    assert len(files["people.ndjson"].splitlines()) == 3
    assert len(files["exchanges.ndjson"].splitlines()) == 5


def test_tokens_and_signatures_are_masked_and_the_journal_keeps_them(bench: Bench) -> None:
    body = b'<x xmlns:ds="u"><ds:SignatureValue Id="s">c2VjcmV0</ds:SignatureValue><SignatureValue>c2VjcmV0</SignatureValue></x>'
    headers = {"authorization": "Bearer s3cret"}
    wire = WireRequest(path="/lps", headers=headers, body=body)
    with_token = bench.teleservice.handle(wire, bench.sessions.get("default"))
    assert with_token.request == body
    text = members(exported(bench, "default"))["exchanges.ndjson"]
    assert "s3cret" not in text
    assert "c2VjcmV0" not in text
    (told,) = map(json.loads, text.splitlines())
    assert told["request_headers"] == {"authorization": MASK}
    assert told["request"].count(f">{MASK}</") == 2
    assert bench.journal.list()[0].request == body


def test_set_up_again_it_answers_as_before(bench: Bench, session: Session, ask: Ask) -> None:
    content = exported(bench)
    bench.sessions.delete(session.id)
    bench.registry.remove_scope(session.scope)
    again = import_session(bench, content)
    assert (again.id, again.settings) == (session.id, session.settings)
    assert [entry.scenario.id for entry in again.scenarios] == ["tests/two", "tests/one"]
    assert len(bench.registry.own(again.scope)) == 3
    assert ask(session=again.id, **ANNE, idam="1").code == "02"


def test_it_can_be_set_up_beside_the_first_under_another_id(bench: Bench, session: Session) -> None:
    content = exported(bench)
    with pytest.raises(SessionConflictError, match=r"^id: there is already a session 'lgo-x'"):
        import_session(bench, content)
    with pytest.raises(SessionConflictError, match=r"^recognise\.idam: '1' is already"):
        import_session(bench, content, session_id="again")
    again = import_session(bench, content, session_id="again", recognise=False)
    assert (again.settings.recognise, again.settings.name) == ((), session.settings.name)


def test_an_unknown_session_cannot_be_exported(bench: Bench) -> None:
    with pytest.raises(UnknownSessionError):
        export_session(bench, "nobody")


def broken_stream() -> bytes:
    """Return an archive whose compressed bytes make no sense."""
    content = bytearray(packed(session_json="x" * 1000, people_ndjson=""))
    start = content.index(b"session.json") + len(b"session.json")
    content[start : start + 4] = b"\xff" * 4
    return bytes(content)


HEAD: dict[str, Any] = {"format": 1, "id": "new", "settings": {}, "scenarios": []}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "expected a ZIP file"),
        (b"nonsense", "expected a ZIP file"),
        (broken_stream(), "expected a ZIP file"),
        (packed(other_txt="x"), "expected the file session.json in the archive, got none"),
        (packed(session_json=json.dumps(HEAD)), "expected the file people.ndjson"),
        (packed(session_json="{", people_ndjson=""), "session.json: expected JSON"),
        (packed(session_json="[" * 100_000, people_ndjson=""), "session.json: expected JSON"),
        (packed(session_json="[]", people_ndjson=""), "session.json: expected the format 1, got 'list'"),
        (packed(session_json='{"format": 9}', people_ndjson=""), "session.json: expected the format 1, got 9"),
        (
            packed(session_json=json.dumps(HEAD | {"settings": []}), people_ndjson=""),
            "session.json: settings: expected dict, got []",
        ),
        (
            packed(session_json=json.dumps(HEAD | {"scenarios": [{}]}), people_ndjson=""),
            "session.json: scenarios[0]: expected scenario and people, got {}",
        ),
        (packed(session_json=json.dumps(HEAD), people_ndjson="x"), "people.ndjson:1: expected JSON"),
        (packed(session_json=json.dumps(HEAD), people_ndjson="{}"), "people.ndjson:1: matricule: expected"),
        (
            packed(session_json=json.dumps(HEAD), people_ndjson=b"\n" * (64 * 1024 * 1024 + 1)),
            "people.ndjson:1: expected JSON",
        ),
    ],
)  # fmt: skip
def test_what_is_no_archive_is_refused_by_place(bench: Bench, content: bytes, says: str) -> None:
    with pytest.raises(ArchiveError) as caught:
        import_session(bench, content)
    assert str(caught.value).startswith(says)
    assert bench.sessions.ids() == ["default"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"settings": {"profile": "moon"}},
        {"settings": {"nonsense": 1}},
        {"id": "Not An Id"},
        {"scenarios": [{"scenario": {}, "people": {}}]},
        {"scenarios": [{"scenario": scenario("one", "01"), "people": {}}]},
    ],
)
def test_an_archive_that_cannot_be_used_here_leaves_nothing_behind(
    bench: Bench, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Exception, match=r"expected|unknown|required"):
        import_session(bench, packed(session_json=json.dumps(HEAD | wrong), people_ndjson=""))
    assert bench.sessions.ids() == ["default"]


def head(**changed: Any) -> str:
    return json.dumps({"format": 1, "id": "big", "settings": {}, "scenarios": []} | changed)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        pytest.param(
            {"people_ndjson": b"\n" * (64 << 20)}, "people.ndjson:1: expected JSON", id="lines of nothing"
        ),
        pytest.param({"people_ndjson": b" " * (64 << 20)}, "expected a line of at most", id="one long line"),
        pytest.param(
            {"people_ndjson": b'{"key": "' + b"a" * (64 << 20)}, "expected a line of at most", id="one name"
        ),
        pytest.param(
            {"session_json": b" " * (64 << 20), "people_ndjson": b""},
            "session.json: expected at most",
            id="head",
        ),
    ],
)
def test_a_small_archive_that_inflates_to_much_is_refused_with_little_memory(
    bench: Bench, files: dict[str, bytes], says: str
) -> None:
    content = packed(**{"session_json": head(), **files})
    assert len(content) < 1 << 20
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveError, match=says):
            import_session(bench, content)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The archive inflates to 64 MiB, and its lines to a gigabyte of objects.
    assert most < 24 << 20
    assert "big" not in bench.sessions.ids()


def test_too_many_people_are_refused_and_nothing_is_left(
    bench: Bench, make_person: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_archive, "MAX_PEOPLE", 700)
    lines = "\n".join(json.dumps(to_json(make_person(f"test/{number}"))) for number in range(701))
    with pytest.raises(ArchiveError, match="at most 700 people"):
        import_session(bench, packed(session_json=head(), people_ndjson=lines))
    assert "big" not in bench.sessions.ids()
    assert bench.registry.own("big", limit=1, offset=0) == []


def test_people_of_many_bytes_are_refused_and_nothing_is_left(
    bench: Bench, make_person: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_archive, "MAX_PEOPLE_BYTES", 500_000)
    lines = "\n".join(
        json.dumps(to_json(make_person(f"test/{number}"))) + " " * 50_000 for number in range(11)
    )
    with pytest.raises(ArchiveError, match="at most 500000 bytes"):
        import_session(bench, packed(session_json=head(), people_ndjson=lines))
    assert "big" not in bench.sessions.ids()
    assert bench.registry.own("big", limit=1, offset=0) == []


def test_an_export_is_made_as_it_is_read(bench: Bench, session: Session, ask: Ask) -> None:
    for _ in range(3):
        ask(session=session.id, **ANNE)
    looked = []
    each = bench.journal.each

    def told(*arguments: Any, **options: Any) -> Any:
        for exchange in each(*arguments, **options):
            looked.append(exchange.id)
            yield exchange

    bench.journal.each = told  # type: ignore[method-assign] # to see when it is read
    parts = export_session(bench, session.id)
    assert next(parts).startswith(b"PK")
    assert looked == []
    rest = b"".join(parts)
    assert rest.endswith(b"\0\0")
    assert len(looked) == 3

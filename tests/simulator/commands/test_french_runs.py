"""A run in French prints no English sentence: commands that work, commands that find something wrong, and refusals of the simulator."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from simulator.cli import main
from simulator.datafile.spoken import french_of, in_french, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
BROKEN = ROOT / "tests" / "simulator" / "scripting" / "broken"
ENGLISH = re.compile(
    r"\b(?:the|expected|got|cannot|which|with|from|this|there|are|is|and|for|its|has|have|was|were|must|not|nobody|people"
    r"|deleted|added|bytes|real time|ready|stopped|next|rule\(s\)|warning|error|somebody|address|name|key|serve them)\b",
    re.IGNORECASE,
)
"""Words that no French sentence has."""
OURS = re.compile(
    r"banc [a-z-]+(?: [a-z-]+)*|--[a-z-]+|https?://\S+|\S*/\S*|[\w.-]+\.(?:yaml|csv|zip|json)\b|[A-Za-z0-9_]+(?:[._-][A-Za-z0-9_]+)+"
    r"|'[^']*'|\"[^\"]*\"|\{[^}]*\}"
)
"""Commands, addresses, files, names of fields and what is quoted: the same in every language."""
KEYS = re.compile(
    r"\b(?:key|rank|serial|not|and|any|all|stage: after|name|people|from|to|error|code|exists|person|accept|fault)\b"
)
"""Names of keys of a scenario, in lists of what is allowed."""


def english_in(text: str) -> list[str]:
    return [line for line in text.splitlines() if ENGLISH.search(OURS.sub("", line))]


def told(*arguments: object) -> str:
    result = CliRunner(env={"BANC_LANG": "fr"}).invoke(main, list(map(str, arguments)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.output
    return result.output


@pytest.mark.parametrize("file", sorted(BROKEN.glob("*.yaml")), ids=lambda file: file.stem)
def test_what_is_wrong_with_a_scenario_is_told_in_french(file: Path) -> None:
    output = told("scenario", "check", file)
    # What a library says of a file that is no YAML, and lists of keys, are the same in both languages.
    lines = [KEYS.sub("", line) for line in output.splitlines()]
    if file.stem in {"not-yaml", "tab-indentation", "bad-pattern"}:
        lines = [line.rpartition(" ; ")[2] for line in lines]
    assert not english_in("\n".join(lines)), output


def test_sessions_are_told_in_french(server: Any, tmp_path: Path) -> None:
    url = ("--url", server.client.base_url)
    created = told("session", "create", "--id", "essai", "--ttl", "1h", "--recognise", "lps_instance=a", *url)
    outputs = [
        created,
        told("session", "list", *url),
        told("session", "clock", "essai", *url),
        told("session", "clock", "essai", "--freeze", "now", *url),
        told("session", "people", "essai", "--limit", "2", *url),
        told("session", "export", "essai", "-o", tmp_path / "essai.zip", *url),
        told("session", "create", "--id", "essai", *url),
        told("session", "set", "essai", "--recognise", "certificate=x", *url),
        told("session", "delete", "essai", *url),
        told("session", "show", "essai", *url),
        told("scenario", "run", "faults/insi-102", "--call", *url),
    ]
    for output in outputs:
        texts = re.sub(r"<\?xml.*", "", output, flags=re.DOTALL)
        assert not english_in(texts), output


def test_populations_are_told_in_french(tmp_path: Path) -> None:
    registry = tmp_path / "r.sqlite"
    wrong = tmp_path / "people.csv"
    wrong.write_text(
        "birth_name,first_names,sex,birth_date,matricule\nESSAI,ANNE,F,1985-13-40,2850499999999\nessai,,X,,1\n",
        "utf-8",
    )
    outputs = [
        told("population", "build", "--size", "30", "--out", registry),
        told("population", "find", "--registry", registry, "--limit", "2"),
        told("population", "find", "--registry", registry, "--tag", "nobody-has-it"),
        told("population", "import", wrong, "--registry", registry),
        told("population", "import", tmp_path / "none.csv", "--registry", registry),
        told("profiles"),
        told("scenario", "new", "mine/one", "--out", tmp_path / "one.yaml"),
        told("scenario", "check", tmp_path / "one.yaml"),
        told("exchanges", "list", "--data-dir", tmp_path),
        told("pki", "init", tmp_path / "pki"),
    ]
    for output in outputs:
        assert not english_in(re.sub(r"(?m)^\S+/\S+ .*$", "", output)), output


def test_a_server_speaks_french(tmp_path: Path) -> None:
    from simulator.bench import BenchOptions
    from simulator.commands import serve
    from simulator.serving import ServeOptions

    options = ServeOptions(bench=BenchOptions(data_dir=tmp_path), port=1, host="0.0.0.0", token="x")  # noqa: S104
    runner = CliRunner()
    with runner.isolation(env={"BANC_LANG": "fr"}) as (out, *_):
        serve._announce(options)
    printed = out.getvalue().decode()
    assert "Prêt." in printed
    assert not english_in(printed), printed


# The catalogue

REFUSED_IN = (
    *sorted((ROOT / "simulator/web/api").glob("*.py")),
    *(ROOT / "simulator" / name for name in (
        "sessions/settings.py", "sessions/clock.py", "sessions/store.py", "sessions/rows.py", "sessions/tables.py",
        "sessions/recognition.py", "sessions/lifetimes.py", "bench/session_archive.py", "scripting/validation.py",
        "scripting/check.py", "scripting/sinks.py", "scripting/patterns.py", "chaos/catalogue.py", "client/calling.py",
    )),
)  # fmt: skip
TELLING = re.compile(
    r"\b(?:expected|cannot|refused|no session|unknown|nothing received|already|needs a|can never)\b"
)


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the sentences of a module that tell what is wrong, with ``x`` for what differs; not those that have both languages."""
    tree = ast.parse(path.read_text("utf-8"))
    both = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Text"
        for inner in ast.walk(node)
    }
    within = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    texts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in both | within | texts:
            continue
        if isinstance(node, ast.JoinedStr):
            told = "".join(part.value if isinstance(part, ast.Constant) else "x" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            told = node.value
        else:
            continue
        if TELLING.search(told) and len(told.split()) > 2 and "%s" not in told:
            yield node.lineno, told


@pytest.mark.parametrize("path", REFUSED_IN, ids=lambda path: path.name)
def test_whatever_is_told_in_english_has_its_french(path: Path) -> None:
    missing = [
        f"{line}: {told}"
        for line, told in sentences(path)
        if french_of(told) is None and french_of(f"{told}; got x") is None
    ]
    assert not missing, "\n".join(missing)


def test_the_catalogue_has_as_many_holes_in_both_languages() -> None:
    assert [english for english, french in pairs() if english.count("{}") != french.count("{}")] == []
    assert len(dict(pairs())) == len(list(pairs()))


def test_a_sentence_within_a_sentence_is_translated_too() -> None:
    assert in_french("people[0].x: expected M or F, got 'X'") == "people[0].x : attendu : M ou F, reçu : 'X'"
    assert in_french("what a library says") == "what a library says"


def test_what_a_client_reads_of_a_refusal_is_french(server: Any) -> None:
    from simulator.client import BenchClientError

    with pytest.raises(BenchClientError) as refused:
        server.client.create_session(strictness="x")
    assert refused.value.text.fr.endswith(
        "strictness : une valeur parmi lenient, strict est attendue, reçu : 'x'"
    )
    assert "expected one of" in json.dumps(str(refused.value))


# What commands print is written in both languages

PRINTING = {
    "echo",
    "print",
    "add_column",
    "add_task",
    "add_row",
    "write",
    "ClickException",
    "UsageError",
    "BadParameter",
}
SAID_OTHERWISE = {
    # Beside its French, chosen by the language, or part of a file whose names are the same in both.
    "conformance/commands/mssante.py: --error x  x",
    "conformance/commands/rules.py: x/x rules accounted for, x of them executable",
    "conformance/commands/rules.py: x cases of the state machine: x judged, x with a reason",
    "simulator/commands/common.py: Error: x",
    "simulator/commands/population_files.py: line,column,expected,got,remedy,record\n",
}


def printed() -> Iterator[str]:
    """Yield the texts that commands print as they stand, with ``x`` for what differs."""
    folders = (
        "simulator/commands",
        "conformance/commands",
        "conformance/load",
        "conformance/guided",
        "conformance/campaign",
    )
    for path in (path for folder in folders for path in sorted((ROOT / folder).glob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", getattr(node.func, "id", "")) in PRINTING
            ):
                for argument in node.args:
                    parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
                    if isinstance(argument, (ast.Constant, ast.JoinedStr)):
                        text = "".join(
                            part.value
                            if isinstance(part, ast.Constant) and isinstance(part.value, str)
                            else "x"
                            for part in parts
                        )
                        yield f"{path.relative_to(ROOT).as_posix()}: {text}"


def test_no_command_prints_a_sentence_in_english_alone() -> None:
    told = [text for text in printed() if ENGLISH.search(OURS.sub("", text.partition(": ")[2]))]
    assert set(told) <= SAID_OTHERWISE, "\n".join(sorted(set(told) - SAID_OTHERWISE))

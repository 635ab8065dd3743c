"""What is wrong with a set-up is told in the language of the command, and no such error can be made in English alone."""

from __future__ import annotations

import ast
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.cli import main

ROOT = Path(__file__).parents[3]
_CLOSED = "http://127.0.0.1:9"
"""The port of discard: nothing listens there."""
PLAN = "driver:\n  url: http://127.0.0.1:9\n"

WRONG = {
    "plan check": (
        ["plan", "check", "typed.yaml"],
        "typed.yaml:4:7: seed: nombre entier attendu, reçu : 'many'",
        "typed.yaml:4:7: seed: expected integer, got 'many'",
    ),
    "plan check, a rule": (
        ["plan", "check", "rule.yaml"],
        "rule.yaml:4:9: rules[0]: règle inconnue : 'SRC-00' ; voulez-vous dire SRC-10 ?",
        "rule.yaml:4:9: rules[0]: unknown rule 'SRC-00'; did you mean SRC-10?",
    ),
    "plan check, no file": (
        ["plan", "check", "none.yaml"],
        "none.yaml: ne peut pas être lu : n'existe pas",
        "none.yaml: cannot be read: No such file or directory",
    ),
    "plan check, a folder": (
        ["plan", "check", "."],
        "un fichier ordinaire est attendu, c'est un dossier",
        "expected a regular file, got a folder",
    ),
    "plan check, nothing in it": (
        ["plan", "check", "empty"],
        "empty: ensemble de clés attendu, reçu : rien",
        "empty: expected object, got None",
    ),
    "plan check, no YAML": (
        ["plan", "check", "broken.yaml"],
        "pas du YAML",
        "not YAML",
    ),
    "plan check, a key": (
        ["plan", "check", "key.yaml"],
        "clé inconnue 'sed' ; les clés connues sont",
        "unknown key 'sed'; known keys are",
    ),
    "plan new": (
        ["plan", "new", "right.yaml"],
        "right.yaml : existe déjà ; choisissez un autre nom",
        "right.yaml: exists already; choose another name",
    ),
    "run, no plan": (["run", "none.yaml"], "ne peut pas être lu", "cannot be read"),
    "run, a group": (
        ["run", "right.yaml", "--group", "XYZ", "--no-doctor"],
        "groupe inconnu : 'XYZ' ; il y a",
        "unknown group 'XYZ'; there are",
    ),
    "run, options": (
        ["run", "right.yaml", "--resume", "x", "--jobs", "2"],
        "--resume poursuit ce que le dossier a commencé",
        "--resume goes on with what the record began",
    ),
    "run, jobs": (
        ["run", "right.yaml", "--jobs", "2"],
        "2 instances du logiciel sont attendues pour --jobs 2, le plan en a 0",
        "expected 2 instances of the software for --jobs 2, the plan has 0",
    ),
    "run, a record": (
        ["run", "right.yaml", "--resume", "none"],
        "ne peut pas être lu",
        "cannot be read",
    ),
    "run, a journey": (
        ["run", "guided.yaml", "--journey", "imports", "--no-doctor"],
        "parcours inconnu : 'imports' ; il y a",
        "unknown journey 'imports'; there are",
    ),
    "demo": (
        ["demo", "--defect", "nonsense-of-mine"],
        "le nom d'un défaut est attendu",
        "expected the name of a defect",
    ),
    "doctor": (["doctor", "none.yaml"], "ne peut pas être lu", "cannot be read"),
    "driver check": (
        ["driver", "check"],
        "donnez l'adresse du pilote, ou --command avec un programme",
        "give the URL of the driver, or --command with a program",
    ),
    "driver check, no scheme": (
        ["driver", "check", "localhost:9000"],
        "une adresse telle que http://127.0.0.1:9000 est attendue, reçu : 'localhost:9000'",
        "expected an address such as http://127.0.0.1:9000, got 'localhost:9000'",
    ),
    "rules, no such rule": (
        ["rules", "show", "nothing like it"],
        "règle inconnue : 'nothing like it' ; voir banc rules list",
        "unknown rule 'nothing like it'; see banc rules list",
    ),
    "population import": (
        ["population", "import", "none.csv"],
        "none.csv : n'existe pas. Rien n'a été importé.",
        "none.csv: No such file or directory. Nothing was imported.",
    ),
    "serve, an address of another machine": (
        ["serve", "--host", "192.0.2.1", "--port", "0", "--data-dir", "data"],
        "Donnez à --host une adresse de cette machine",
        "Give --host an address of this machine",
    ),
    "driver scaffold": (
        ["driver", "scaffold", "--lang", "python", "--out", "right.yaml"],
        "'right.yaml' est un fichier, un dossier est attendu.",
        "'right.yaml' is a file.",
    ),
    "report": (["report"], "un dossier de campagne est attendu", "expected a record, or --history DIR"),
    "report, a record": (
        ["report", "right.yaml"],
        "right.yaml:1 : un objet JSON est attendu",
        "right.yaml:1: expected a JSON object",
    ),
    "compare": (["compare", "none", "none"], "ne peut pas être lu", "cannot be read"),
    "review": (["review", "none"], "ne peut pas être lu", "cannot be read"),
    "evidence": (
        ["evidence", "verify", "right.yaml"],
        "right.yaml : un paquet de preuves de banc-insi est attendu",
        "right.yaml: expected an evidence package of banc-insi",
    ),
    "rules": (["rules", "show", "E9/QUA"], "cas inconnu : 'E9/QUA'", "unknown case 'E9/QUA'"),
    "load": (
        ["load", "--rate", "many"],
        "--rate : un débit tel que 200/s ou 30/m est attendu, reçu : 'many'",
        "--rate: expected a rate such as 200/s or 30/m, got 'many'",
    ),
    "load, a threshold": (
        ["load", "--p95", "slow"],
        "p95 : une durée telle que 20s, 300ms, 5m ou 1h est attendue, reçu : 'slow'",
        "p95: expected a time such as 20s, 300ms, 5m or 1h, got 'slow'",
    ),
    "load, a profile": (
        ["load", "--profile", "stedy"],
        "profil inconnu : 'stedy'",
        "unknown profile 'stedy'",
    ),
    "load, an address": (
        ["load", "--url", "example.org"],
        "il manque http:// ou https://",
        "the scheme is missing",
    ),
    "load report": (
        ["load", "report", "none"],
        "l'enregistrement d'un tir de charge (record.ndjson) ou son dossier est attendu",
        "expected the record of a load run (record.ndjson) or its folder",
    ),
    "load compare": (
        ["load", "compare", "none", "none"],
        "l'enregistrement d'un tir",
        "expected the record of",
    ),
    "mssante": (["mssante", "send", "--url", _CLOSED], "ne répond pas", "does not answer"),
    "check": (["check", "none.xml"], "un fichier ou un dossier attendu", "expected a file or a folder"),
    "serve, a folder": (
        ["serve", "--data-dir", "right.yaml/x", "--port", "0"],
        "le dossier de données right.yaml/x ne peut pas servir",
        "the data directory right.yaml/x cannot be used",
    ),
    "serve, TLS": (
        ["serve", "--https-port", "0", "--port", "0"],
        "un port TLS demande des certificats",
        "a TLS port needs certificates",
    ),
    "scenario show": (["scenario", "show", "faults/none"], "ne peut pas être lu", "cannot be read"),
    "scenario run": (
        ["scenario", "run", "faults/insi-102", "--url", _CLOSED],
        "ne répond pas",
        "does not answer",
    ),
    "session list": (
        ["session", "list", "--url", _CLOSED],
        "est-il démarré ? Essayez : banc serve",
        "is it started? Try: banc serve",
    ),
    "session set": (
        ["session", "set", "x"],
        "au moins un réglage à changer",
        "expected at least one setting",
    ),
    "session create": (
        ["session", "create", "--ttl", "long"],
        "des secondes ou une durée telle que 90, 61m, 1h30m ou -2d est attendue",
        "expected seconds or a duration such as 90, 61m, 1h30m or -2d",
    ),
    "exchanges": (
        ["exchanges", "list", "--data-dir", "."],
        "il n'y a pas de journal dans .",
        "there is no journal in .",
    ),
    "received": (
        ["received", "list", "--data-dir", "."],
        "aucun récepteur n'a été ouvert dans .",
        "no sink was opened in .",
    ),
    "population show": (
        ["population", "show", "x", "--registry", "none.sqlite"],
        "none.sqlite : ce fichier n'existe pas ; construisez-en un",
        "none.sqlite: there is no such file; build one",
    ),
    "population, no registry": (
        ["population", "find", "--registry", "right.yaml"],
        "right.yaml : un registre de banc-insi est attendu",
        "right.yaml: expected a registry of banc-insi",
    ),
    "pki": (
        ["pki", "list", "none"],
        "il n'y a pas de PKI dans none (n'existe pas)",
        "no PKI in none (No such file or directory)",
    ),
    "token": (
        ["session", "list", "--token-file", "empty"],
        "une ligne d'au plus 1024 caractères ASCII est attendue",
        "expected one line of at most 1024 ASCII characters",
    ),
    "a command": (["rnu"], "Commande inconnue : 'rnu'. Voulez-vous dire 'run' ?", "No such command 'rnu'."),
    "an option": (["run", "--sed", "1"], "Option inconnue : '--sed'.", "No such option '--sed'."),
    "an argument": (["compare"], "Il manque l'argument 'A'.", "Missing argument 'A'."),
    "a number": (["serve", "--port", "x"], "Valeur incorrecte pour '--port'", "Invalid value for '--port'"),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name, text in {
        "right.yaml": PLAN,
        "typed.yaml": f"{PLAN}\nseed: many\n",
        "key.yaml": f"{PLAN}\nsed: 1\n",
        "rule.yaml": f"{PLAN}\nrules: [SRC-00]\n",
        "broken.yaml": "driver: [\n",
        "guided.yaml": "driver:\n  kind: guided\n",
        "empty": "",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.usefixtures("folder")
def test_a_wrong_call_is_told_in_the_language_of_the_command(name):
    arguments, french, english = WRONG[name]
    told = CliRunner(env={"BANC_LANG": "fr"}).invoke(main, arguments, prog_name="banc")
    assert told.exit_code == 2, (told.output, told.exception)
    assert french in told.output
    assert "Erreur : " in told.output
    assert english not in told.output
    told = CliRunner(env={"BANC_LANG": "en"}).invoke(main, arguments, prog_name="banc")
    assert told.exit_code == 2
    assert english in told.output
    assert "Error: " in told.output
    assert french not in told.output


@pytest.mark.usefixtures("folder")
def test_the_option_of_a_command_decides_before_the_variable():
    arguments = ["plan", "check", "typed.yaml", "--lang", "en"]
    assert "expected integer" in CliRunner(env={"BANC_LANG": "fr"}).invoke(main, arguments).output
    arguments[-1] = "fr"
    assert "nombre entier attendu" in CliRunner(env={"BANC_LANG": "en"}).invoke(main, arguments).output


def test_a_port_in_use_is_told(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        arguments = ["serve", "--port", str(port), "--data-dir", str(folder / "data")]
        told = CliRunner(env={"BANC_LANG": "fr"}).invoke(main, arguments)
    assert told.exit_code == 2
    assert (
        f"impossible d'écouter sur 127.0.0.1:{port} : l'adresse est déjà prise. Arrêtez ce qui l'occupe"
        in told.output
    )


_PLAIN = {"ClickException", "UsageError", "BadParameter", "NoSuchOption"}
"""Errors of click that know one language only."""


def faults():
    """Yield each place of the commands where an error could be told in English alone."""
    for folder in ("simulator/commands", "conformance/commands"):
        for path in sorted((ROOT / folder).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and (what := wrong(node)):
                    yield f"{path.name}:{node.lineno}: {what}"


def wrong(call):
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name in _PLAIN:
        return f"{name} knows one language: WrongUsageError, WrongValueError or SetupError has both"
    if name == "fail" and isinstance(function, ast.Attribute):
        return "fail() knows one language: raise WrongValueError or WrongUsageError"
    if name in {"SetupError", "WrongUsageError", "WrongValueError"}:
        first = call.args[0] if call.args else None
        if (
            isinstance(first, (ast.Constant, ast.JoinedStr))
            or getattr(getattr(first, "func", None), "id", "") == "str"
        ):
            return f"{name} wants a Text"
    return None


def test_no_command_can_tell_an_error_in_english_alone():
    assert list(faults()) == []


@pytest.mark.parametrize(
    "line",
    [
        'raise SetupError(f"{path} is wrong")',
        "raise SetupError(str(error))",
        'raise click.UsageError("wrong")',
        'self.fail("wrong", param, ctx)',
    ],
)
def test_the_guard_sees_what_it_is_for(line):
    calls = [node for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Call)]
    assert any(map(wrong, calls))

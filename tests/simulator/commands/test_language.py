"""In which language a command speaks, its help and its errors included."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from conformance.commands.check import check
from conformance.commands.mssante import list_kinds
from simulator.commands.language import lang_of, usual_lang


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({}, "fr"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "C.UTF-8"}, "fr"),
        ({"LANG": "en"}, "en"),
        ({"LC_ALL": "fr_FR", "LANG": "en_GB"}, "fr"),
        ({"LC_ALL": "", "LC_MESSAGES": "en_US", "LANG": "fr_FR"}, "en"),
        ({"BANC_LANG": "en", "LC_ALL": "fr_FR"}, "en"),
        ({"BANC_LANG": "FR", "LANG": "en_GB"}, "fr"),
    ],
)
def test_the_variable_comes_before_the_locale_and_french_is_usual(environment, lang):
    assert usual_lang(environment) == lang


@pytest.mark.parametrize(
    ("arguments", "lang"),
    [
        (["x", "--lang", "en"], "en"),
        (["--lang=en"], "en"),
        (["--lang", "de"], "fr"),
        (["--", "--lang", "en"], "fr"),
        (["--lang"], "fr"),
    ],
)
def test_a_command_line_says_its_language_before_it_is_read(arguments, lang):
    assert lang_of(arguments) == lang


def told(*arguments, **environment):
    return CliRunner(env=environment).invoke(check, list(arguments)).output


def test_help_is_in_both_languages():
    assert "Juge des documents" in told("--help")
    assert "L'identité attendue" in told("--help")
    assert "Judge documents" in told("--help", "--lang", "en")
    assert "Judge documents" in told("--help", BANC_LANG="en")
    assert "Judge documents" not in told("--help")


@pytest.mark.parametrize(
    ("arguments", "french", "english"),
    [
        (["--nope", "x"], "Erreur : Option inconnue : '--nope'.", "No such option"),
        ([], "Erreur : Il manque l'argument 'FICHIER…'.", "Missing argument"),
        (
            ["x", "--status", "OUI"],
            "n'est pas l'une de ces valeurs : 'prov', 'recup', 'vali', 'qual'.",
            "is not one of",
        ),
        (["x", "--html"], "Erreur : L'option '--html' attend une valeur.", "requires an argument"),
        (["x", "--schematron", "/no.sch"], "n'existe pas", "does not exist"),
        (
            ["/no/where.xml"],
            "Erreur : /no/where.xml : un fichier ou un dossier attendu",
            "expected a file or a folder",
        ),
        (["x", "--person", "/no/one.json"], "/no/one.json : n'existe pas", "No such file or directory"),
        (["x", "--registry", "r"], "Erreur : --registry demande --matricule", "--registry needs --matricule"),
    ],
)
def test_errors_are_in_both_languages(arguments, french, english):
    result = CliRunner().invoke(check, arguments)
    assert result.exit_code == 2
    assert french in result.output
    assert "Error" not in result.output
    assert english in told(*arguments, BANC_LANG="en")
    assert "Erreur" not in told(*arguments, BANC_LANG="en")


def test_other_commands_take_the_same_language_for_their_texts():
    assert "unknown patient" in CliRunner(env={"BANC_LANG": "en"}).invoke(list_kinds, []).output
    assert "patient inconnu" in CliRunner(env={"BANC_LANG": "fr"}).invoke(list_kinds, []).output

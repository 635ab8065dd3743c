"""``banc pki assertion``: assertions on standard output, ready to be sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from lxml import etree

from simulator.cli import main
from simulator.security.pki import init_pki

NAME_ID = ".//{urn:oasis:names:tc:SAML:2.0:assertion}NameID"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pki") / "pki"
    init_pki(folder, now=datetime.now(UTC), hosts=[])
    return folder


@pytest.fixture
def run(folder):
    def invoke(*options):
        return CliRunner().invoke(main, ["pki", "assertion", str(folder), *options])

    return invoke


@pytest.mark.parametrize(
    ("options", "qualifier", "name"),
    [
        (["--vitale", "0123456789"], "VITALE", "0123456789"),
        (["--vitale", "0123456789", "--apcv"], "APCV", "0123456789"),
        (["--psc", "899700000001"], "PSC", "899700000001"),
    ],
)
def test_the_kind_asked_for_is_made(run, options, qualifier, name):
    result = run(*options)
    assert result.exit_code == 0, result.output
    found = etree.fromstring(result.stdout_bytes).find(NAME_ID)
    assert (found.get("NameQualifier"), found.text) == (qualifier, name)


def test_without_option_a_card_signs(run):
    root = etree.fromstring(run().stdout_bytes)
    assert root.find("{http://www.w3.org/2000/09/xmldsig#}Signature") is not None
    assert root.find(NAME_ID).get("NameQualifier") == "CPS"


def test_the_age_is_that_asked_for(run):
    root = etree.fromstring(run("--age", "61").stdout_bytes)
    age = datetime.now(UTC) - datetime.fromisoformat(root.get("IssueInstant"))
    assert timedelta(minutes=61) <= age < timedelta(minutes=63)


@pytest.mark.usefixtures("in_english")
def test_apcv_without_a_card_says_what_to_give(run):
    result = run("--apcv")
    assert result.exit_code == 2
    assert "--vitale SERIAL --apcv" in result.output


def test_an_unknown_card_says_where_to_look(run):
    result = run("--card", "nobody")
    assert result.exit_code == 2
    assert "banc pki list" in result.output

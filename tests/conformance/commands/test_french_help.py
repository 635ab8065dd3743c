"""Help in French: every sentence of every command has it, none is left over, and what it shows can be typed."""

from __future__ import annotations

import ast
import re
import shlex
from functools import cache
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from conformance.cli import COMMANDS, main
from simulator.cli import main as simulator_main
from simulator.commands.bilingual import BilingualCommand, BilingualGroup
from simulator.commands.catalogue import pairs, paragraphs, sentences

_WIDTH = 80
_VERBATIM = "\b"
_COMMAND = re.compile(r"banc \S.*")
_UNCUT = re.compile(r"banc \S.*|--\S+ \[\S+\]|\S+")
_METAVAR = re.compile(r"[A-Z]+(?:_[A-Z]+)*")


def tree(command=main, path=("banc",)):
    """Yield every command with the words that call it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from tree(command.get_command(context, name), (*path, name))


@cache
def every():
    """Return all commands; not while tests are collected, which each process does: it imports the whole program."""
    return list(tree())


def told_of(command):
    """Yield each sentence that the help of a command shows, in English."""
    for text in (command.help, command.short_help, command.epilog):
        yield from paragraphs(text or "")
    for parameter in command.params:
        for name in ("help", "show_default"):
            if isinstance(text := getattr(parameter, name, None), str):
                yield from paragraphs(text)


def wanting(paragraph, french):
    """Yield what of a paragraph has no French: an example is a command, which is the same in both languages."""
    if paragraph in french:
        return
    if not paragraph.startswith(_VERBATIM):
        yield paragraph
        return
    for line in filter(None, map(str.strip, paragraph.removeprefix(_VERBATIM).splitlines())):
        words = " ".join(line.split())
        if words not in french and not (_COMMAND.fullmatch(line) and words == line):
            yield line


def test_every_sentence_of_a_command_has_its_french():
    without = {}
    for path, command in every():
        assert isinstance(command, (BilingualCommand, BilingualGroup)), path
        french = sentences(command.package)
        if missing := [one for paragraph in told_of(command) for one in wanting(paragraph, french)]:
            without[" ".join(path)] = missing
    assert len(every()) > 70
    assert without == {}


def test_every_line_of_the_list_of_commands_has_its_french():
    french = sentences("conformance")
    assert [entry.summary for entry in COMMANDS.values() if entry.summary not in french] == []


def test_no_sentence_of_the_catalogue_is_left_over():
    used = {entry.summary for entry in COMMANDS.values()}
    for _, command in (*every(), *tree(simulator_main)):
        context = click.Context(command)
        for paragraph in told_of(command):
            used.add(paragraph)
            used.update(" ".join(line.split()) for line in paragraph.splitlines())
        for parameter in command.get_params(context):
            used.update(paragraphs(getattr(parameter, "help", None) or ""))
            metavar = parameter.make_metavar(context)
            used.update((metavar, *_METAVAR.findall(metavar)))
        used.update(
            word for piece in command.collect_usage_pieces(context) for word in _METAVAR.findall(piece)
        )
    known = {key for package in ("simulator", "conformance") for key in own_keys(package)}
    assert sorted(known - used - clicks_own()) == []


def own_keys(package):
    return [
        pair["en"].rstrip() if pair["en"].startswith(_VERBATIM) else " ".join(pair["en"].split())
        for pair in pairs(package)
    ]


def clicks_own(*names):
    """Return what click gives to gettext: the literals of its source."""
    found = set()
    for source in Path(click.__file__).parent.glob("*.py"):
        if names and source.stem not in names:
            continue
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"_", "ngettext"}:
                words = (each.value for each in node.args if isinstance(each, ast.Constant))
                found.update(" ".join(word.split()) for word in words if isinstance(word, str))
    return found | {"required", "Show the version and exit."}


_FOR_DEVELOPERS = (
    "Arguments take exactly",
    "Boolean option ",
    "Choice(",
    "Could not determine name",
    "DeprecationWarning: ",
    "Name '{name}' defined",
    "No options defined",
)


def test_what_click_says_to_users_has_its_french():
    """What it says to whoever writes a command, such as that an option has two names, stays as it is."""
    said = clicks_own("exceptions", "formatting", "parser", "types", "core")
    missing = said - set(sentences("simulator"))
    # The last three are put before the name of a file, which French does without.
    assert {one for one in missing if not one.startswith(_FOR_DEVELOPERS)} == {"directory", "file", "path"}


def test_no_sentence_has_two_translations():
    keys = [key for package in ("simulator", "conformance") for key in own_keys(package)]
    assert [key for key in set(keys) if keys.count(key) > 1] == []


def shown(*arguments, lang="fr"):
    return CliRunner(env={"BANC_LANG": lang, "COLUMNS": None}).invoke(
        main, [*arguments], prog_name="banc", terminal_width=_WIDTH
    )


def test_a_page_fits_a_terminal_and_its_examples_can_be_typed():
    examples = 0
    for path, _ in every():
        page = shown(*path[1:], "--help")
        assert page.exit_code == 0, page.output
        assert page.output.startswith("Usage : banc ")
        assert "Show this message" not in page.output
        for line in page.output.splitlines():
            # A command line to be copied, an address and a list of values are not cut.
            assert len(line) <= _WIDTH or _UNCUT.match(line.strip()), line
            if found := re.fullmatch(r"    (banc \S.*?)(?:   +.*)?", line):
                parses(shlex.split(found[1].replace(" > ", " # > "), comments=True)[1:])
                examples += 1
    assert examples > 150


def parses(words):
    """Read a command line as the program does, without running it."""
    command, path = main, "banc"
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name, *words = words
        command = command.get_command(click.Context(command), name)
        path = f"{path} {name}"
        assert command is not None, path
    # Files that examples name are not there: only their presence is asked for.
    command.make_parser(click.Context(command, info_name=path)).parse_args(words)


def test_help_is_english_when_that_is_asked_for():
    for arguments, lang in ((("run", "--help"), "en"), (("check", "--help", "--lang", "en"), "fr")):
        page = shown(*arguments, lang=lang).output
        assert page.startswith("Usage: banc ")
        assert "Show this message and exit." in page


def test_french_and_english_follow_each_other_in_one_process():
    first, second = shown("serve", "--help"), shown("serve", "--help", lang="en")
    assert "DOSSIER" in first.output
    assert "DIRECTORY" in second.output
    assert shown("serve", "--help").output == first.output


@pytest.mark.parametrize(
    "path", [(), ("run",), ("population", "build")], ids=["banc", "run", "population build"]
)
def test_pages_in_french(path, snapshot):
    assert shown(*path, "--help").output == snapshot

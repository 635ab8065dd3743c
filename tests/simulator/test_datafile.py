"""YAML data files: what is refused, and where the message says it is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from simulator import datafile
from simulator.datafile import (
    MAX_BYTES,
    MAX_NODES,
    MAX_PROBLEMS,
    DataFileError,
    data_problems,
    load_yaml,
    parse_yaml,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "size"],
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z]+$", "minLength": 2},
        "size": {"enum": ["small", "large"]},
        "parts": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "object", "properties": {"n": {"type": "integer"}}},
        },
        "choice": {"description": "one or two", "oneOf": [{"const": 1}, {"const": 2}]},
    },
}


def told(content: bytes, schema: dict[str, Any] | None = SCHEMA) -> str:
    with pytest.raises(DataFileError) as caught:
        parse_yaml(content, "f.yaml", schema)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name: a\nname: b\n", "f.yaml:2:1: name: duplicate key, first given on line 1; put all"),
        (b"parts:\n  - n: 1\n    n: 2\n", "f.yaml:3:5: parts[0].n: duplicate key"),
        (b"a: &x [1]\nb: *x\n", "f.yaml:2:4: not YAML: aliases (*name) are not allowed"),
        (b"a: [1, 2\nb: 3\n", "f.yaml:2:2: not YAML: "),
        (b"a: [1, 2\nb: 3\n", "; look at this line and the one above"),
        (b"a: 1\n\tb: 2\n", "f.yaml:2:1: not YAML: "),
        (b"a: 1\n---\nb: 2\n", "f.yaml:2:1: not YAML: "),
        (b"name: \xe9t\xe9\n", "f.yaml:1:1: expected UTF-8, got byte 0xE9"),
        (b"a: 1\nb: \xff\n", "f.yaml:2:1: expected UTF-8, got byte 0xFF"),
        ("a: 1".encode("utf-16"), "f.yaml:1:1: expected UTF-8, got byte 0xFF"),
        (b"a: 1\nb: x\x01y\n", "f.yaml:2:1: not YAML: character U+0001 is not allowed"),
        (b"a: !!python/object/apply:os.system [id]\n", "f.yaml:1:4: not YAML: could not determine a constructor"),
        (b"a: !!int foo\n", "f.yaml:1:4: not YAML: 'foo' cannot be read as int"),
        (b"a: !!bool foo\n", "f.yaml:1:4: not YAML: 'foo' cannot be read as bool"),
        (b"a: !!timestamp foo\n", "f.yaml:1:4: not YAML: 'foo' cannot be read as timestamp"),
        (b"a: " + b"9" * 5000, "cannot be read as int"),
        (b"? [a]\n: b\n", "not YAML: found unhashable key"),
        (b"[" * 2000, "f.yaml: nested too deeply"),
        (b"a: " + b"[" * 40 + b"]" * 40, "nested too deeply"),
        (b"", "f.yaml: expected object, got None"),
        (b"- a\n", "f.yaml:1:1: expected object, got ['a']"),
        (b"just text\n", "f.yaml:1:1: expected object, got 'just text'"),
        (b"size: small\n", "f.yaml:1:1: expected the key 'name', which is missing"),
        (b"name: ab\nsize: medium\n", "f.yaml:2:7: size: expected one of small, large, got 'medium'"),
        (b"name: 12\nsize: small\n", "f.yaml:1:7: name: expected string, got 12"),
        (b"name: A1\nsize: small\n", "f.yaml:1:7: name: expected text of the form ^[a-z]+$, got 'A1'"),
        (b"name: a\nsize: small\n", "f.yaml:1:7: name: expected at least 2 characters, got 'a'"),
        (b"name: ab\nsize: small\nparts: []\n", "f.yaml:3:8: parts: expected at least 1 entries, got []"),
        (b"name: ab\nsize: small\nparts:\n- n: 1\n- n: x\n", "f.yaml:5:6: parts[1].n: expected integer, got 'x'"),
        (b"name: ab\nsize: small\nchoice: 3\n", "f.yaml:3:9: choice: expected one or two, got 3"),
        (b"name: ab\nsize: small\nnom: x\n", "unknown key 'nom'; known keys are choice, name, parts, size"),
        (b"name: ab\nsize: small\n1: x\nnom: y\n", "unknown key 'nom', 1; known keys"),
        (b"name: ab\nsize: small\nnull: x\n", "unknown key None; known keys"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(content: bytes, message: str) -> None:
    assert message in told(content)


def test_every_problem_of_a_file_is_told_once_and_in_order() -> None:
    assert told(b"size: medium\nparts:\n- n: x\nchoice: 3\n").splitlines() == [
        "f.yaml:1:1: expected the key 'name', which is missing",
        "f.yaml:1:7: size: expected one of small, large, got 'medium'",
        "f.yaml:3:6: parts[0].n: expected integer, got 'x'",
        "f.yaml:4:9: choice: expected one or two, got 3",
    ]


def test_two_missing_keys_are_one_problem() -> None:
    assert told(b"{}") == "f.yaml:1:1: expected the key 'name', 'size', which is missing"


def test_a_missing_key_is_told_with_what_to_add() -> None:
    described = {
        "required": ["fr", "en"],
        "properties": {"fr": {"description": "French. Often long."}, "en": {}},
    }
    missing = "f.yaml:1:1: expected the key 'fr', 'en', which is missing"
    assert told(b"{}", described) == f"{missing}; add fr (French)"


def test_a_long_value_is_cut() -> None:
    assert len(told(b"name: " + b"A" * 5000 + b"\nsize: small\n")) < 200


def test_dates_and_yes_and_no_stay_texts() -> None:
    data = parse_yaml(b"a: 2014-02-01\nb: NO\nc: yes\nd: Off\ne: true\nf: false\ng: null\nh: 7\n", "f.yaml")
    assert data == {
        "a": "2014-02-01",
        "b": "NO",
        "c": "yes",
        "d": "Off",
        "e": True,
        "f": False,
        "g": None,
        "h": 7,
    }


def test_a_byte_order_mark_of_a_windows_editor_is_fine() -> None:
    assert parse_yaml(b"\xef\xbb\xbfname: ab\nsize: small\n", "f.yaml", SCHEMA) == {
        "name": "ab",
        "size": "small",
    }


class TestFiles:
    def test_a_good_file_is_read(self, tmp_path: Path) -> None:
        file = tmp_path / "f.yaml"
        file.write_text("name: ab\nsize: small\n")
        assert load_yaml(file, SCHEMA) == {"name": "ab", "size": "small"}

    def test_a_file_too_large_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "f.yaml"
        file.write_bytes(b"#" * (MAX_BYTES + 1))
        with pytest.raises(DataFileError, match="expected at most 4194304 bytes, got more"):
            load_yaml(file)

    def test_a_missing_file_and_a_folder_are_refused_by_name(self, tmp_path: Path) -> None:
        for path in (tmp_path / "nowhere.yaml", tmp_path):
            with pytest.raises(DataFileError) as caught:
                load_yaml(path)
            assert str(caught.value).startswith(f"{path}: cannot be read: ")


class TestCheck:
    """What a schema cannot say comes with the same places."""

    @staticmethod
    def no_odd_parts(data: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
        for index, part in enumerate(data.get("parts", ())):
            if part["n"] % 2:
                yield ("parts", index, "n"), f"expected an even number, got {part['n']}"

    def test_a_problem_has_its_line(self) -> None:
        with pytest.raises(DataFileError) as caught:
            parse_yaml(b"parts:\n- n: 2\n- n: 3\n- n: 5\n", "f.yaml", None, self.no_odd_parts)
        assert str(caught.value).splitlines() == [
            "f.yaml:3:6: parts[1].n: expected an even number, got 3",
            "f.yaml:4:6: parts[2].n: expected an even number, got 5",
        ]

    def test_it_is_only_asked_about_data_that_satisfies_the_schema(self) -> None:
        with pytest.raises(DataFileError, match="expected integer"):
            parse_yaml(b"name: ab\nsize: small\nparts:\n- n: x\n", "f.yaml", SCHEMA, self.no_odd_parts)

    def test_good_data_passes(self) -> None:
        assert parse_yaml(b"parts: [{n: 2}]", "f.yaml", None, self.no_odd_parts) == {"parts": [{"n": 2}]}


class TestHostileFiles:
    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among files")
    def test_a_pipe_is_not_opened(self, tmp_path: Path) -> None:
        """Opening one waits for somebody who writes: for good."""
        os.mkfifo(tmp_path / "pipe.yaml")
        with pytest.raises(DataFileError, match="expected a regular file"):
            load_yaml(tmp_path / "pipe.yaml")

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no such device")
    def test_a_device_that_never_ends_is_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "zero.yaml").symlink_to("/dev/zero")
        with pytest.raises(DataFileError, match="expected a regular file"):
            load_yaml(tmp_path / "zero.yaml")

    @pytest.mark.parametrize(
        "text",
        [
            "- a\n" * 250_000,
            "".join(f"k{number}: 1\n" for number in range(90_000)),
            "[" + "1," * 500_000 + "1]",
        ],
        ids=["a list", "a mapping", "on one line"],
    )
    def test_a_megabyte_of_values_is_read_as_far_as_the_limit(
        self, text: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        composed = []
        compose = datafile._Loader.compose_node
        monkeypatch.setattr(datafile._Loader, "compose_node", lambda *a: (composed.append(1), compose(*a))[1])
        with pytest.raises(DataFileError, match=f"expected at most {MAX_NODES} values, got more"):
            parse_yaml(text.encode(), "big.yaml")
        assert len(composed) == MAX_NODES + 1

    def test_of_many_problems_the_first_are_told(self) -> None:
        schema = {"type": "array", "items": {"type": "string"}}
        with pytest.raises(DataFileError) as caught:
            parse_yaml(b"- 1\n" * 5000, "big.yaml", schema)
        assert len(caught.value.problems) == MAX_PROBLEMS

    def test_json_has_the_same_limits(self) -> None:
        schema = {"type": "array", "items": {"type": "string"}}
        assert data_problems([1] * 300_000, schema) == [f"expected at most {MAX_NODES} values, got more"]
        assert len(data_problems([{"n": number} for number in range(5000)], schema)) == MAX_PROBLEMS

    def test_a_large_value_is_told_in_short_without_reading_it_whole(self) -> None:
        with pytest.raises(DataFileError) as caught:
            parse_yaml(b"- [" + b"1," * 9000 + b"1]", "big.yaml", {"items": {"type": "string"}})
        assert len(str(caught.value)) < 200


SHIPPED = sorted(Path(__file__).parents[2].glob("s*/**/*.yaml"))[::12]
ODD = [
    "",
    "# nothing",
    "a: [1, 2.5, 0x1F, ~, true, yes, 2014-02-01]",
    "? b\n: |\n  two\n  lines\n",
    "'é\U0001f600': \"\\u00e9\"",
    "\ufeffa: 1",
]


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML without libyaml has one parser only")
@pytest.mark.parametrize(
    "text", [*ODD, *(path.read_text("utf-8") for path in SHIPPED)], ids=lambda text: text[:20]
)
def test_both_parsers_of_yaml_read_the_same_at_the_same_places(text: str) -> None:
    assert datafile._FastLoader is not datafile._Loader
    trees = []
    for kind in (datafile._FastLoader, datafile._Loader):
        loader = kind(text)
        node = loader.get_single_node()
        trees.append((node and list(_places(node)), node and loader.construct_document(node)))
    assert trees[0] == trees[1]


def _places(node: yaml.Node) -> Iterator[tuple[str, int, int]]:
    yield node.tag, node.start_mark.line, node.start_mark.column
    for each in node.value if isinstance(node.value, list) else []:
        for one in each if isinstance(each, tuple) else [each]:
            yield from _places(one)

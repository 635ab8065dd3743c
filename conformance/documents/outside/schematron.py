"""ISO Schematron turned into one XSLT stylesheet, which Saxon runs: includes, phases, abstract patterns and rules, variables, keys and functions.

Written from ISO/IEC 19757-3, for the query bindings ``xslt``, ``xslt2`` and ``xslt3``. The stylesheet writes one element a finding, with the
steps to the node that it is about, so that the finding gets the path and the line of the document as it was given.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Final

from lxml import etree

from conformance.documents.outside.problem import OutsideError
from simulator.text import Text
from simulator.xml import parser

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SCH: Final = "http://purl.oclc.org/dsdl/schematron"
_XSL: Final = "http://www.w3.org/1999/XSL/Transform"
OUT: Final = "urn:banc-insi:schematron"
"""Namespace of what the stylesheet writes."""
_BINDINGS: Final = {"": "2.0", "xslt": "2.0", "xslt1": "2.0", "xslt2": "2.0", "xslt3": "3.0"}
_DEPTH: Final = 20
_MOST_INCLUDED: Final = 2_000
_STEPS: Final = (
    "string-join(for $one in ancestor-or-self::* return string(count($one/preceding-sibling::*) + 1), '/')"
)


def compile_schematron(path: Path) -> bytes:
    """Return the stylesheet of a schematron; a file that is a stylesheet already comes back as it is.

    Args:
        path: a ``.sch`` file in its folder, which the files it includes stand in or below.

    Raises:
        OutsideError: it cannot be read, or is written for another query language.
    """
    root = _parsed(path)
    if root.tag in {f"{{{_XSL}}}stylesheet", f"{{{_XSL}}}transform"}:
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    if root.tag != f"{{{SCH}}}schema":
        raise _refused(path, f"<schema> ({SCH})", str(root.tag))
    binding = root.get("queryBinding", "").lower()
    if binding not in _BINDINGS:
        raise _refused(path, "queryBinding xslt, xslt2, xslt3", binding)
    _include(root, path, 0, [0])
    return etree.tostring(_stylesheet(root, path, _BINDINGS[binding]), encoding="UTF-8", xml_declaration=True)


def _parsed(path: Path) -> etree._Element:
    try:
        return etree.fromstring(path.read_bytes(), parser(huge_tree=True))
    except (OSError, etree.XMLSyntaxError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise OutsideError(
            Text(
                f"{path} : un schematron lisible attendu : {said}",
                f"{path}: expected a readable schematron: {said}",
            )
        ) from error


def _refused(path: Path, wanted: str, got: str) -> OutsideError:
    return OutsideError(
        Text(f"{path} : {wanted} attendu, « {got} » trouvé", f"{path}: expected {wanted}, got {got!r}")
    )


def _include(element: etree._Element, path: Path, depth: int, count: list[int]) -> None:
    """Put the files included in the place of what includes them."""
    for one in list(element.iter(f"{{{SCH}}}include", f"{{{SCH}}}extends")):
        href = one.get("href")
        if not href:
            continue
        count[0] += 1
        if depth > _DEPTH or count[0] > _MOST_INCLUDED:
            raise _refused(path, f"{_DEPTH} levels, {_MOST_INCLUDED} includes", href)
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", href):
            raise _refused(path, "a file beside the schematron (no network)", href)
        name, _, wanted = href.partition("#")
        target = path.parent / name
        inside = _parsed(target)
        if wanted:
            found = next((node for node in inside.iter() if wanted in (node.get("id"), node.get(_ID))), None)
            if found is None:
                raise _refused(target, f"an element with the id {wanted}", "none")
            inside = found
        holder = etree.Element("holder")
        # An extended rule gives its content, an included file itself.
        for node in (
            list(inside) if one.tag == f"{{{SCH}}}extends" or inside.tag == f"{{{SCH}}}schema" else [inside]
        ):
            holder.append(node)
        _include(holder, target, depth + 1, count)
        parent = one.getparent()
        if parent is None:
            continue
        at = parent.index(one)
        parent.remove(one)
        for offset, node in enumerate(list(holder)):
            parent.insert(at + offset, node)


_ID: Final = "{http://www.w3.org/XML/1998/namespace}id"


def _stylesheet(schema: etree._Element, path: Path, version: str) -> etree._Element:
    spaces = {one.get("prefix", ""): one.get("uri", "") for one in schema.iter(f"{{{SCH}}}ns")}
    usable = {prefix: uri for prefix, uri in spaces.items() if prefix and uri and prefix != "xsl"}
    sheet = etree.Element(
        f"{{{_XSL}}}stylesheet", nsmap={"xsl": _XSL, "found": OUT, **usable}, version=version
    )
    sheet.set("{http://www.w3.org/XML/1998/namespace}base", path.resolve().as_uri())
    _add(sheet, "output", method="xml", encoding="UTF-8")
    for one in schema:
        if isinstance(one.tag, str) and one.tag.startswith(f"{{{_XSL}}}"):
            sheet.append(deepcopy(one))
        elif one.tag == f"{{{SCH}}}let":
            _let(sheet, one)
    patterns = list(_patterns(schema))
    main = _add(sheet, "template", match="/")
    results = etree.SubElement(main, f"{{{OUT}}}findings")
    for number in range(len(patterns)):
        _add(results, "apply-templates", select="/", mode=f"p{number}")
    for number, pattern in enumerate(patterns):
        _pattern(sheet, pattern, number, schema)
    return sheet


def _patterns(schema: etree._Element) -> Iterator[etree._Element]:
    """Yield the patterns to run: those of the default phase, with abstract ones filled in."""
    every = list(schema.iter(f"{{{SCH}}}pattern"))
    abstract = {one.get("id", ""): one for one in every if one.get("abstract") == "true"}
    phase = schema.get("defaultPhase", "#ALL")
    active: set[str] | None = None
    if phase != "#ALL":
        phases = [one for one in schema.iter(f"{{{SCH}}}phase") if one.get("id") == phase]
        active = {each.get("pattern", "") for one in phases for each in one.iter(f"{{{SCH}}}active")}
    for one in every:
        if one.get("abstract") == "true" or (active is not None and one.get("id") not in active):
            continue
        base = abstract.get(one.get("is-a", ""))
        yield _filled(base, one) if base is not None else one


def _filled(base: etree._Element, instance: etree._Element) -> etree._Element:
    told = {one.get("name", ""): one.get("value", "") for one in instance.iter(f"{{{SCH}}}param")}
    made = deepcopy(base)
    made.set("id", str(instance.get("id") or base.get("id") or ""))
    names = sorted((name for name in told if name), key=len, reverse=True)
    pattern = re.compile(r"\$(" + "|".join(map(re.escape, names)) + r")(?![\w.-])") if names else None
    if pattern is None:
        return made
    for node in made.iter():
        for key, value in list(node.attrib.items()):
            node.set(str(key), pattern.sub(lambda match: told[match[1]], str(value)))
        if node.text:
            node.text = pattern.sub(lambda match: told[match[1]], node.text)
        if node.tail:
            node.tail = pattern.sub(lambda match: told[match[1]], node.tail)
    return made


def _pattern(sheet: etree._Element, pattern: etree._Element, number: int, schema: etree._Element) -> None:
    mode, name = f"p{number}", pattern.get("id") or _title(pattern) or f"pattern {number + 1}"
    for one in pattern.iterchildren(f"{{{SCH}}}let"):
        _let(sheet, one)
    rules = list(pattern.iterchildren(f"{{{SCH}}}rule"))
    abstract = {
        one.get("id", ""): one for one in schema.iter(f"{{{SCH}}}rule") if one.get("abstract") == "true"
    }
    for position, rule in enumerate(one for one in rules if one.get("abstract") != "true"):
        template = _add(
            sheet, "template", match=rule.get("context", "/.."), mode=mode, priority=str(1_000_000 - position)
        )
        _body(template, rule, abstract, name, 0)
        _add(template, "apply-templates", select="@*|node()", mode=mode)
    rest = _add(sheet, "template", match="@*|node()|/", mode=mode, priority="-10")
    _add(rest, "apply-templates", select="@*|node()", mode=mode)


def _title(pattern: etree._Element) -> str:
    title = next(pattern.iterchildren(f"{{{SCH}}}title"), None)
    return "" if title is None else " ".join("".join(str(part) for part in title.itertext()).split())


def _body(
    template: etree._Element,
    rule: etree._Element,
    abstract: Mapping[str, etree._Element],
    name: str,
    depth: int,
) -> None:
    for one in rule:
        if one.tag == f"{{{SCH}}}let":
            _let(template, one)
        elif one.tag == f"{{{SCH}}}extends" and one.get("rule") in abstract and depth < _DEPTH:
            _body(template, abstract[one.get("rule", "")], abstract, name, depth + 1)
        elif one.tag in {f"{{{SCH}}}assert", f"{{{SCH}}}report"}:
            _test(template, one, rule, name)


def _test(template: etree._Element, one: etree._Element, rule: etree._Element, name: str) -> None:
    test = one.get("test", "false()")
    wanted = f"not({test})" if one.tag == f"{{{SCH}}}assert" else test
    finding = etree.SubElement(_add(template, "if", test=wanted), f"{{{OUT}}}finding")
    finding.set("pattern", _literal(name))
    finding.set(
        "role", _literal(one.get("role") or one.get("flag") or rule.get("role") or rule.get("flag") or "")
    )
    finding.set("id", _literal(one.get("id", "")))
    finding.set("test", _literal(" ".join(test.split())[:400]))
    finding.set("steps", f"{{{_STEPS}}}")
    finding.set("attribute", "{if (self::attribute()) then name() else ''}")
    _message(finding, one)


def _literal(text: str) -> str:
    """Write a text that is no template of a value."""
    return text.replace("{", "{{").replace("}", "}}")


def _message(into: etree._Element, one: etree._Element) -> None:
    if one.text:
        _add(into, "text").text = one.text
    for part in one:
        if part.tag == f"{{{SCH}}}value-of":
            _add(into, "value-of", select=part.get("select", "''"))
        elif part.tag == f"{{{SCH}}}name":
            _add(into, "value-of", select=f"name({part.get('path', '')})")
        elif isinstance(part.tag, str):
            _message(into, part)
        if part.tail:
            _add(into, "text").text = part.tail


def _let(into: etree._Element, one: etree._Element) -> None:
    value = one.get("value")
    variable = _add(into, "variable", name=one.get("name", "x"), **({"select": value} if value else {}))
    if not value:
        for part in one:
            variable.append(deepcopy(part))


def _add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_XSL}}}{tag}", attributes)

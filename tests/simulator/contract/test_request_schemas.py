"""The schemas, judged twice: what lxml decides on the request path, xmlschema must decide too."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import pytest
import xmlschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from simulator.contract.names import (
    CTXBAM,
    CTXLPS,
    RECSANS,
    RECVIT,
    RESULTAT,
    SIRAM,
    SOAP12,
    VERIFICATION_ANSWER,
    VERIFICATION_REQUEST,
    WSA,
    WSSE,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMAS = sorted(file.name[:-4] for file in (files("simulator.contract") / "xsd").iterdir())


@cache
def by_lxml() -> etree.XMLSchema:
    with as_file(files("simulator.contract") / "xsd") as folder:
        return etree.XMLSchema(etree.parse(folder / "envelope.xsd"))


@cache
def by_xmlschema() -> xmlschema.XMLSchema:
    with as_file(files("simulator.contract") / "xsd") as folder:
        return xmlschema.XMLSchema(str(folder / "envelope.xsd"), allow="local")


def verdicts(document: str) -> tuple[bool, bool]:
    """Return what lxml and what xmlschema decide."""
    tree = etree.fromstring(document.encode())
    return by_lxml().validate(tree), by_xmlschema().is_valid(etree.tostring(tree))


def element(name: str, text: str = "x", attributes: str = "") -> str:
    return f"<{name}{attributes}>{text}</{name}>"


def envelope(header: str, body: str) -> str:
    return (
        f'<s:Envelope xmlns:s="{SOAP12}" xmlns:b="{CTXBAM}" xmlns:l="{CTXLPS}" xmlns:w="{WSA}" xmlns:o="{WSSE}">'
        f"<s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )


TIMES = (
    "2026-01-05T09:00:00Z",
    "2026-01-05T09:00:00.123+01:00",
    "2026-01-05",
    "hier",
    "",
    "2026-13-05T09:00:00Z",
)
NUMBERS = ("285046322000143", "2850463220001", "285042A220001", "28504632200x1", "")
names = st.lists(
    st.sampled_from(
        [
            "NomNaissance",
            "Prenom",
            "Prenom",
            "Sexe",
            "DateNaissance",
            "LieuNaissance",
            "NomUsage",
            "MatriculeOD",
        ]
    ),
    max_size=7,
)
ordered = st.sets(st.sampled_from(["NomNaissance", "Prenom", "Sexe", "DateNaissance", "LieuNaissance"])).map(
    lambda chosen: [
        name
        for name in ("NomNaissance", "Prenom", "Sexe", "DateNaissance", "LieuNaissance")
        if name in chosen
    ]
)
texts = st.sampled_from(["DUPONT", "", " ", "é", "1960-00-00", "<y/>", "a<y/>b", "<![CDATA[x]]>"])
versions = st.sampled_from(
    [' Version="01_02"', "", ' Version="01_02" Nature="CTXBAM"', ' Version="01_02" x="1"']
)


@st.composite
def bodies(draw: st.DrawFn) -> str:
    namespace = draw(st.sampled_from([RECSANS, RECSANS, RECSANS, RECVIT, "urn:x"]))
    root = draw(st.sampled_from(["RECSANSVITALE", "RECSANSVITALE", "RECVITALE"]))
    content = "".join(element(name, draw(texts)) for name in draw(st.one_of(names, ordered)))
    return f'<{root} xmlns="{namespace}">{content}</{root}>' * draw(st.sampled_from([1, 1, 1, 0, 2]))


@st.composite
def bam(draw: st.DrawFn) -> str:
    couverture = draw(
        st.sampled_from(
            [
                "<b:COUVERTURE/>",
                "",
                "<b:COUVERTURE>x</b:COUVERTURE>",
                "<b:COUVERTURE><b:ASSURE/><b:GrandRegime>01</b:GrandRegime></b:COUVERTURE>",
            ]
            + [
                f"<b:COUVERTURE><b:GrandRegime>01</b:GrandRegime><b:ASSURE><b:Id><b:Num>{number}</b:Num><b:Cle>{key}</b:Cle>"
                f"</b:Id></b:ASSURE><b:BENEFICIAIRE><b:DateNai>{date}</b:DateNai><b:Rang>{rank}</b:Rang></b:BENEFICIAIRE>"
                "</b:COUVERTURE>"
                for number in NUMBERS
                for key, date, rank in (
                    ("43", "1985-04-12", "1"),
                    ("4", "1985-04-00", "1"),
                    ("43", "85-04-12", "un"),
                )
            ]
        )
    )
    parts = draw(
        st.permutations(["<b:Id>1</b:Id>", element("b:Temps", draw(st.sampled_from(TIMES))), couverture])
        | st.just(["<b:Id>1</b:Id>", element("b:Temps", draw(st.sampled_from(TIMES))), couverture])
    )
    return element("b:ContexteBAM", "".join(parts), draw(versions))


@st.composite
def lps(draw: st.DrawFn) -> str:
    inside = draw(
        st.lists(st.sampled_from(["l:IDAM", "l:Version", "l:Instance", "l:Nom"]), max_size=5)
        | st.just(["l:IDAM", "l:Version", "l:Instance", "l:Nom"])
    )
    software = "".join(element(name, attributes=draw(st.sampled_from(["", ' R="4"']))) for name in inside)
    optional = draw(st.sampled_from(["", "<l:Emetteur>x</l:Emetteur>", f"<l:LPS>{software}</l:LPS>"]))
    time = element("l:Temps", draw(st.sampled_from(TIMES)))
    return element("l:ContexteLPS", f"<l:Id>2</l:Id>{time}{optional}", draw(versions))


others = st.sampled_from(
    [
        "<w:MessageID>uuid:1</w:MessageID>",
        "<w:Action>urn:x</w:Action>",
        '<w:MessageID s:mustUnderstand="1">uuid:1</w:MessageID>',
        "<w:MessageID><y/></w:MessageID>",
        "<w:To>urn:x</w:To>",
        "<o:Security/>",
        '<o:Security><a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion"><a:x/></a:Assertion></o:Security>',
        "<o:Security><y/></o:Security>",
        "<sans-namespace/>",
        '<x xmlns="urn:x">1</x>',
    ]
)


@given(st.lists(bam() | lps() | others, max_size=5), bodies())
@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])
def test_lxml_and_xmlschema_agree_on_every_message(headers: Sequence[str], body: str) -> None:
    document = envelope("".join(headers), body)
    fast, oracle = verdicts(document)
    assert fast == oracle, document


def with_time(text: str) -> str:
    parts = f"<b:Id>1</b:Id>{element('b:Temps', text)}<b:COUVERTURE/>"
    return envelope(element("b:ContexteBAM", parts, ' Version="01_02"'), "")


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("2026-01-05T09:00:00", True),
        ("2026-01-05T24:00:00Z", True),
        ("2026-01-05T09:00:00+14:00", True),
        ("12026-01-01T00:00:00Z", True),
        ("2026-01-05T09:00:00.123456789Z", True),
        ("2026-01-05T09:00Z", False),
        ("2026-01-05T09:00:00+15:00", False),
        ("2026-01-05T23:59:60Z", False),
        ("2026-02-29T00:00:00Z", False),
        ("02026-01-01T00:00:00Z", False),
        ("2026-01-05t09:00:00z", False),
        ("2026-01-05 09:00:00", False),
    ],
)
def test_both_read_the_time_of_a_context_alike(text: str, *, valid: bool) -> None:
    assert verdicts(with_time(text)) == (valid, valid)


def test_known_limit_libxml2_refuses_a_time_between_spaces() -> None:
    """XML Schema collapses white space of a dateTime first, so xmlschema is right; no real client sends any."""
    assert verdicts(with_time(" 2026-01-05T09:00:00Z ")) == (False, True)


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_valid_for_both_libraries(name: str) -> None:
    with as_file(files("simulator.contract") / "xsd") as folder:
        etree.XMLSchema(etree.parse(folder / f"{name}.xsd"))
        xmlschema.XMLSchema(str(folder / f"{name}.xsd"), allow="local")


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_imports_local_files_only(name: str) -> None:
    schema = etree.fromstring((files("simulator.contract") / "xsd" / f"{name}.xsd").read_bytes())
    locations = [str(found) for found in schema.xpath("//@schemaLocation")]
    assert all(location.removesuffix(".xsd") in SCHEMAS for location in locations)


NAMESPACES = {
    "recsans": RECSANS,
    "recvitale": RECVIT,
    "resultat": RESULTAT,
    "verification-request": VERIFICATION_REQUEST,
    "verification-answer": VERIFICATION_ANSWER,
    "ctxbam": CTXBAM,
    "ctxlps": CTXLPS,
    "siram": SIRAM,
    "wsa": WSA,
    "wsse": WSSE,
}


@pytest.mark.parametrize(("name", "namespace"), NAMESPACES.items())
def test_each_schema_has_its_namespace_and_qualifies_elements(name: str, namespace: str) -> None:
    schema = etree.fromstring((files("simulator.contract") / "xsd" / f"{name}.xsd").read_bytes())
    assert schema.get("targetNamespace") == namespace
    assert schema.get("elementFormDefault") == "qualified"
    if name in {"recsans", "recvitale", "resultat"}:  # insi-contract §2, official
        assert schema.get("version") == "00.01"


class TestPublishedFacts:
    """Insi-contract §2, one fact each."""

    def check(self, body: str, header: str = "") -> bool:
        fast, oracle = verdicts(envelope(header, body))
        assert fast == oracle
        return fast

    def test_an_empty_search_by_traits_is_valid(self) -> None:
        assert self.check(f'<RECSANSVITALE xmlns="{RECSANS}"/>')

    def test_the_prefix_is_free(self) -> None:
        assert self.check(f'<r:RECSANSVITALE xmlns:r="{RECSANS}"><r:Sexe>M</r:Sexe></r:RECSANSVITALE>')

    def test_unqualified_children_are_not_valid(self) -> None:
        assert not self.check(f'<r:RECSANSVITALE xmlns:r="{RECSANS}"><Sexe>M</Sexe></r:RECSANSVITALE>')

    @pytest.mark.parametrize("count", [0, 1, 2, 20])
    def test_prenom_may_repeat(self, count: int) -> None:
        assert self.check(f'<RECSANSVITALE xmlns="{RECSANS}">{"<Prenom>A</Prenom>" * count}</RECSANSVITALE>')

    @pytest.mark.parametrize("name", ["NomNaissance", "Sexe", "DateNaissance", "LieuNaissance"])
    def test_the_other_traits_may_not_repeat(self, name: str) -> None:
        once = element(name)
        assert self.check(f'<RECSANSVITALE xmlns="{RECSANS}">{once}</RECSANSVITALE>')
        assert not self.check(f'<RECSANSVITALE xmlns="{RECSANS}">{once}{once}</RECSANSVITALE>')

    @pytest.mark.parametrize("text", ["", "x", "dupont", "99/99/9999", "M" * 500])
    def test_no_trait_has_a_pattern(self, text: str) -> None:
        traits = ("NomNaissance", "Prenom", "Sexe", "DateNaissance", "LieuNaissance")
        content = "".join(element(name, text) for name in traits)
        assert self.check(f'<RECSANSVITALE xmlns="{RECSANS}">{content}</RECSANSVITALE>')

    def test_first_names_before_the_birth_name_are_not_valid(self) -> None:
        content = "<Prenom>A</Prenom><NomNaissance>B</NomNaissance>"
        assert not self.check(f'<RECSANSVITALE xmlns="{RECSANS}">{content}</RECSANSVITALE>')

    def test_a_search_by_card_as_a_real_client_sends_it_is_valid(self) -> None:
        content = (
            "<MatriculeIndividu><NumIdentifiant>2850463220001</NumIdentifiant></MatriculeIndividu>"
            "<MatriculeOD><NumIdentifiant>1600463220001</NumIdentifiant></MatriculeOD>"
            "<NomNaissance>ESSAI</NomNaissance><DateNaissance>1985-04-12</DateNaissance><RangNaissance>1</RangNaissance>"
        )
        assert self.check(f'<RECVITALE xmlns="{RECVIT}">{content}</RECVITALE>')

    def test_the_couverture_must_be_there_and_may_be_empty(self) -> None:
        start = "<b:Id>1</b:Id><b:Temps>2026-01-05T09:00:00Z</b:Temps>"
        body = f'<RECSANSVITALE xmlns="{RECSANS}"/>'
        version = ' Version="01_02"'
        assert self.check(body, element("b:ContexteBAM", f"{start}<b:COUVERTURE/>", version))
        assert not self.check(body, element("b:ContexteBAM", start, version))

    @pytest.mark.parametrize(
        ("severity", "valid"), [("erreur", True), ("fatale", True), ("information", True), ("fatal", False)]
    )
    def test_the_severity_of_a_fault_is_enumerated(self, severity: str, *, valid: bool) -> None:
        error = f'<siram:Erreur xmlns:siram="{SIRAM}" severite="{severity}" code="desir_550">x</siram:Erreur>'
        fast, _ = verdicts(envelope("", error))
        assert fast is valid

    def test_an_unprefixed_severity_is_not_valid_under_a_default_namespace(self) -> None:
        error = f'<Erreur xmlns="{SIRAM}" severite="fatale" code="desir_550">x</Erreur>'
        fast, _ = verdicts(envelope("", error))  # insi-contract §2.9, verified by running it
        assert not fast

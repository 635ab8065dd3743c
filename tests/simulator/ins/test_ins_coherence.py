"""Coherence of a matricule with its traits: differences, and the legitimate causes recognised."""

from __future__ import annotations

import pytest

from simulator.ins import InsIdentity, InsOid, Matricule, Traits, cog, coherence_findings
from simulator.ins.coherence import _EXTENSIONS, CoherenceFinding, FindingCode, Reason
from simulator.ins.countries import SUCCESSIONS
from simulator.ins.places import PlaceKind


def identity(
    number: str,
    sex: str,
    birth_date: str,
    birth_place: str | None,
    *,
    oid: str = InsOid.NIR_TEST,
    key: str | None = None,
) -> InsIdentity:
    matricule = Matricule.from_number(number) if key is None else Matricule(number, key)
    traits = Traits(
        birth_name="ESSAI", first_names="ALEX", sex=sex, birth_date=birth_date, birth_place=birth_place
    )
    return InsIdentity(traits=traits, matricule=matricule, oid=oid)


def reasons(subject: InsIdentity) -> list[tuple[FindingCode, Reason | None]]:
    return [(finding.code, finding.reason) for finding in coherence_findings(subject)]


# Public test identities (ins-formats §7).
COHERENT = {
    "PAT-TROIS": identity("2790351215189", "F", "1979-03-28", "51215"),
    "NESSI RUTH": identity("2770763220829", "F", "1977-07-14", "63220"),
    "NESSI MICHELANGELO": identity("1100863220830", "M", "2010-08-07", "63220"),
    "ADRUN": identity("2751263220749", "F", "1975-12-31", "63220"),
    "ADRDEUX": identity("1810163220751", "M", "1981-01-01", "63220"),
    "ADRTROIS DOMINIQUE": identity("297022A020778", "F", "1997-02-26", "2A020"),
    "ADRTROIS TOUSSAINT": identity("160012B020777", "M", "1960-01-01", "2B020"),
    "D'ARTAGNAN": identity("1010663220754", "M", "2001-06-17", "63220"),
    "ECETINSI": identity("1090763220834", "M", "2009-07-14", "63220"),
    "TCHITCHI": identity("2360663220836", "F", "1936-06-21", "63220"),
    "CORSE": identity("180032B020401", "M", "1980-03-02", "2B020"),
    "PROVISOIRE": identity("1090763220888", "M", "2009-07-01", "63220", oid=InsOid.NIA),
    "GARCIA-HAMMADI": identity("2770101154003", "F", "1977-01-21", "01154"),
}


@pytest.mark.parametrize("subject", COHERENT.values(), ids=COHERENT)
def test_public_test_identities_are_coherent(subject: InsIdentity) -> None:
    assert coherence_findings(subject) == []


def test_wrong_key_of_hermann_is_found() -> None:
    hermann = identity("1810363220456", "M", "1981-03-24", "63220", key="60")
    assert coherence_findings(hermann) == [CoherenceFinding(FindingCode.KEY, "60", "76")]


def test_number_without_computable_key_is_found() -> None:
    assert coherence_findings(identity("1810363", "M", "1981-03-24", None, key="60")) == [
        CoherenceFinding(FindingCode.KEY, "60", "none")
    ]


@pytest.mark.parametrize(
    ("number", "sex", "birth_date", "expected"),
    [
        ("1800363220401", "M", "1980-03-02", []),
        ("1800363220401", "F", "1980-03-02", [(FindingCode.SEX, None)]),
        ("2800363220401", "M", "1980-03-02", [(FindingCode.SEX, None)]),
        ("7800363220401", "F", "1980-03-02", [(FindingCode.SEX, None)]),
        ("8800363220401", "F", "1980-03-02", []),
        ("1800363220401", "", "1980-03-02", []),
        ("1800363220401", "M", "1981-03-02", [(FindingCode.YEAR, None)]),
        ("1800363220401", "M", "2080-03-02", []),
        ("1800363220401", "M", "1980-04-02", [(FindingCode.MONTH, None)]),
        ("1802063220401", "M", "1980-03-02", [(FindingCode.MONTH, Reason.MONTH_UNKNOWN)]),
        ("1809963220401", "M", "1980-00-00", [(FindingCode.MONTH, Reason.MONTH_UNKNOWN)]),
        ("1800363220401", "M", "1980-00-02", [(FindingCode.MONTH, Reason.LUNAR_DATE)]),
        ("1800363220401", "M", "1980-03-00", []),
        ("1800363220401", "M", "1979-12-31", [(FindingCode.YEAR, None), (FindingCode.MONTH, None)]),
        ("1800363220401", "M", "9999-99-99", []),
        ("1800363220401", "M", "", []),
    ],
)
def test_sex_and_date_are_compared(
    number: str, sex: str, birth_date: str, expected: list[tuple[FindingCode, Reason | None]]
) -> None:
    assert reasons(identity(number, sex, birth_date, "63220")) == expected


@pytest.mark.parametrize(
    ("registered", "birth_place", "birth_date", "reason"),
    [
        ("91001", "99352", "1955-03-02", Reason.INDEPENDENCE),
        ("92123", "99352", "1962-03-04", Reason.INDEPENDENCE),
        ("93001", "99352", "1955-00-00", Reason.INDEPENDENCE),
        ("94001", "99352", "1955-03-02", Reason.INDEPENDENCE),
        ("95001", "99350", "1950-03-02", Reason.INDEPENDENCE),
        ("96001", "99351", "1950-03-02", Reason.INDEPENDENCE),
        ("91001", "99352", "1970-03-02", None),
        ("91001", "99350", "1950-03-02", None),
        ("96001", "99352", "1950-03-02", None),
        ("20020", "2B020", "1960-03-02", Reason.CORSICA),
        ("2B020", "20020", "1960-03-02", Reason.CORSICA),
        ("20020", "2A020", "1960-03-02", Reason.CORSICA),
        ("20004", "2A004", "1960-03-02", Reason.CORSICA),
        ("20020", "2A004", "1960-03-02", None),
        ("2A020", "2B020", "1960-03-02", None),
        ("75007", "92007", "1960-03-02", Reason.PARIS_REGION),
        ("78228", "91228", "1960-03-02", Reason.PARIS_REGION),
        ("78646", "91228", "1960-03-02", None),
        ("98501", "97601", "1990-03-02", Reason.MAYOTTE),
        ("97601", "98501", "1990-03-02", Reason.MAYOTTE),
        ("98501", "97602", "1990-03-02", None),
        ("97123", "97701", "1990-03-02", Reason.RECODED),
        ("01003", "01165", "1970-03-02", Reason.RECODED),
        ("75101", "75056", "1970-03-02", Reason.RECODED),
        ("01154", "01130", "1970-03-02", Reason.RECODED),
        ("06488", "06088", "1970-03-02", Reason.EXTENSION),
        ("75201", "75101", "1970-03-02", Reason.EXTENSION),
        ("13255", "13201", "1970-03-02", Reason.EXTENSION),
        ("06488", "06089", "1970-03-02", None),
        ("63220", "63221", "1970-03-02", None),
        ("63220", "99999", "1970-03-02", None),
        ("99115", "99116", "1970-03-02", Reason.RECODED),
        ("99116", "99115", "1970-03-02", Reason.RECODED),
        ("99115", "99117", "1992-12-31", Reason.RECODED),
        ("99115", "99117", "1993-01-01", None),
        ("99116", "99117", "1970-03-02", None),
        ("99123", "99155", "1975-03-02", Reason.RECODED),
        ("99155", "99123", "1975-03-02", Reason.RECODED),
        ("99123", "99107", "1950-00-00", Reason.RECODED),
        ("99123", "99155", "1995-03-02", None),
        ("99155", "99252", "1975-03-02", None),
        ("99141", "99109", "1970-03-02", Reason.RECODED),
        ("99109", "99142", "1970-03-02", Reason.RECODED),
        ("99141", "99109", "1990-10-03", None),
        ("99121", "99119", "1980-03-02", Reason.RECODED),
        ("99120", "99121", "2004-03-02", Reason.RECODED),
        ("99121", "99145", "2004-03-02", None),
        ("99143", "99254", "1980-03-02", Reason.RECODED),
        ("99307", "99332", "1950-03-02", Reason.RECODED),
        ("99244", "99243", "1960-03-02", Reason.RECODED),
        ("98506", "99243", "1940-03-02", Reason.RECODED),
        ("99243", "98506", "1940-03-02", Reason.RECODED),
        ("98506", "99243", "1960-03-02", None),
        ("98506", "97606", "1940-03-02", Reason.MAYOTTE),
        ("63220", "ABCDE", "1970-03-02", None),
    ],
)
def test_place_difference_has_its_legitimate_cause(
    registered: str, birth_place: str, birth_date: str, reason: Reason | None
) -> None:
    date = birth_date.replace("-", "")
    month = date[4:6] if date[4:6] != "00" else "20"
    findings = reasons(identity(f"1{date[2:4]}{month}{registered}401", "M", birth_date, birth_place))
    assert [finding for finding in findings if finding[0] is FindingCode.PLACE] == [
        (FindingCode.PLACE, reason)
    ]


def test_every_succession_is_between_codes_of_the_table() -> None:
    table = cog()
    for change in SUCCESSIONS:
        assert table.exists(change.former) or change.former == "985"
        assert [code for code in change.since if not table.exists(code)] == []
        assert change.former not in change.since


def test_every_extinct_country_has_become_something() -> None:
    table = cog()
    extinct = {
        code
        for code in table.codes()
        if (place := table.at(code, None)) is not None
        and place.kind is PlaceKind.COUNTRY
        and place.valid_to is not None
    }
    assert extinct
    assert extinct - {change.former for change in SUCCESSIONS} == set()


@pytest.mark.parametrize(
    ("month", "birth_date", "reason"),
    [
        ("31", "1980-01-02", Reason.MONTH_PLUS_30),
        ("33", "1980-03-02", Reason.MONTH_PLUS_30),
        ("42", "1980-12-02", Reason.MONTH_PLUS_30),
        ("33", "1980-03-00", Reason.MONTH_PLUS_30),
        ("33", "1980-04-02", None),
        ("33", "1980-00-00", Reason.LUNAR_DATE),
        ("30", "1980-03-02", Reason.MONTH_UNKNOWN),
        ("43", "1980-03-02", Reason.MONTH_UNKNOWN),
        ("20", "1980-03-02", Reason.MONTH_UNKNOWN),
        ("50", "1980-00-00", Reason.MONTH_UNKNOWN),
        ("99", "1980-12-31", Reason.MONTH_UNKNOWN),
        ("03", "1980-00-00", Reason.LUNAR_DATE),
        ("03", "1980-04-02", None),
    ],
)
def test_a_month_that_differs_has_its_legitimate_cause(
    month: str, birth_date: str, reason: Reason | None
) -> None:
    assert reasons(identity(f"180{month}63220401", "M", birth_date, "63220")) == [(FindingCode.MONTH, reason)]


@pytest.mark.parametrize("birth_place", [None, "", "63220"])
def test_missing_or_equal_place_is_no_difference(birth_place: str | None) -> None:
    assert reasons(identity("1800363220401", "M", "1980-03-02", birth_place)) == []


def test_extension_codes_extend_communes_and_are_no_communes() -> None:
    assert [code for code in _EXTENSIONS if cog().exists(code)] == []
    assert [code for code in _EXTENSIONS.values() if not cog().exists(code)] == []


@pytest.mark.parametrize(
    ("digit", "oid", "expected"),
    [
        ("1", InsOid.NIR, []),
        ("3", InsOid.NIR, []),
        ("7", InsOid.NIA, []),
        ("1", InsOid.NIA, [CoherenceFinding(FindingCode.NATURE, "1", "NIA")]),
        ("7", InsOid.NIR_TEST, [CoherenceFinding(FindingCode.NATURE, "7", "NIR")]),
        ("7", "1.2.3", []),
    ],
)
def test_nature_is_compared_with_the_first_digit_on_request(
    digit: str, oid: str, expected: list[CoherenceFinding]
) -> None:
    subject = identity(f"{digit}800363220401", "M", "1980-03-02", "63220", oid=oid)
    assert coherence_findings(subject, check_nature=True) == expected
    assert coherence_findings(subject) == []


def test_finding_reads_well() -> None:
    finding = coherence_findings(identity("1600320020401", "M", "1960-03-02", "2B020"))[0]
    assert str(finding) == (
        "matricule-place: the matricule has the place 20020, the birth place is 2B020"
        " (Corsica had the code 20 until 1975, then 2A and 2B)"
    )


@pytest.mark.parametrize("code", FindingCode)
def test_every_finding_has_a_text_with_both_values(code: FindingCode) -> None:
    text = str(CoherenceFinding(code, "found", "expected-value"))
    assert text.startswith(f"{code}: ")
    assert "found" in text
    assert "expected-value" in text

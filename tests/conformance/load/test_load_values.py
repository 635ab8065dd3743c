"""Quantities, thresholds, profiles, targets and arrivals."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from conformance.load.calling.arrivals import Ramped, arrivals, course_of
from conformance.load.histogram import Histogram
from conformance.load.profile import Profile, UnknownProfileError, load_profile, shipped
from conformance.load.quantities import (
    QuantityError,
    parse_duration,
    parse_rate,
    parse_share,
    show_duration,
    show_rate,
    show_share,
)
from conformance.load.summary import Summary
from conformance.load.targets import TargetError, check_allowed, understand
from conformance.load.thresholds import Judgement, ThresholdError, parse_threshold
from simulator.datafile import DataFileError

from .conftest import profile


@pytest.mark.parametrize(
    ("text", "seconds"), [("300ms", 0.3), ("20s", 20), ("5m", 300), ("1h", 3600), ("2", 2)]
)
def test_durations(text, seconds):
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "0s", "-1s", "soon", "8d", "1e9", "99999h", "nan", "１s"])
def test_what_is_no_duration_is_told(text):
    with pytest.raises(QuantityError, match="expected a time such as"):
        parse_duration(text)


def test_rates_and_shares():
    assert parse_rate("200/s") == 200
    assert parse_rate("30/m") == 0.5
    assert parse_share("0.1%") == pytest.approx(0.001)
    assert parse_share("0") == 0
    for parse, text in (
        (parse_rate, "fast"),
        (parse_rate, "0/s"),
        (parse_share, "101%"),
        (parse_share, "-1%"),
    ):
        with pytest.raises(QuantityError, match=text):
            parse(text)


@pytest.mark.parametrize(
    ("metric", "text", "says"),
    [
        ("p95", "fast", "p95: expected a time"),
        ("p59", "1s", "did you mean p95|unknown threshold"),
        ("errors", "lots", "errors: expected a share"),
        ("rate", "-1/s", "rate: expected a rate"),
        ("p95", "=1s", "expected OPERATION=LIMIT"),
        ("wrong", "1", "never tolerated"),
        ("departures", "some", "expected a number"),
    ],
)
def test_thresholds_that_cannot_be_read_are_told(metric, text, says):
    with pytest.raises(ThresholdError, match=says):
        parse_threshold(metric, text)


@pytest.mark.parametrize(
    ("metric", "limit", "value", "held", "margin"),
    [
        ("p95", "300ms", 0.15, True, "+50 %"),
        ("p95", "300ms", 0.3, True, "+0 %"),
        ("p95", "300ms", 0.36, False, "-20 %"),
        ("rate", "200/s", 150, False, "-25 %"),
        ("rate", "200/s", 199.9, False, "-0.05 %"),
        ("errors", "0", 0, True, ""),
        ("errors", "0", 0.001, False, ""),
        ("p95", "300ms", None, False, ""),
    ],
)
def test_a_threshold_is_judged_with_its_margin(metric, limit, value, held, margin):
    judgement = Judgement(threshold=parse_threshold(metric, limit), value=value)
    assert judgement.held is held
    shown = judgement.show_margin("en")
    assert shown.replace("+0 %", "+0 %") == margin


def test_what_is_shown_has_the_decimal_sign_of_its_language_and_what_programs_read_has_a_point():
    for lang, sign in (("fr", ","), ("en", ".")):
        shown = [
            show_duration(1.73, lang),
            show_duration(0.0042, lang),
            show_rate(8.25, lang),
            show_share(0.00123, lang),
        ]
        assert shown == [each.replace(".", sign) for each in ("1.73 s", "4.2 ms", "8.2/s", "0.123 %")]
    threshold = parse_threshold("p95", "1.5s")
    judgement = Judgement(threshold=parse_threshold("rate", "200/s"), value=199.9)
    assert (threshold.title("fr"), threshold.title("fr", for_programs=True)) == (
        "p95 ≤ 1,50 s",
        "p95 ≤ 1.50 s",
    )
    assert judgement.show_margin("fr") == "-0,05 %"


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_profile_can_be_used_and_survives_the_trip_to_another_process(name):
    loaded = load_profile(name)
    assert loaded.id == name
    assert Profile.from_json(loaded.to_json()) == loaded
    assert loaded.title.fr != loaded.title.en
    assert loaded.evidence in {"reported", "inferred"}


def test_there_are_the_profiles_that_are_promised():
    assert set(shipped()) == {
        *("steady", "ramp-to-saturation", "spike", "soak", "pharmacy-day", "outage-recovery"),
        *("bulk-verification", "cards"),
    }


def test_the_profile_of_the_documentation_is_a_good_one(tmp_path):
    page = (Path(__file__).parents[3] / "docs" / "load.md").read_text("utf-8")
    path = tmp_path / "mine.yaml"
    path.write_text(page.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    mine = load_profile(str(path))
    assert [stage.name for stage in mine.stages] == ["calm", "noon", "down", "after"]
    assert {threshold.metric for threshold in mine.thresholds} == {"p95", "errors", "recovery"}


def test_an_unknown_profile_is_told_with_a_close_one():
    with pytest.raises(UnknownProfileError, match="did you mean steady"):
        load_profile("stedy")


def test_a_profile_file_is_told_all_its_mistakes_with_their_lines(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        """id: mine
title: {fr: a, en: b}
purpose: {fr: a, en: b}
source: mine
evidence: inferred
duration: soon
users: 5
mix: {traits: 0}
stages:
  - {name: one, share: 1, level: 1}
  - {name: one, share: 1, level: 1}
thresholds: {p95: fast, two.errors: "0"}
""",
        encoding="utf-8",
    )
    with pytest.raises(DataFileError) as caught:
        load_profile(str(path))
    told = str(caught.value)
    for line, words in (
        (6, "expected a time"),
        (8, "expected at least one share"),
        (11, "a name of its own"),
        (12, "p95: expected a time"),
        (12, "expected a stage of this profile"),
    ):
        assert any(f"mine.yaml:{line}:" in each and words in each for each in told.splitlines()), told


@pytest.mark.parametrize(
    ("url", "base", "session"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", None),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080", None),
        ("http://127.0.0.1:8080/lps", "http://127.0.0.1:8080", None),
        ("http://127.0.0.1:8080/lps?wsdl", "http://127.0.0.1:8080", None),
        ("http://localhost:8080/s/abc/lps", "http://localhost:8080", "abc"),
        ("http://[::1]:8080/api/v1", "http://[::1]:8080", None),
    ],
)
def test_any_address_at_hand_is_understood(url, base, session):
    target = understand(url)
    assert (target.base, target.session) == (base, session)
    check_allowed(target.base)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("127.0.0.1:8080", "the scheme is missing"),
        ("ftp://127.0.0.1", "expected http"),
        ("http://", "no host"),
        ("http://a:b@127.0.0.1", "--token"),
        ("http://127.0.0.1:99999", "expected an address"),
    ],
)
def test_what_is_no_address_is_refused_in_a_sentence(url, says):
    with pytest.raises(TargetError, match=says):
        understand(url)


@pytest.mark.parametrize(
    "host",
    [
        "services-ps.ameli.fr",
        "services-ps-tlsm.ameli.fr",
        "qualiflps.services-ps.ameli.fr",
        "qualiflps-services-ps-tlsm.ameli.fr",
        "SERVICES-PS.AMELI.FR.",
        "ameli.fr",
    ],
)
def test_the_real_service_is_refused_whatever_is_allowed(host):
    with pytest.raises(TargetError, match="belongs to the real teleservice"):
        check_allowed(f"https://{host}:443", [host, host.lower()])


def test_another_machine_is_refused_unless_allowed():
    with pytest.raises(TargetError, match=r"--allow bench\.example"):
        check_allowed("http://bench.example:8080")
    check_allowed("http://bench.example:8080", ["Bench.Example"])
    for host in ("10.0.0.1", "0.0.0.0", "127.0.0.1.example", "ameli.fr.example"):  # noqa: S104 - refused
        with pytest.raises(TargetError, match="not this machine"):
            check_allowed(f"http://{host}")


def test_percentiles_are_within_one_percent():
    random = Random(1)
    values = sorted(random.lognormvariate(-5, 1) for _ in range(5000))
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    for share in (0.5, 0.95, 0.99, 1.0):
        exact = values[max(0, round(share * len(values)) - 1)]
        assert histogram.quantile(share) == pytest.approx(exact, rel=0.021)
    again = Histogram.from_json(histogram.to_json())
    assert again.buckets == histogram.buckets
    assert Histogram().quantile(0.5) is None


def test_as_many_calls_are_due_as_asked_at_random_moments():
    course = course_of(profile(workload="open", rate=12.5, duration=40.0))
    due = list(arrivals(course, Random(1)))
    assert len(due) == 500
    assert due == sorted(due)
    gaps = {round(second - first, 3) for first, second in pairwise(due)}
    assert len(gaps) > 100


def test_the_knee_is_the_first_step_that_is_not_held():
    ramped = load_profile("ramp-to-saturation")
    course = course_of(ramped)
    assert isinstance(course, Ramped)
    summary = Summary()
    for number, (latency, errors) in enumerate([(0.01, 0), (0.012, 0), (0.3, 0), (0.4, 0)]):
        moment = course.at(number * 5.0)
        summary.feed({"kind": "stage", "t": number * 5.0, "name": moment.stage.name})
        calls = round(moment.rate)
        latencies = Histogram()
        for _ in range(calls):
            latencies.add(latency)
        part = {"n": calls, "errors": errors, "latency": latencies.to_json(), "codes": {"00": calls}}
        tick = {"kind": "tick", "d": 1.0, "stage": moment.stage.name, "ops": {"traits": part}}
        for second in range(1, 6):
            at = {"t": number * 5.0 + second, "due": calls, "backlog": 0, "generator": 0.3, "server": 1.0}
            summary.feed(tick | at)
        if number < 2:
            assert course.look(summary) is None
    knee = course.look(summary)
    assert (knee["why"], knee["limit"]) == ("slow", "server")
    assert knee["held"]["rate"] == pytest.approx(65)
    assert knee["lost"]["rate"] == pytest.approx(84.5)
    summary.feed({"kind": "knee", "t": 20.0, **knee})
    assert [judged for name, judged in summary.judged.items() if name.startswith("8")] == [False]
    assert summary.judged["65/s"] is True

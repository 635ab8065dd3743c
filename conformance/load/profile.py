"""Profiles: the shape of a load, as data. Those shipped are beside this module; a file of one's own is given by path."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance.load.quantities import QuantityError, parse_duration, parse_rate
from conformance.load.thresholds import Threshold, ThresholdError, parse_threshold
from simulator.datafile import DataFileError, load_yaml
from simulator.text import Text, TextError, closest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

OPERATIONS: Final = ("traits", "card", "verify", "lots")
"""What a profile mixes."""
STUDY_SHARES: Final = {"found": 75.2, "unknown": 24.4, "several": 0.4}
"""Answers of production in the public study (insi-contract §8, seen: StudioVision study)."""


class UnknownProfileError(TextError, LookupError):
    """There is no such profile; the message names those there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A part of a run."""

    name: str
    share: float
    start: float
    """Level at its beginning, as a multiple of the profile's rate."""
    end: float
    scenario: str | None = None
    judged: bool = True
    recovers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp:
    """Steps up to saturation."""

    factor: float
    step: float
    """Seconds."""
    slowdown: float = 4.0
    floor: float = 0.05
    """Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """What users do when they get no answer, or nobody."""

    first_names: bool = False
    attempts: int = 1
    wait: float = 1.0
    backoff: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The shape of a load."""

    id: str
    title: Text
    purpose: Text
    source: str
    evidence: str
    duration: float
    users: int
    workload: str = "open"
    target: str = "teleservice"
    rate: float | None = None
    think: float = 1.0
    transport: str = "plain"
    people: Mapping[str, float] = field(default_factory=lambda: dict(STUDY_SHARES))
    mix: Mapping[str, float] = field(default_factory=lambda: {"traits": 1.0})
    lot_lines: int = 100
    retry: Retry = Retry()
    stages: tuple[Stage, ...] = ()
    ramp: Ramp | None = None
    thresholds: tuple[Threshold, ...] = ()

    @property
    def base_rate(self) -> float:
        """Calls due each second at level 1."""
        if self.rate is not None:
            return self.rate
        return self.users / self.think if self.think else float(self.users)

    def timed(self) -> Iterator[tuple[float, float, Stage]]:
        """Yield when each stage begins and ends, in seconds from the start, and the stage."""
        total = sum(stage.share for stage in self.stages)
        begin = 0.0
        for stage in self.stages:
            end = begin + self.duration * stage.share / total
            yield begin, end, stage
            begin = end

    def to_json(self) -> dict[str, Any]:
        """Return the profile as the record keeps it."""
        return {**asdict(self), "thresholds": [each.to_json() for each in self.thresholds]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Profile:
        """Read what ``to_json`` wrote."""
        return cls(
            **{
                **data,
                "title": Text(**data["title"]),
                "purpose": Text(**data["purpose"]),
                "retry": Retry(**data["retry"]),
                "stages": tuple(Stage(**stage) for stage in data["stages"]),
                "ramp": Ramp(**data["ramp"]) if data["ramp"] else None,
                "thresholds": tuple(Threshold.from_json(each) for each in data["thresholds"]),
            }
        )


def shipped() -> list[str]:
    """Return the names of the profiles that come with the bench."""
    folder = files("conformance.load") / "profiles"
    return sorted(
        entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")
    )


def load_profile(name: str) -> Profile:
    """Return a shipped profile by name, or one in a file by path.

    Raises:
        UnknownProfileError: there is none of that name.
        DataFileError: the file cannot be read, or is wrong.
    """
    if name.endswith((".yaml", ".yml")):
        return _profile(load_yaml(Path(name), _schema(), _problems))
    if name not in shipped():
        listed, near = ", ".join(shipped()), closest(name, shipped())
        raise UnknownProfileError(
            Text(
                f"profil inconnu : {name!r} ; sont connus {listed}, ou un fichier.yaml{near.fr}",
                f"unknown profile {name!r}; known are {listed}, or a file.yaml{near.en}",
            )
        )
    return _profile(load_yaml(files("conformance.load") / "profiles" / f"{name}.yaml", _schema(), _problems))


@cache
def _schema() -> dict[str, Any]:
    text = (files("conformance.load") / "profile.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _problems(data: Any) -> Iterator[tuple[Sequence[str | int], Text]]:
    """Yield what the schema cannot say."""
    yield from _quantity_problems(data)
    for key in ("people", "mix"):
        if key in data and not sum(data[key].values()):
            yield (
                (key,),
                Text("au moins une part au-dessus de 0 est attendue", "expected at least one share above 0"),
            )
    if ("stages" in data) == ("ramp" in data):
        yield (), Text("stages ou ramp est attendu, l'un des deux", "expected either stages or ramp")
    names = [stage["name"] for stage in data.get("stages", ())]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield (
                ("stages", index, "name"),
                Text(
                    f"un nom à lui est attendu, {name!r} revient",
                    f"expected a name of its own, got {name!r} again",
                ),
            )
    for key, limit in data.get("thresholds", {}).items():
        stage, _, metric = key.rpartition(".")
        if stage and stage not in names:
            near = closest(stage, names)
            yield (
                ("thresholds", key),
                Text(
                    f"un palier de ce profil est attendu, reçu : {stage!r}{near.fr}",
                    f"expected a stage of this profile, got {stage!r}{near.en}",
                ),
            )
        try:
            parse_threshold(metric, str(limit))
        except ThresholdError as error:
            yield ("thresholds", key), error.text


def _quantity_problems(data: Any) -> Iterator[tuple[Sequence[str | int], Text]]:
    for path in (
        ("duration",),
        ("rate",),
        ("think",),
        ("retry", "wait"),
        ("ramp", "step"),
        ("ramp", "floor"),
    ):
        value: Any = data
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        if value is None:
            continue
        try:
            if path == ("rate",):
                parse_rate(str(value))
            else:
                parse_duration(str(value), zero=path == ("think",))
        except QuantityError as error:
            yield path, error.text


def _profile(data: Mapping[str, Any]) -> Profile:
    retry = dict(data.get("retry", {}))
    if "wait" in retry:
        retry["wait"] = parse_duration(str(retry["wait"]))
    ramp = dict(data["ramp"]) if "ramp" in data else None
    if ramp is not None:
        ramp |= {key: parse_duration(str(ramp[key])) for key in ("step", "floor") if key in ramp}
    profile = Profile(
        id=data["id"],
        title=Text(**data["title"]),
        purpose=Text(**data["purpose"]),
        source=data["source"],
        evidence=data["evidence"],
        duration=parse_duration(str(data["duration"])),
        users=data["users"],
        rate=parse_rate(str(data["rate"])) if "rate" in data else None,
        retry=Retry(**retry),
        stages=tuple(map(_stage, data.get("stages", ()))),
        ramp=None if ramp is None else Ramp(**ramp),
        thresholds=tuple(_thresholds(data.get("thresholds", {}))),
    )
    given = {key: data[key] for key in ("workload", "target", "transport", "people", "mix") if key in data}
    if "think" in data:
        given["think"] = parse_duration(str(data["think"]), zero=True)
    if "lot" in data:
        given["lot_lines"] = data["lot"].get("lines", profile.lot_lines)
    return replace(profile, **given)


def _stage(data: Mapping[str, Any]) -> Stage:
    level = data["level"]
    start, end = (level["from"], level["to"]) if isinstance(level, dict) else (level, level)
    return Stage(
        name=data["name"],
        share=data["share"],
        start=float(start),
        end=float(end),
        scenario=data.get("scenario"),
        judged=data.get("judged", True),
        recovers=data.get("recovers", False),
    )


def _thresholds(data: Mapping[str, Any]) -> Iterator[Threshold]:
    for key, limit in data.items():
        stage, _, metric = key.rpartition(".")
        yield parse_threshold(metric, str(limit), stage=stage or None)


__all__ = [
    "DataFileError",
    "Profile",
    "Ramp",
    "Retry",
    "Stage",
    "UnknownProfileError",
    "load_profile",
    "shipped",
]

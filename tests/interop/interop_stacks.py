"""Stacks whose client is code generated from the served WSDLs, or written on a library: how each is made, from nothing but their addresses."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

if sys.platform != "win32":
    import fcntl

HERE = Path(__file__).parent
JARS = Path("/usr/share/java")
"""Where Debian puts the JARs of the package jaxws and of those it depends on."""


class LackingError(Exception):
    """This machine cannot build a stack; the message says what to install."""


@dataclass(frozen=True)
class Stack:
    """A client program: how to start it, and what it needs in its environment."""

    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    encode: Callable[[dict[str, Any]], str] = field(kw_only=True)
    """How the program wants its job on standard input."""
    findings: tuple[str, ...] = ()
    """What its messages are known to depart in: the generated code does not let its user do otherwise."""
    carries_assertions: bool = True
    """Whether it can send a signed assertion as it is; if not, its calls come over mutual TLS."""
    strictness: str = "strict"
    """Of the sessions it calls."""

    def run(self, job: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        # A proxy of the environment must never see local test traffic.
        environment = os.environ | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"} | self.environment
        return subprocess.run(
            self.command,
            input=self.encode(job),
            capture_output=True,
            check=False,
            encoding="utf-8",
            env=environment,
            timeout=60,
        )


def as_lines(job: dict[str, Any]) -> str:
    """Return a job as one ``name=value`` a line: lists repeat the name, nested names are joined by dots."""
    return "".join(f"{name}={value}\n" for name, value in _flat("", job))


def _flat(prefix: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(f"{prefix}.{name}" if prefix else name, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _flat(prefix, inner)
    else:
        yield prefix, str(value)


def _javac(folder: Path, *sources: str) -> None:
    """Compile sources against the jars of Debian, into ``classes``."""
    _run(
        *("javac", "-nowarn", "-encoding", "UTF-8"),
        *("-cp", str(JARS / "*"), "-d", str(folder / "classes")),
        *sources,
    )


def _build_jaxws(wsdls: tuple[str, ...], folder: Path) -> None:
    """JAX-WS RI: wsimport, then javac."""
    for program in ("wsimport", "javac", "java"):
        _need(program, "jaxws default-jdk-headless")
    for wsdl in wsdls:
        _run("wsimport", "-quiet", "-extension", "-Xnocompile", "-s", str(folder), wsdl)
    sources = [str(path) for path in folder.rglob("*.java")]
    _javac(folder, *sources, str(HERE / "jaxws" / "Client.java"))


def _jaxws(folder: Path) -> Stack:
    classpath = f"{folder / 'classes'}:{JARS / '*'}"
    # A header part that is null becomes an element with xsi:nil: an empty Security, which a strict session refuses.
    return Stack(
        ("java", "-XX:TieredStopAtLevel=1", "-cp", classpath, "Client"),
        encode=as_lines,
        findings=("security-empty",),
        strictness="lenient",
    )


def _build_gsoap(wsdls: tuple[str, ...], folder: Path) -> None:
    """gSOAP: wsdl2h, soapcpp2, then the C++ compiler."""
    for program in ("wsdl2h", "soapcpp2", "g++"):
        _need(program, "gsoap libgsoap-dev libssl-dev g++")
    _run("wsdl2h", "-t", str(HERE / "gsoap" / "typemap.dat"), "-o", "insi.h", *wsdls, cwd=folder)
    _run("soapcpp2", "-C", "-j", "-r", "insi.h", cwd=folder)
    sources = ["soapC.cpp", "soapICIRServiceBindingProxy.cpp", "soapICIRServiceInferredBindingProxy.cpp"]
    options = ["-O0", "-w", "-DWITH_OPENSSL", "-I.", "-o", "client"]
    libraries = ["-lgsoapssl++", "-lssl", "-lcrypto"]
    _run("g++", *options, str(HERE / "gsoap" / "client.cpp"), *sources, *libraries, cwd=folder)


def _gsoap(folder: Path) -> Stack:
    # Its header has the blocks that the WSDL declares, and wsa:Action is none of them.
    return Stack((str(folder / "client"),), encode=as_lines, findings=("wsa-action-missing",))


def _build_asmx(wsdls: tuple[str, ...], folder: Path) -> None:
    """A .NET ASMX proxy: Mono's wsdl, then mcs."""
    for program in ("wsdl", "mcs", "mono"):
        _need(program, "mono-devel mono-mcs")
    for wsdl, name in zip(wsdls, ("Published", "Inferred"), strict=True):
        _run("wsdl", "-protocol:Soap12", f"-n:{name}", f"-out:{name}.cs", wsdl, cwd=folder)
    _run("mcs", "-nowarn:0", "-out:client.exe", "-r:System.Web.Services", "-r:System.Xml", str(HERE / "asmx" / "Client.cs"),
         "Published.cs", "Inferred.cs", cwd=folder)  # fmt: skip


def _asmx(folder: Path) -> Stack:
    return Stack(("mono", str(folder / "client.exe")), encode=as_lines, findings=("wsa-action-missing",))


def _build_wcf(_: tuple[str, ...], folder: Path) -> None:
    """WCF: its channels; no code is generated, as Mono's svcutil makes none of these WSDLs."""
    for program in ("mcs", "mono"):
        _need(program, "mono-devel mono-mcs")
    references = ("System.ServiceModel", "System.Runtime.Serialization", "System.Xml")
    options = ["-nowarn:0", "-out:client.exe", *(f"-r:{each}" for each in references)]
    _run("mcs", *options, str(HERE / "wcf" / "Client.cs"), cwd=folder)


def _wcf(folder: Path) -> Stack:
    return Stack(("mono", str(folder / "client.exe")), encode=as_lines)


def _build_kdsoap(wsdls: tuple[str, ...], folder: Path) -> None:
    """KDSoap (Qt): kdwsdl2cpp and moc, then the C++ compiler."""
    packages = "libkdsoap-dev qtbase5-dev qtbase5-dev-tools pkg-config g++"
    for program in ("kdwsdl2cpp", "moc", "g++", "pkg-config"):
        _need(program, packages)
    for wsdl, name in zip(wsdls, ("Published", "Inferred"), strict=True):
        header = f"{name.lower()}.h"
        _run("kdwsdl2cpp", "-namespace", name, "-o", header, wsdl, cwd=folder)
        _run("kdwsdl2cpp", "-namespace", name, "-impl", header, "-o", f"{name.lower()}.cpp", wsdl, cwd=folder)
        _run("moc", header, "-o", f"moc_{name.lower()}.cpp", cwd=folder)
    flags = _run("pkg-config", "--cflags", "--libs", "Qt5Core", "Qt5Network").split()
    sources = [str(HERE / "kdsoap" / "client.cpp"), *sorted(path.name for path in folder.glob("*.cpp"))]
    options = ["-O0", "-w", "-fPIC", "-std=c++17", "-I.", "-I/usr/include/KDSoapClient", "-o", "client"]
    _run("g++", *options, *sources, "-lkdsoap", *flags, cwd=folder)


def _kdsoap(folder: Path) -> Stack:
    # It holds XML as values and writes them with prefixes of its own: no signature would survive.
    return Stack(
        (str(folder / "client"),), encode=as_lines, findings=("wsa-action-missing",), carries_assertions=False
    )


def _build_saaj(_: tuple[str, ...], folder: Path) -> None:
    """SAAJ alone: no code is generated, messages are built node by node."""
    for program in ("javac", "java"):
        _need(program, "jaxws default-jdk-headless")
    if not list(JARS.glob("saaj-impl*.jar")):
        raise LackingError("SAAJ is not installed (Debian: apt-get install jaxws)")
    _javac(folder, str(HERE / "saaj" / "Client.java"))


def _saaj(folder: Path) -> Stack:
    classpath = f"{folder / 'classes'}:{JARS / '*'}"
    return Stack(("java", "-XX:TieredStopAtLevel=1", "-cp", classpath, "Client"), encode=as_lines)


def _check_soaplite(_: tuple[str, ...], __: Path) -> None:
    """SOAP::Lite: nothing to build."""
    modules = ("-MSOAP::Lite", "-MLWP::Protocol::https", "-MJSON::PP")
    perl = _need("perl", "perl")
    if subprocess.run([perl, *modules, "-e1"], capture_output=True, check=False).returncode != 0:
        raise LackingError(
            "Perl lacks SOAP::Lite or HTTPS (Debian: libsoap-lite-perl liblwp-protocol-https-perl)"
        )


def _soaplite(_: Path) -> Stack:
    return Stack(
        ("perl", str(HERE / "soaplite" / "client.pl")), encode=as_lines, findings=("encoding-style",)
    )


GENERATED: Final = {
    "jaxws": (_build_jaxws, _jaxws),
    "gsoap": (_build_gsoap, _gsoap),
    "kdsoap": (_build_kdsoap, _kdsoap),
    "asmx": (_build_asmx, _asmx),
    "wcf": (_build_wcf, _wcf),
    "saaj": (_build_saaj, _saaj),
    "soaplite": (_check_soaplite, _soaplite),
}
"""How each is built, and how its client is started then."""


def make(name: str, wsdls: tuple[str, ...], root: Path) -> Stack:
    """Return a stack, built below ``root`` unless another worker of the same tests has built it there.

    Raises:
        LackingError: this machine cannot build it.
    """
    build, started = GENERATED[name]
    folder = root / f"interop-{name}"
    built = folder / "built"
    with _alone(folder):
        if not built.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            build(wsdls, folder)
            built.touch()
    return started(folder)


def _need(program: str, packages: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise LackingError(f"{program} is not installed (Debian: apt-get install {packages})")
    return found


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other worker of the tests builds in a folder, and keep them out."""
    with folder.with_suffix(".lock").open("w") as lock:
        if sys.platform != "win32":
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, check=False, text=True)
    assert done.returncode == 0, f"{' '.join(command)[:300]}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout

"""The certificate chain of the driver, explained when it is not trusted."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509

from conformance.doctor.address import connect, speaks_http
from conformance.doctor.notes import Look
from conformance.drivers.errors import DriverError
from conformance.drivers.http import tls_context
from simulator.text import Text

if TYPE_CHECKING:
    from conformance.doctor.address import Place
    from conformance.doctor.notes import Notes, Patience
    from conformance.drivers.settings import DriverSettings

SOON: Final = timedelta(days=15)
"""A certificate that ends before is worth a word: a qualification takes days."""
_HANDSHAKE_S: Final = 4.0
_NOT_YET_VALID, _EXPIRED, _SELF_SIGNED = 9, 10, 18
_UNKNOWN_AUTHORITY: Final = frozenset({19, 20, 21})
_OTHER_NAME: Final = frozenset({62, 64})
"""``verify_code`` of OpenSSL (x509_vfy.h)."""


def look_at_tls(place: Place, settings: DriverSettings, notes: Notes, patience: Patience) -> None:
    """Shake hands as the driver will, and say what is wrong with the chain."""
    try:
        context = tls_context(settings)
    except DriverError as error:
        notes.stop(Look.TLS, error.text, error.hint or _FILES)
        return
    try:
        with connect(place, patience) as plain:
            plain.settimeout(patience.left(_HANDSHAKE_S))
            with context.wrap_socket(plain, server_hostname=place.host) as secured:
                der, version = secured.getpeercert(binary_form=True), secured.version() or "TLS"
    except ssl.SSLCertVerificationError as error:
        _not_trusted(place, settings, error, notes, patience)
    except (OSError, ValueError) as error:
        _no_handshake(place, error, notes, patience)
    else:
        _trusted(_read(der), version, notes)


def _trusted(certificate: x509.Certificate | None, version: str, notes: Notes) -> None:
    if certificate is None:
        notes.ok(Look.TLS, Text.same(version))
        return
    end = certificate.not_valid_after_utc
    until = Text(f"valable jusqu'au {end:%d/%m/%Y}", f"valid until {end:%Y-%m-%d}")
    if end - datetime.now(UTC) < SOON:
        notes.told(
            Look.TLS,
            Text(
                f"le certificat de {_name(certificate)} expire bientôt ({until.fr})",
                f"the certificate of {_name(certificate)} ends soon ({until.en})",
            ),
            Text("Renouvelez-le avant la qualification.", "Renew it before the qualification."),
        )
        return
    shown = f"{version} · {_name(certificate)}"
    notes.ok(Look.TLS, Text(f"{shown} · {until.fr}", f"{shown} · {until.en}"))


def _no_handshake(place: Place, error: Exception, notes: Notes, patience: Patience) -> None:
    if speaks_http(place, patience):
        notes.stop(
            Look.ADDRESS,
            Text(
                f"le plan dit https, et {place.shown} parle HTTP sans TLS",
                f"the plan says https, and {place.shown} speaks HTTP without TLS",
            ),
            Text(
                f"Écrivez http://{place.shown} sous driver: url:, ou servez le pilote en TLS.",
                f"Write http://{place.shown} under driver: url:, or serve the driver with TLS.",
            ),
        )
        return
    said = str(error) or type(error).__name__
    notes.stop(
        Look.TLS,
        Text(
            f"{place.shown} n'achève pas l'ouverture TLS : {said}",
            f"{place.shown} does not complete the TLS handshake: {said}",
        ),
        Text(
            "Est-ce un port TLS ? S'il veut un certificat client : driver: client_cert: dans le plan.",
            "Is it a TLS port? If it asks for a client certificate: driver: client_cert: in the plan.",
        ),
    )


def _not_trusted(
    place: Place,
    settings: DriverSettings,
    error: ssl.SSLCertVerificationError,
    notes: Notes,
    patience: Patience,
) -> None:
    certificate = _presented(place, patience)
    name = _name(certificate) if certificate else place.shown
    code = error.verify_code
    if code == _EXPIRED:
        text, remedy = _expired(certificate, name)
    elif code == _NOT_YET_VALID:
        start = certificate.not_valid_before_utc if certificate else None
        text = Text(
            f"le certificat de {name} n'est pas encore valable"
            + (f" (dès le {start:%d/%m/%Y %H:%M} UTC)" if start else ""),
            f"the certificate of {name} is not valid yet"
            + (f" (from {start:%Y-%m-%d %H:%M} UTC)" if start else ""),
        )
        remedy = Text(
            "Comparez l'heure de cette machine et celle qui a émis le certificat.",
            "Compare the time of this machine with that of the one which issued the certificate.",
        )
    elif code in _OTHER_NAME:
        text, remedy = _other_name(place, certificate)
    elif code == _SELF_SIGNED or code in _UNKNOWN_AUTHORITY:
        text, remedy = _unknown_authority(settings, certificate, name, is_self_signed=code == _SELF_SIGNED)
    else:
        said = error.verify_message
        text = Text(
            f"le certificat de {name} n'est pas accepté : {said}",
            f"the certificate of {name} is not accepted: {said}",
        )
        remedy = _FILES
    notes.stop(Look.TLS, text, remedy, details=str(error))


def _expired(certificate: x509.Certificate | None, name: str) -> tuple[Text, Text]:
    end = certificate.not_valid_after_utc if certificate else None
    if end is not None and end > datetime.now(UTC):
        return (
            Text(
                f"un certificat de la chaîne de {name} a expiré (le sien vaut jusqu'au {end:%d/%m/%Y})",
                f"a certificate in the chain of {name} has expired (its own is valid until {end:%Y-%m-%d})",
            ),
            Text(
                "Renouvelez l'autorité intermédiaire du serveur.",
                "Renew the intermediate authority of the server.",
            ),
        )
    return (
        Text(
            f"le certificat de {name} a expiré" + (f" le {end:%d/%m/%Y}" if end else ""),
            f"the certificate of {name} expired" + (f" on {end:%Y-%m-%d}" if end else ""),
        ),
        Text(
            "Renouvelez le certificat du pilote ; pour des essais, banc pki init en fabrique.",
            "Renew the certificate of the driver; for tests, banc pki init makes some.",
        ),
    )


def _other_name(place: Place, certificate: x509.Certificate | None) -> tuple[Text, Text]:
    names = ", ".join(_names(certificate)) or "?"
    return (
        Text(
            f"le certificat n'est pas au nom {place.host} mais à : {names}",
            f"the certificate is not for {place.host} but for: {names}",
        ),
        Text(
            "Mettez l'un de ces noms sous driver: url:, ou faites un certificat pour l'adresse employée.",
            "Put one of these names under driver: url:, or make a certificate for the address in use.",
        ),
    )


def _unknown_authority(
    settings: DriverSettings, certificate: x509.Certificate | None, name: str, *, is_self_signed: bool
) -> tuple[Text, Text]:
    issuer = certificate.issuer.rfc4514_string() if certificate else "?"
    text = (
        Text(
            f"le certificat de {name} est signé par lui-même",
            f"the certificate of {name} is signed by itself",
        )
        if is_self_signed
        else Text(
            f"le certificat de {name} vient d'une autorité inconnue ({issuer})",
            f"the certificate of {name} comes from an unknown authority ({issuer})",
        )
    )
    if settings.tls_ca is not None:
        return text, Text(
            f"{settings.tls_ca} ne contient pas cette autorité : ajoutez-la, intermédiaires compris.",
            f"{settings.tls_ca} does not hold this authority: add it, intermediate ones too.",
        )
    return text, Text(
        "Donnez l'autorité dans le plan, sous driver: tls_ca: autorite.pem (fichier PEM).",
        "Give the authority in the plan, under driver: tls_ca: authority.pem (a PEM file).",
    )


def _presented(place: Place, patience: Patience) -> x509.Certificate | None:
    """Return the certificate that the server shows, trusted or not: only to describe it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with connect(place, patience) as plain:
            plain.settimeout(patience.left(_HANDSHAKE_S))
            with context.wrap_socket(plain, server_hostname=place.host) as secured:
                return _read(secured.getpeercert(binary_form=True))
    except (OSError, ValueError):
        return None


def _read(der: bytes | None) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(der) if der else None
    except ValueError:
        return None


def _names(certificate: x509.Certificate | None) -> list[str]:
    if certificate is None:
        return []
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return [str(name.value) for name in found]
    except (x509.ExtensionNotFound, ValueError):
        return []


def _name(certificate: x509.Certificate) -> str:
    return ", ".join(_names(certificate)[:2]) or certificate.subject.rfc4514_string() or "?"


_FILES = Text(
    "tls_ca et client_cert du plan sont des fichiers PEM.",
    "tls_ca and client_cert of the plan are PEM files.",
)

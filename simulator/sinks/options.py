"""Which sinks are opened and where: one value, handed from the command line to the process that serves them."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.sinks.kept import KeptLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkOptions:
    """The ports of the sinks: ``None`` closed, 0 a free one. With a PKI a port can be TLS."""

    dmp_port: int | None = None
    """The DMP over HTTP, or over HTTPS when ``dmp_tls``."""
    smtp_port: int | None = None
    """SMTP in clear, with STARTTLS when there is a PKI."""
    smtps_port: int | None = None
    """SMTP over TLS from the first byte; needs a PKI."""
    imap_port: int | None = None
    """IMAP in clear, with STARTTLS when there is a PKI."""
    imaps_port: int | None = None
    """IMAP over TLS from the first byte; needs a PKI."""
    dmp_tls: bool = False
    """The DMP port is HTTPS; needs a PKI."""
    client_certificate: bool = False
    """TLS ports ask for a client certificate of the PKI and accept none without."""
    password: str | None = None
    """Of every account; ``None``: any password is good."""
    kept: KeptLimits = field(default_factory=KeptLimits)

    @property
    def is_open(self) -> bool:
        """Whether any port is asked for."""
        return any(port is not None for port in self.ports().values())

    def ports(self) -> dict[str, int | None]:
        """Return the port of each service by its name in addresses: ``dmp``, ``smtp``, ``smtps``, ``imap``, ``imaps``."""
        return {
            "dmp": self.dmp_port,
            "smtp": self.smtp_port,
            "smtps": self.smtps_port,
            "imap": self.imap_port,
            "imaps": self.imaps_port,
        }

    @property
    def needs_pki(self) -> bool:
        """Whether what is asked for cannot be had without certificates."""
        return (
            self.smtps_port is not None
            or self.imaps_port is not None
            or self.dmp_tls
            or self.client_certificate
        )

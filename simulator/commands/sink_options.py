"""The options of ``banc serve`` about the sinks, taken together as one value."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import click

from simulator.sinks import SinkOptions

if TYPE_CHECKING:
    from collections.abc import Callable

DMP_PORT: Final = 8090
SMTP_PORT: Final = 8025
IMAP_PORT: Final = 8143
SMTPS_PORT: Final = 8465
IMAPS_PORT: Final = 8993
_PORT: Final = click.IntRange(0, 65535)


def sink_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of the sinks to a command, which receives them as ``sinks``."""

    @functools.wraps(command)
    def with_sinks(
        *args: Any,
        dmp_port: int | None,
        dmp_tls: bool,
        mssante: bool,
        smtp_port: int | None,
        smtps_port: int | None,
        imap_port: int | None,
        imaps_port: int | None,
        client_certificate: bool,
        sink_password: str | None,
        **options: Any,
    ) -> Any:
        has_pki = options.get("pki") is not None
        usual = {"smtp": SMTP_PORT, "imap": IMAP_PORT} if mssante else {}
        if mssante and has_pki:
            usual |= {"smtps": SMTPS_PORT, "imaps": IMAPS_PORT}
        sinks = SinkOptions(
            dmp_port=DMP_PORT if dmp_port is None and dmp_tls else dmp_port,
            dmp_tls=dmp_tls,
            smtp_port=usual.get("smtp") if smtp_port is None else smtp_port,
            smtps_port=usual.get("smtps") if smtps_port is None else smtps_port,
            imap_port=usual.get("imap") if imap_port is None else imap_port,
            imaps_port=usual.get("imaps") if imaps_port is None else imaps_port,
            client_certificate=client_certificate,
            password=sink_password,
        )
        return command(*args, sinks=sinks, **options)

    for option in reversed(_OPTIONS):
        with_sinks = option(with_sinks)
    return with_sinks


_OPTIONS: Final = (
    click.option(
        "--dmp",
        "dmp_port",
        type=_PORT,
        is_flag=False,
        flag_value=DMP_PORT,
        default=None,
        metavar="[PORT]",
        help=f"Also stand in for the DMP (ITI-41, ITI-18, ITI-43, TD0.2, TD0.9) at /dmp of this port; {DMP_PORT} when none is given.",
    ),
    click.option("--dmp-tls", is_flag=True, help="The DMP over HTTPS; needs --pki."),
    click.option(
        "--mssante",
        is_flag=True,
        help=f"Also stand in for an MSSanté operator: SMTP on {SMTP_PORT} and IMAP on {IMAP_PORT}, and with --pki "
        f"STARTTLS there, SMTPS on {SMTPS_PORT} and IMAPS on {IMAPS_PORT}. Needs pip install 'banc-insi[sinks]'.",
    ),
    click.option("--smtp-port", type=_PORT, default=None, help="SMTP on this port; 0 takes a free one."),
    click.option("--smtps-port", type=_PORT, default=None, help="SMTP over TLS; the same."),
    click.option("--imap-port", type=_PORT, default=None, help="IMAP; the same."),
    click.option("--imaps-port", type=_PORT, default=None, help="IMAP over TLS; the same."),
    click.option(
        "--sink-client-certificate",
        "client_certificate",
        is_flag=True,
        help="TLS ports of the sinks ask for a client certificate of the PKI.",
    ),
    click.option(
        "--sink-password",
        envvar="BANC_SINK_PASSWORD",
        default=None,
        help="Password of every mail account; without, any password is good.",
    ),
)

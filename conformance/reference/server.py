"""Opens the reference LGO in this process, and serves it over HTTP."""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from conformance.reference.api import create_app
from conformance.reference.defects import NO_DEFECTS
from conformance.reference.lgo import Lgo
from conformance.reference.serving import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.reference.defects import Defects

_DATABASE = "lgo.sqlite"


@contextmanager
def opened(*, data_dir: Path | None = None, defects: Defects = NO_DEFECTS) -> Iterator[Lgo]:
    """Open the reference LGO without a server, until the end of the block.

    Args:
        data_dir: where the database is kept; a temporary folder by default.
        defects: the mistakes switched on.

    Raises:
        OSError: the folder cannot be used.
    """
    with ExitStack() as stack:
        folder = data_dir or Path(stack.enter_context(TemporaryDirectory(prefix="banc-lgo-")))
        folder.mkdir(parents=True, exist_ok=True)
        yield stack.enter_context(closing(Lgo(folder / _DATABASE, defects)))


@contextmanager
def running(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    data_dir: Path | None = None,
    defects: Defects = NO_DEFECTS,
) -> Iterator[str]:
    """Run the reference LGO in threads of this process, until the end of the block.

    Args:
        host: the address to listen on.
        port: 0 for any free port.
        data_dir: where the database is kept; a temporary folder by default.
        defects: the mistakes switched on.

    Yields:
        The address of the driver API.

    Raises:
        OSError: the address is taken or the folder cannot be used.
    """
    with ExitStack() as stack:
        lgo = stack.enter_context(opened(data_dir=data_dir, defects=defects))
        yield stack.enter_context(served(create_app(lgo), host=host, port=port))

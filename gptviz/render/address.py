"""Which schedulers may be spoken to: whoever can reach one that has no TLS can run code as the user
who asked it."""

from __future__ import annotations

import ipaddress
import re
import socket

from gptviz.errors import UsageError

_ADDRESS = re.compile(
    r"(?:(?P<scheme>[a-z]+)://)?(?P<host>\[[0-9a-fA-F:.]+\]|[^:/\s\[\]]+):(?P<port>\d{1,5})"
)
_EXAMPLE = (
    "give tcp://127.0.0.1:8786, or tls://host:8786 with Dask's TLS settings; see docs/scaling.md"
)


def check_address(address: str) -> str:
    """An address ``tcp://host:port`` or ``tls://host:port`` (tcp where no scheme is given).

    Raises UsageError for anything else, for ``tcp`` to another machine, and for ``tls`` without
    certificates in Dask's configuration.
    """
    found = _ADDRESS.fullmatch(address)
    scheme = (found["scheme"] or "tcp") if found else ""
    if found is None or scheme not in ("tcp", "tls") or not 0 < int(found["port"]) < 65536:
        raise UsageError(
            f"{address!r} is no address of a scheduler", "it has the form tcp://host:port", _EXAMPLE
        )
    if scheme == "tls":
        _need_certificates(address)
    elif not _is_here(found["host"].strip("[]")):
        raise UsageError(
            f"{address} is another machine, and tcp is not protected",
            "whoever can listen or speak in between could run programs on all of them",
            _EXAMPLE,
        )
    return f"{scheme}://{found['host']}:{found['port']}"


def _is_here(host: str) -> bool:
    """Whether every address of a host is of this machine's loopback."""
    try:
        found = {
            str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        }
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(
        ipaddress.ip_address(each.partition("%")[0]).is_loopback for each in found
    )


def _need_certificates(address: str) -> None:
    try:
        import dask  # noqa: PLC0415
        import distributed  # noqa: F401, PLC0415  (its part of the configuration)
    except ModuleNotFoundError:
        return  # said where Dask is started
    wanted = ("ca-file", "client.cert")
    if missing := [
        name for name in wanted if not dask.config.get(f"distributed.comm.tls.{name}", None)
    ]:
        raise UsageError(
            f"{address} needs TLS certificates",
            f"Dask's configuration lacks distributed.comm.tls.{' and .'.join(missing)}",
            _EXAMPLE,
        )

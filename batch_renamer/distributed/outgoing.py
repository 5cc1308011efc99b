"""The name of the address from which a process sends its requests: processes with the same name may share a limit.

A process behind NAT can't know its public address. So Dask's configuration names it, in a file or by the environment
variable ``DASK_BATCH_RENAMER__OUTGOING_ADDRESS``; without that, it is the host that the cluster knows the process by.
"""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["outgoing_address"]

_KEY = "batch-renamer.outgoing-address"


def outgoing_address(own_address: str) -> str:
    """Return the name for this process, which has this address in the cluster.

    Example:
        >>> outgoing_address("tls://10.0.0.5:40123"), outgoing_address("tcp://[::1]:40123")
        ('10.0.0.5', '::1')
    """
    import dask.config  # noqa: PLC0415 - the extra, which is imported only where it is wanted

    named = dask.config.get(_KEY, default=None)
    # Dask reads a variable as a Python value: a name may come as a number, and 0 is a name, too.
    name = "" if named is None else str(named).strip()
    return name or urlsplit(own_address).hostname or own_address

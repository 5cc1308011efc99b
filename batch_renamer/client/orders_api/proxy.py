"""The proxy that the environment names: which one it is, and what its refusals mean."""

from __future__ import annotations

import urllib.request
from http import HTTPStatus

from yarl import URL

from batch_renamer.client.orders_api.protocol import TransientError
from batch_renamer.errors import ProxyRefusedError, SettingsError

__all__ = ["place_of", "proxy_for", "refused_by"]


def proxy_for(base_url: URL) -> URL | None:
    """Return the proxy that the environment names for an address; None where it is reached directly.

    aiohttp's own ``trust_env`` would read ``.netrc`` too.

    Raises:
        SettingsError: the proxy that is named can't be used.
    """
    if base_url.scheme != "https" or urllib.request.proxy_bypass(f"{base_url.host}:{base_url.port}"):
        return None
    proxies = urllib.request.getproxies()
    given = proxies.get("https") or proxies.get("all")
    if given is None:
        return None
    try:
        proxy = URL(given if "://" in given else f"http://{given}")
    except ValueError:
        proxy = URL()
    if proxy.scheme not in ("http", "https") or not proxy.host:
        # Not shown: it may hold a password.
        raise SettingsError(
            "The proxy in HTTPS_PROXY (or ALL_PROXY) can't be used: it must be like http://proxy.example.com:3128."
        )
    return proxy


def place_of(proxy: URL | None) -> str:
    """Name a proxy by host and port, never by what else its address holds.

    Example:
        >>> place_of(URL("http://me:pass@proxy.example.com:3128"))
        'proxy.example.com:3128'
    """
    return f"{proxy.host}:{proxy.port}" if proxy is not None else ""


def refused_by(proxy: URL | None, status: int) -> TransientError | ProxyRefusedError:
    """Return the error for a refusal by a proxy; if the proxy wants a password, it is of no use to try again.

    ``proxy`` is None if the refusal came from a proxy that the environment doesn't name.
    """
    place = place_of(proxy)
    the_proxy = f"the proxy {place}" if place else "a proxy on the way"
    if status != HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return TransientError(f"a refusal by {the_proxy} ({status})")
    if proxy is not None and proxy.user is not None:
        return ProxyRefusedError(
            f"The proxy {place} does not accept the user:password in HTTPS_PROXY (or ALL_PROXY): {status}. Correct it;"
            " the signs @ : / % # ? in a password are written %40 %3A %2F %25 %23 %3F."
        )
    return ProxyRefusedError(
        f"{the_proxy[0].upper()}{the_proxy[1:]} wants user:password ({status}). Put them into HTTPS_PROXY, such as"
        f" http://USER:PASSWORD@{place or 'proxy.example.com:3128'}."
    )

"""Checks the address of the API and writes it in one form.

The text of each ValueError continues a sentence after the option's name and value, as in `values`. It suggests the
right address if that can be derived, but never from an address that may contain a password.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

__all__ = ["VENDOR_URL", "check_base_url", "check_scheduler", "is_loopback", "order_pages"]

VENDOR_URL = "https://api.autoenhance.ai"
"""The base URL of the vendor's API."""

_DEFAULT_PORTS = {"https": 443, "http": 80}
_PATH_OF_ORDERS = re.compile(r"/v[0-9]+(?:/orders(?:/.*)?)?$", re.IGNORECASE)
_NO_SCHEME = re.compile(
    r"(?://)?(?P<host>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?P<port>:[0-9]+)?(?P<path>/[^?#@]*)?", re.IGNORECASE
)
_QUOTES = "\"'`"
_PAGES_FOR_PEOPLE = frozenset({"app.autoenhance.ai", "docs.autoenhance.ai", "www.autoenhance.ai", "autoenhance.ai"})
_ORDER_PAGES = "https://app.autoenhance.ai/orders/"


def check_base_url(url: str) -> str:
    """Normalise a base URL: lower-case host, no default port, no trailing slash, no white space around it.

    Raises:
        ValueError: it is no URL, would send the key unencrypted over a network, or has parts besides the API's address.

    Example:
        >>> check_base_url(" HTTPS://API.example.com:443/")
        'https://api.example.com'
        >>> check_base_url("https://api.example.com/v3/orders")
        Traceback (most recent call last):
        ...
        ValueError: must end before /v3; write https://api.example.com
    """
    url = url.strip()
    if url and url[0] in _QUOTES:
        raise ValueError("must not be in quotes")
    # urlsplit silently drops tabs and line breaks, and browsers read "\\" as "/": neither may be in an address.
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise ValueError("must be plain ASCII without spaces or backslashes (write an international host as xn--...)")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("is not a usable URL") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError(f"must begin with https://{_with_scheme(url)}")
    if "@" in parts.netloc:
        raise ValueError("must not hold a user name or password")
    if "?" in url or "#" in url:
        raise ValueError("must not have a query (?) or a fragment (#)")
    if port == 0 or {".", ".."} & set(parts.path.lower().replace("%2e", ".").split("/")):
        raise ValueError("is not a usable URL")
    host = _checked_host(parts)
    shown_port = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    place = f"{f'[{host}]' if ':' in host else host}{shown_port}"
    path = parts.path.rstrip("/")
    if host in _PAGES_FOR_PEOPLE:
        raise ValueError(f"is not the API's address; write {VENDOR_URL}")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError(
            f"must begin with https://; plain http is only for this machine (http://127.0.0.1:8080); write https://{place}"
        )
    if orders := _PATH_OF_ORDERS.search(path):
        version = orders[0].split("/")[1]
        raise ValueError(f"must end before /{version}; write {parts.scheme}://{place}{path[: orders.start()]}")
    return f"{parts.scheme}://{place}{path}"


def _with_scheme(url: str) -> str:
    """Return the correct form of an address without a scheme, or ""."""
    if not (bare := _NO_SCHEME.fullmatch(url)):
        return ""
    host = bare["host"].lower()
    scheme = "http" if is_loopback(host.strip("[]")) else "https"
    path = _PATH_OF_ORDERS.sub("", (bare["path"] or "").rstrip("/"))
    return f"; write {scheme}://{host}{bare['port'] or ''}{path}"


def _checked_host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if not re.fullmatch(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?", host) and not _is_ip_address(host):
        raise ValueError(f"must name a host, such as {VENDOR_URL}")
    return host


def _is_ip_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine itself."""
    return host == "localhost" or (_is_ip_address(host) and ipaddress.ip_address(host).is_loopback)


def check_scheduler(address: str) -> str:
    """Check the address of a Dask scheduler: the API key travels to the workers through it.

    Raises:
        ValueError: it is no such address, or the way there would not be encrypted.

    Example:
        >>> check_scheduler(" tls://renames.example.com:8786 ")
        'tls://renames.example.com:8786'
        >>> check_scheduler("tcp://10.0.0.5:8786")
        Traceback (most recent call last):
        ...
        ValueError: would send the API key unencrypted over a network; write tls://10.0.0.5:8786
    """
    address = address.strip()
    mistake = ValueError("must be the address of a Dask scheduler, such as tls://host:8786")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise mistake from None
    if parts.scheme not in ("tcp", "tls") or "@" in parts.netloc or parts.path or parts.query or parts.fragment:
        raise mistake
    if not host or not port or not address.isascii() or not address.isprintable() or " " in address:
        raise mistake
    place = f"{f'[{host}]' if ':' in host else host}:{port}"
    if parts.scheme == "tcp" and not is_loopback(host):
        raise ValueError(f"would send the API key unencrypted over a network; write tls://{place}")
    return f"{parts.scheme}://{place}"


def order_pages(base_url: str) -> str:
    """Return the beginning of the addresses of orders in the vendor's web app; "" for any other API.

    Example:
        >>> order_pages("https://api.autoenhance.ai"), order_pages("http://127.0.0.1:8080")
        ('https://app.autoenhance.ai/orders/', '')
    """
    return _ORDER_PAGES if base_url == VENDOR_URL else ""

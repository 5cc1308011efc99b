"""The API's address as people write it enters; one way to write it leaves, or a sentence that says how to."""

from __future__ import annotations

import re
import string
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.settings.address import check_base_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.autoenhance.ai", "https://api.autoenhance.ai"),
        ("https://api.autoenhance.ai/", "https://api.autoenhance.ai"),
        ("HTTPS://API.Autoenhance.AI:443//", "https://api.autoenhance.ai"),
        ("https://gateway.example:8443/enhance/", "https://gateway.example:8443/enhance"),
        ("  https://api.autoenhance.ai/ \n", "https://api.autoenhance.ai"),
        ("https://gateway.example/v3x", "https://gateway.example/v3x"),
        ("https://gateway.example/v3/enhance", "https://gateway.example/v3/enhance"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.9.9.9:80/", "http://127.9.9.9"),
        ("http://localhost:1/", "http://localhost:1"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_base_url_is_written_in_one_way(url: str, expected: str) -> None:
    """The same address is the same account, however it is typed."""
    assert check_base_url(url) == expected


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "must begin with https://"),
        ("api.autoenhance.ai", "must begin with https://"),
        ("ftp://api.example", "must begin with https://"),
        ("http://api.example", "plain http is only for this machine"),
        ("http://localhost.example", "plain http is only for this machine"),
        ("http://127.0.0.1.example", "plain http is only for this machine"),
        ("http://0.0.0.0:8080", "plain http is only for this machine"),
        ("http://127.1", "plain http is only for this machine"),
        ("https://me@api.example", "must not hold a user name or password"),
        ("https://me:pw@api.example", "must not hold a user name or password"),
        ("https://api.example?", "must not have a query"),
        ("https://api.example/?a=b", "must not have a query"),
        ("https://api.example/#top", "must not have a query"),
        ("https://", "must name a host"),
        ("https:///v3", "must name a host"),
        ("https://../", "must name a host"),
        ("https://[fe80::1%25eth0]/", "must name a host"),
        ("https://api.example:0", "is not a usable URL"),
        ("https://api.example:http", "is not a usable URL"),
        ("https://[::1", "is not a usable URL"),
        ("https://api.example/a/../b", "is not a usable URL"),
        ("https://api.example/%2E%2e/b", "is not a usable URL"),
        ("https://api.example\\@evil.example", "plain ASCII"),
        ("https://api.ex\nample", "plain ASCII"),
        ("https://api.exa mple", "plain ASCII"),
        ("https://äpi.example", "plain ASCII"),
    ],
)
def test_base_url_that_could_leak_the_key_is_refused(url: str, says: str) -> None:
    """The key goes encrypted to exactly the host that is written there, or nowhere."""
    with pytest.raises(ValueError, match=re.escape(says)):
        check_base_url(url)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://api.autoenhance.ai/v3", "must end before /v3; write https://api.autoenhance.ai"),
        ("https://api.autoenhance.ai/v3/", "must end before /v3; write https://api.autoenhance.ai"),
        ("https://api.autoenhance.ai/v3/orders", "must end before /v3; write https://api.autoenhance.ai"),
        ("https://api.autoenhance.ai/V3/orders/a1", "must end before /V3; write https://api.autoenhance.ai"),
        ("https://gateway.example:8443/enhance/v2/", "must end before /v2; write https://gateway.example:8443/enhance"),
        ("http://127.0.0.1:8080/v3", "must end before /v3; write http://127.0.0.1:8080"),
        ("api.autoenhance.ai", "must begin with https://; write https://api.autoenhance.ai"),
        ("api.autoenhance.ai/v3/orders/", "must begin with https://; write https://api.autoenhance.ai"),
        ("//API.autoenhance.ai", "must begin with https://; write https://api.autoenhance.ai"),
        ("localhost:8080", "must begin with https://; write http://localhost:8080"),
        ("127.0.0.1:8080/v3", "must begin with https://; write http://127.0.0.1:8080"),
        ("[::1]:8080", "must begin with https://; write http://[::1]:8080"),
        ("me:secret@api.example", "must begin with https://"),
        ("api.example?key=secret", "must begin with https://"),
        ("http://api.autoenhance.ai/v3", "; write https://api.autoenhance.ai"),
        ("https://app.autoenhance.ai/orders/a1", "is not the API's address; write https://api.autoenhance.ai"),
        ("http://www.autoenhance.ai", "is not the API's address; write https://api.autoenhance.ai"),
        ("'https://api.autoenhance.ai'", "must not be in quotes"),
        ('"https://api.autoenhance.ai"', "must not be in quotes"),
    ],
)
def test_base_url_that_is_nearly_right_is_told_how_to_be_written(url: str, says: str) -> None:
    """The sentence ends with the address; one that may hold a password is not repeated."""
    with pytest.raises(ValueError, match=re.escape(says) + "$"):
        check_base_url(url)


@given(
    st.builds(
        "{}://{}{}{}".format,
        st.sampled_from(["http", "https", "HTTPS"]),
        st.one_of(
            st.sampled_from(["localhost", "[::1]", "127.0.0.1"]), st.text(string.ascii_letters + ".-@:\\", max_size=9)
        ),
        st.sampled_from(["", ":1", ":443", ":80"]),
        st.text("/ab.%?#2e", max_size=6),
    )
)
def test_accepted_base_url_is_stable_and_safe(url: str) -> None:
    """Whatever is accepted stays as it is when read again, and never is plain http to another machine."""
    try:
        accepted = check_base_url(url)
    except ValueError:
        return
    assert check_base_url(accepted) == accepted
    parts = urlsplit(accepted)
    assert parts.scheme == "https" or parts.hostname in {"localhost", "::1", "127.0.0.1"}
    assert (parts.username, parts.password, parts.query, parts.fragment) == (None, None, "", "")
    assert not accepted.endswith("/")

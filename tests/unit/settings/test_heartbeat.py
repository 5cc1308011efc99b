"""The address of a heartbeat: what each service is called with; and addresses that can't be used are never shown."""

from __future__ import annotations

import pytest

from batch_renamer.errors import SettingsError
from batch_renamer.settings import HeartbeatAddress, describe, resolve_settings, usable_settings

TOKEN = "S3cretT0ken"
PLACES = [
    pytest.param(
        f"https://hc-ping.com/{TOKEN}",
        (f"https://hc-ping.com/{TOKEN}/start", f"https://hc-ping.com/{TOKEN}", f"https://hc-ping.com/{TOKEN}/4"),
        True,
        id="healthchecks.io",
    ),
    pytest.param(
        f"https://hc-ping.com/{TOKEN}/nightly/?create=1",
        tuple(f"https://hc-ping.com/{TOKEN}/nightly{ending}?create=1" for ending in ("/start", "", "/4")),
        True,
        id="healthchecks.io by a name",
    ),
    pytest.param(
        f"http://kuma.lan:3001/api/push/{TOKEN}?status=up&msg=OK&ping=",
        (
            None,
            f"http://kuma.lan:3001/api/push/{TOKEN}?status=up&msg=all%20is%20well",
            f"http://kuma.lan:3001/api/push/{TOKEN}?status=down&msg=all%20is%20well",
        ),
        False,
        id="Uptime Kuma",
    ),
    pytest.param(
        f"https://nosnch.in/{TOKEN}",
        (
            None,
            f"https://nosnch.in/{TOKEN}?s=0&m=all%20is%20well",
            f"https://nosnch.in/{TOKEN}?s=4&m=all%20is%20well",
        ),
        False,
        id="Dead Man's Snitch",
    ),
    pytest.param(
        f"https://cronitor.link/p/{TOKEN}/nightly?env=office&state=run",
        tuple(
            f"https://cronitor.link/p/{TOKEN}/nightly?state={state}&message={text}&env=office"
            for state, text in (("run", "begins"), ("complete", "all%20is%20well"), ("fail", "all%20is%20well"))
        ),
        False,
        id="Cronitor",
    ),
    pytest.param(
        f"https://uptime.betterstack.com/api/v1/heartbeat/{TOKEN}",
        (
            None,
            f"https://uptime.betterstack.com/api/v1/heartbeat/{TOKEN}",
            f"https://uptime.betterstack.com/api/v1/heartbeat/{TOKEN}/4",
        ),
        True,
        id="Better Stack",
    ),
    pytest.param(
        "https://status.example.com/{begin|good|bad}/x?code={exit_code}",
        (
            "https://status.example.com/begin/x?code=",
            "https://status.example.com/good/x?code=0",
            "https://status.example.com/bad/x?code=4",
        ),
        False,
        id="placeholders of three words",
    ),
    pytest.param(
        "https://status.example.com/x?ok={yes|no}",
        (None, "https://status.example.com/x?ok=yes", "https://status.example.com/x?ok=no"),
        False,
        id="placeholders of two words",
    ),
    pytest.param(
        "https://status.example.com/x?code={exit_code}",
        (None, "https://status.example.com/x?code=0", "https://status.example.com/x?code=4"),
        False,
        id="the exit code alone",
    ),
]


@pytest.mark.parametrize(("given", "called", "posts"), PLACES)
def test_each_service_is_called_in_its_own_way(given: str, called: tuple[str | None, ...], posts: bool) -> None:
    """The address is pasted as the service shows it; start, success and failure with its exit code."""
    address = HeartbeatAddress.parse(f" {given} ")
    text = "all is well"
    assert (address.for_start("begins"), address.for_end(0, text), address.for_end(4, text)) == called
    assert address.posts == posts


@pytest.mark.parametrize(("given", "_called", "_posts"), PLACES)
def test_the_address_is_never_shown(given: str, _called: tuple[str | None, ...], _posts: bool) -> None:
    """Who has it could report good nights that never were; the host alone may be shown."""
    address = HeartbeatAddress.parse(given)
    assert TOKEN not in f"{address} {address!r}"
    settings = resolve_settings({"nightly": {"heartbeat_url": given}}, environ={})
    assert TOKEN not in str(describe(settings))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        pytest.param("", "must be the address that the service shows", id="blank"),
        pytest.param(7, "must be the address that the service shows", id="no text"),
        pytest.param(f"hc-ping.com/{TOKEN}", "must begin with https://", id="no scheme"),
        pytest.param(f"http://hc-ping.com/{TOKEN}", "plain http is only for a service in this network", id="http"),
        pytest.param(f"http://8.8.8.8/{TOKEN}", "plain http is only for a service in this network", id="public"),
        pytest.param(f"https://me:{TOKEN}@x.example/", "must not hold a user name or password", id="password"),
        pytest.param(f"https://x.example/a b{TOKEN}", "plain ASCII without spaces", id="a space"),
        pytest.param(f"https://x.example/{TOKEN}#a", "is not a usable address", id="a fragment"),
        pytest.param(f"https:///{TOKEN}", "is not a usable address", id="no host"),
        pytest.param(f"https://x.example:port/{TOKEN}", "is not a usable address", id="no port"),
        pytest.param(f"https://{{a|b}}.example/{TOKEN}", "is not a usable address", id="a placeholder in the host"),
        pytest.param(f"https://x.example/{TOKEN}?s={{state}}", "placeholders that are not known", id="unknown"),
        pytest.param(f"https://x.example/{TOKEN}?s={{a|b|c|d}}", "placeholders that are not known", id="four words"),
        pytest.param(f"https://x.example/{TOKEN}?s={{a", "placeholders that are not known", id="not closed"),
    ],
)
def test_an_address_that_can_not_be_used_is_refused_without_being_shown(given: object, why: str) -> None:
    """The sentence says what is wrong; the night would else be missed every day."""
    with pytest.raises(SettingsError) as caught:
        resolve_settings({"nightly": {"heartbeat_url": given}}, environ={})
    assert why in str(caught.value)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "localhost", "kuma", "kuma.lan", "192.168.1.5:3001", "10.0.0.7", "[fd00::7]", "k.svc"],
)
def test_plain_http_is_for_services_nearby(host: str) -> None:
    """Many people have Uptime Kuma in their own network, without a certificate."""
    assert HeartbeatAddress.parse(f"http://{host}/api/push/x").host == host


def test_a_mistake_beside_the_address_does_not_hide_it() -> None:
    """A night that can't begin because of it is told all the same."""
    table = {"heartbeat_url": f"https://hc-ping.com/{TOKEN}", "inbox": "/srv/orders", "remind_days": 0, "tpyo": 1}
    found = usable_settings({"nightly": table}, environ={}).nightly
    assert (found.heartbeat_url is not None, str(found.inbox), found.remind_days) == (True, "/srv/orders", 7)


@pytest.mark.parametrize("name", ["metrics.txt", "metrics", ".prom"])
def test_metrics_go_into_a_file_that_is_read(name: str) -> None:
    """The textfile collector passes over every other ending without a word."""
    with pytest.raises(SettingsError, match=r"must end in \.prom"):
        resolve_settings({"nightly": {"metrics_file": name}}, environ={})

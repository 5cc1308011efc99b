"""The certificates that the user names: files good and bad enter; a sentence that names the file leaves, or nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from batch_renamer.client.orders_api.certificates import check_named_certificates
from batch_renamer.client.orders_api.http import open_orders_api
from batch_renamer.errors import SettingsError
from tests.support.scripted import CERTIFICATE

BROKEN = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"SSL_CERT_FILE": str(CERTIFICATE)},
        {"SSL_CERT_DIR": str(CERTIFICATE.parent)},
        {"SSL_CERT_DIR": os.pathsep.join(("/nowhere", str(CERTIFICATE.parent)))},
    ],
    ids=["none", "file", "folder", "one folder of two"],
)
def test_certificates_that_can_be_read_are_no_mistake(environ: dict[str, str]) -> None:
    """OpenSSL finds them."""
    check_named_certificates(environ)


@pytest.mark.parametrize("content", [b"", b"junk", BROKEN, b"\xff\xfe\x00"], ids=["empty", "junk", "broken", "binary"])
def test_file_without_a_certificate_is_named(tmp_path: Path, content: bytes) -> None:
    """OpenSSL would pass over it, and blame every server."""
    path = tmp_path / "ca.pem"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        check_named_certificates({"SSL_CERT_FILE": str(path)})
    said = (
        f"SSL_CERT_FILE names '{path}', which holds no readable certificate (PEM). Correct it, or unset SSL_CERT_FILE."
    )
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("name", "why"),
    [("missing.pem", "No such file or directory"), (".", "it is a folder"), ("nul\0", "not a usable path"), ("", "")],
    ids=["missing", "folder", "no path", "empty"],
)
def test_file_that_can_not_be_read_is_named(tmp_path: Path, name: str, why: str) -> None:
    """With the system's reason."""
    path = str(tmp_path / name) if name else ""
    with pytest.raises(SettingsError) as caught:
        check_named_certificates({"SSL_CERT_FILE": path})
    assert str(caught.value).startswith(f"SSL_CERT_FILE names {path!r}, which can't be read: {why}")


@pytest.mark.skipif(os.name != "posix", reason="a named pipe, as POSIX has it")
def test_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """The program that wrote into it has ended, and no other one will."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SettingsError, match="named pipe"):
        check_named_certificates({"SSL_CERT_FILE": str(tmp_path / "pipe")})


@pytest.mark.parametrize("name", ["nowhere", "ca.pem", ""], ids=["missing", "a file", "empty"])
def test_folder_that_is_none_is_named(tmp_path: Path, name: str) -> None:
    """A file belongs into the other variable."""
    (tmp_path / "ca.pem").write_bytes(CERTIFICATE.read_bytes())
    path = str(tmp_path / name) if name else ""
    with pytest.raises(SettingsError, match=r"SSL_CERT_DIR names .* which is no folder"):
        check_named_certificates({"SSL_CERT_DIR": path})


async def test_named_file_is_looked_at_before_the_first_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where it is needed: plain http to this machine has no certificates."""
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    with pytest.raises(SettingsError, match=r"/nowhere/ca\.pem"):
        async with open_orders_api(base_url="https://127.0.0.1:9", key="k", user_agent="test/1"):
            pass
    async with open_orders_api(base_url="http://127.0.0.1:9", key="k", user_agent="test/1"):
        pass

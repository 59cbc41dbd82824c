"""Where the studio listens, and where it does not."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from bifolio.core.diagnostics import BifolioError
from bifolio.studio.server import Address, _listen, _lock, serve, write_password
from tests.support.projects import Scratch


def _code(address: Address, scratch: Scratch) -> str:
    with pytest.raises(BifolioError) as raised:
        serve(scratch.root, address, lambda url: pytest.fail(f"listens at {url}"))
    return raised.value.findings[0].code


@pytest.fixture
def password(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    write_password(path, "correct horse")
    return path


def test_beyond_this_computer_it_asks_for_all_three(scratch: Scratch, password: Path, tmp_path: Path) -> None:
    pem = tmp_path / "pem"
    assert _code(Address("0.0.0.0"), scratch) == "studio.unsafe"
    assert _code(Address("0.0.0.0", password_file=password), scratch) == "studio.unsafe"
    assert _code(Address("0.0.0.0", password_file=password, name="a.example"), scratch) == "studio.unsafe"
    assert _code(Address("0.0.0.0", name="a.example", behind_proxy=True), scratch) == "studio.unsafe"
    half = Address("0.0.0.0", password_file=password, name="a.example", certificate=pem)
    assert _code(half, scratch) == "studio.unsafe"
    whole = Address("0.0.0.0", password_file=password, name="a.example", behind_proxy=True)
    _lock(whole)
    _listen(whole).close()


@pytest.mark.parametrize("host", ["example.org", "192.0.2.1", "::", "0.0.0.0", ""])
def test_what_is_not_loopback(host: str) -> None:
    assert not Address(host).is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_what_is_loopback(host: str) -> None:
    assert Address(host).is_loopback


def test_the_password_is_kept_as_its_hash(password: Path) -> None:
    text = password.read_text("ascii")
    assert text.startswith("$argon2id$")
    assert "correct horse" not in text
    assert password.stat().st_mode & 0o077 == 0
    _, throttle = _lock(Address("0.0.0.0", password_file=password))
    assert throttle.enter("wrong") is None
    assert throttle.knows(throttle.enter("correct horse") or "")


@pytest.mark.parametrize("text", [None, "", "correct horse", "$argon2id$v=19$m=1"])
def test_a_file_without_a_password(text: str | None, tmp_path: Path, scratch: Scratch) -> None:
    path = tmp_path / "file"
    if text is not None:
        path.write_text(text)
    assert _code(Address(password_file=path), scratch) == "studio.no-password"


def test_a_taken_port_is_told(scratch: Scratch) -> None:
    with _listen(Address()) as taken:
        port = taken.getsockname()[1]
        assert _code(Address(port=port), scratch) == "studio.cannot-listen"
        with _listen(Address()) as other:
            assert other.getsockname()[1] != port


def test_no_project_is_told(tmp_path: Path) -> None:
    assert _code(Address(), Scratch(tmp_path)) == "plan.no-project"


def test_each_start_has_its_own_key() -> None:
    (one, throttle), (other, _) = _lock(Address()), _lock(Address())
    assert one != other
    assert len(one) > 40
    assert throttle.enter(other) is None
    assert throttle.enter(one)


def test_who_comes_before_the_server_is_ready_waits(scratch: Scratch) -> None:
    with _listen(Address()) as listening, socket.create_connection(listening.getsockname(), timeout=5):
        pass

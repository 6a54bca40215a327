"""Where `./dev run` listens: PORT, or the next free one."""

from __future__ import annotations

import socket

import pytest

from devkit import running


def taken(probe: socket.socket) -> int:
    """A port that somebody listens on, with room after it."""
    probe.bind(("127.0.0.1", 0))
    probe.listen()
    return int(probe.getsockname()[1])


def test_a_taken_port_gives_way_to_the_next_free_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as probe:
        port = taken(probe)
        monkeypatch.setenv("PORT", str(port))
        found = running.wanted_port()
    assert port < found < port + 50
    assert capsys.readouterr().out == f"Port {port} is taken: using {found}.\n"


def test_a_free_port_is_used_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as probe:
        port = taken(probe)
    monkeypatch.setenv("PORT", str(port))
    assert running.wanted_port() == port
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("given", ["abc", "70000", "0", "-1", "80.5", "8" * 5000, "²"])
def test_what_is_no_port_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("PORT", given)
    with pytest.raises(SystemExit, match=r"^PORT is .+: it must be a number from 1 to 65535\.$"):
        running.wanted_port()


def test_the_last_port_has_none_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_is_free", lambda _port: False)
    with pytest.raises(SystemExit, match="No free port from 65530 to 65535"):
        running.free_port(65530)

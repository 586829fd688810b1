import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.offline.sitecustomize import NetworkClosedError, attempts

ELSEWHERE = "192.0.2.1"  # reserved for documentation, so nobody is there


def test_a_connection_to_another_machine_is_refused_and_remembered() -> None:
    with socket.socket() as s, pytest.raises(NetworkClosedError, match=ELSEWHERE):
        s.connect((ELSEWHERE, 80))
    assert attempts == [f"socket.connect {ELSEWHERE}"]
    attempts.clear()


def test_looking_up_another_machine_is_refused() -> None:
    with pytest.raises(NetworkClosedError, match="example"):
        socket.getaddrinfo("news.example", 443)
    attempts.clear()


def test_a_name_that_can_belong_to_nobody_is_not_found_which_is_no_attempt() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("nowhere.invalid", 443)


def test_a_program_that_a_test_starts_cannot_reach_another_machine() -> None:
    script = f"import socket; socket.create_connection(('{ELSEWHERE}', 80))"
    run = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert "NetworkClosedError" in run.stderr


def test_loopback_stays_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def test_home_and_working_directory_are_temporary(tmp_path: Path) -> None:
    assert Path.cwd() == tmp_path
    assert Path.home().is_relative_to(tmp_path.parents[1])


def test_no_setting_of_the_user_reaches_a_test() -> None:
    assert [name for name in os.environ if name.startswith(("ASSISTANT_", "OPENAI_"))] == []

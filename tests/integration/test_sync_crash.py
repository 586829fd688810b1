"""A sync that is killed at any point is made good by the next one."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.articles import ARTICLES
from tests.indexes import dump, open_index, outdate

HARBOUR, ORCHARD, LIBRARY = ARTICLES

# One process that loads everything once and forks for each kill. A sync is killed before its nth step, where a step is
# a call made by a function of the index: a statement to SQLite, a request to Chroma, an embedding, a file operation.
KILLER = """
import json, os, shutil, signal, sys
from pathlib import Path
from tests.indexes import WordEmbedding, open_index
import assistant.index, assistant.corpus, assistant.tokens

HOME = os.path.dirname(assistant.index.__file__)
corpus, before, folder = map(Path, sys.argv[1:4])
kills, rebuild = int(sys.argv[4]), sys.argv[5] == "rebuild"

def in_child(action):
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            action()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1]

def fresh(target):
    shutil.rmtree(target, ignore_errors=True)
    if before.exists():
        shutil.copytree(before, target)

def sync(target, counter):
    with open_index(corpus, target, WordEmbedding(embed_batch_size=4), chunk_size=40) as index:
        sys.setprofile(counter)
        index.sync(rebuild=rebuild)
        sys.setprofile(None)

def steps(target):
    read, write = os.pipe()
    def count():
        number = 0
        def counter(frame, event, argument):
            nonlocal number
            number += is_step(frame, event)
        sync(target, counter)
        os.write(write, str(number).encode())
    assert in_child(count) == 0
    return int(os.read(read, 100))

def is_step(frame, event):
    caller = frame if event == "c_call" else frame.f_back if event == "call" else None
    return caller is not None and caller.f_code.co_filename.startswith(HOME)

def killed_at(target, nth):
    def action():
        number = 0
        def counter(frame, event, argument):
            nonlocal number
            number += is_step(frame, event)
            if number == nth:
                os.kill(os.getpid(), signal.SIGKILL)
        sync(target, counter)
    return os.WTERMSIG(in_child(action)) == signal.SIGKILL

fresh(folder / "whole")
total = steps(folder / "whole")
made = []
for i in range(kills):
    nth = 1 + i * (total - 1) // (kills - 1)
    fresh(folder / str(nth))
    if killed_at(folder / str(nth), nth):
        made.append(nth)
print(json.dumps({"total": total, "killed": made}))
"""


def _kill(corpus: Path, before: Path, folder: Path, kills: int, mode: str) -> dict[str, Any]:
    folder.mkdir()
    command = [sys.executable, "-c", KILLER, str(corpus), str(before), str(folder), str(kills), mode]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    result: dict[str, Any] = json.loads(run.stdout)
    assert result["total"] > 200
    assert len(result["killed"]) >= kills - 1
    return result


def _change_everything(corpus: Path) -> None:
    (corpus / ORCHARD).rename(corpus / "2022/apples.txt")
    (corpus / LIBRARY).unlink()
    (corpus / HARBOUR).write_text((corpus / HARBOUR).read_text().replace("48 million", "51 million"))
    (corpus / "ferry.txt").write_text("Ferry fares go up\n\nThe fare to Port Ellery rises to 12 crowns in July.\n")


@pytest.mark.parametrize(
    ("mode", "indexed_before", "kills"),
    [("sync", None, 8), ("sync", "now", 12), ("rebuild", "now", 6), ("sync", "by an earlier version", 6)],
)
def test_the_next_sync_ends_like_a_clean_build(
    corpus: Path, tmp_path: Path, mode: str, indexed_before: str | None, kills: int
) -> None:
    before = tmp_path / "before"
    if indexed_before:
        with open_index(corpus, before, chunk_size=40) as index:
            index.sync()
        _change_everything(corpus)
    if indexed_before == "by an earlier version":
        outdate(before / "library.sqlite")
    with open_index(corpus, tmp_path / "clean", chunk_size=40) as index:
        index.sync()
        expected = dump(index)
    result = _kill(corpus, before, tmp_path / "killed", kills, mode)
    for step in result["killed"]:
        with open_index(corpus, tmp_path / "killed" / str(step), chunk_size=40) as index:
            index.sync()
            assert dump(index) == expected, f"killed at step {step} of {result['total']}"
            assert not index.needs_sync()
            assert not index._successor.exists()
            (folder,) = (tmp_path / "killed" / str(step) / "vectors").iterdir()
            assert index._store
            assert index._store[0] == folder.name


def test_until_then_an_index_answers_as_before_or_as_after(corpus: Path, tmp_path: Path) -> None:
    with open_index(corpus, tmp_path / "before", chunk_size=40) as index:
        index.sync()
        states = [dump(index)]
    _change_everything(corpus)
    with open_index(corpus, tmp_path / "after", chunk_size=40) as index:
        index.sync()
        states.append(dump(index))
    result = _kill(corpus, tmp_path / "before", tmp_path / "killed", 5, "sync")
    for step in result["killed"]:
        with open_index(corpus, tmp_path / "killed" / str(step), chunk_size=40) as index:
            assert not index.needs_sync()
            assert dump(index) in states


TIMED = """
import sys
from pathlib import Path
from tests.indexes import open_index
with open_index(Path(sys.argv[1]), Path(sys.argv[2]), chunk_size=32) as index:
    print("ready", flush=True)
    index.sync()
    print("done", flush=True)
"""


@pytest.mark.parametrize("seconds", [0.3, 1.2])
def test_a_process_killed_from_outside_loses_nothing(corpus: Path, tmp_path: Path, seconds: float) -> None:
    for number in range(60):
        lines = [f"Notice {number} of day {day}: the bridge is closed." for day in range(40)]
        (corpus / f"notice{number}.txt").write_text(f"Notices, part {number}\n\n" + "\n".join(lines))
    command = [sys.executable, "-c", TIMED, str(corpus), str(tmp_path / "index")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    with open_index(corpus, tmp_path / "index", chunk_size=32) as index:
        index.sync()
        repaired = dump(index)
    with open_index(corpus, tmp_path / "clean", chunk_size=32) as index:
        index.sync()
        assert dump(index) == repaired

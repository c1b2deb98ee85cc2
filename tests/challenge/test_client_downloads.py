"""A download goes on where it broke off, and only what is right gets its name."""

from __future__ import annotations

import errno
import hashlib
import json
import re
import threading
from collections import namedtuple
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from challenge.client import Client
from challenge.errors import ServerUnreachableError, WritingFailedError

CONTENT = bytes(range(256)) * 8192  # 2 MiB
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Files:
    """One file, from a server whose line breaks after so many bytes, once each."""

    def __init__(self) -> None:
        self.breaks: list[int] = []
        self.ranges: list[str | None] = []
        self.content = CONTENT
        self.bytes = len(CONTENT)
        self.url = ""
        self.is_ranged = True

    def challenge(self) -> bytes:
        release = {
            "version": "1",
            "files": {"train.parquet": SHA256},
            "bytes": {"train.parquet": self.bytes},
        }
        terms = {"sha256": "", "required": False}
        told = {"release": release, "terms": terms, "sources": {"name": "all"}}
        return json.dumps(told).encode()


@pytest.fixture
def files() -> Iterator[Files]:
    told = Files()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/api/challenge":
                self._send(200, told.challenge(), 0)
                return
            asked = self.headers["Range"]
            told.ranges.append(asked)
            start = 0
            right = told.is_ranged and asked
            if right and self.headers["If-Range"] == f'"{SHA256}"':
                start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1])
            if start >= len(told.content):
                self._send(416, b"", 0)
            else:
                self._send(206 if start else 200, told.content[start:], start)

        def _send(self, status: int, content: bytes, start: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            is_file = self.path != "/api/challenge"
            breaks = is_file and told.breaks
            end = max(0, told.breaks.pop(0) - start) if breaks else None
            self.wfile.write(content[:end])

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def client(files: Files) -> Iterator[Client]:
    with Client(files.url, wait=lambda seconds: None) as made:
        yield made


def test_a_line_that_breaks_costs_only_what_was_under_way(
    files: Files, client: Client, tmp_path: Path
) -> None:
    files.breaks = [600_000, 1_500_000]
    seen: list[tuple[str, int, int]] = []
    [place] = client.download(tmp_path, progress=lambda *told: seen.append(told))
    starts = [int(each[6:-1]) for each in files.ranges[1:]]
    assert place.read_bytes() == CONTENT
    assert files.ranges[0] is None
    assert len(starts) == 2
    # What reached the disk is not asked for again.
    assert starts == sorted(starts)
    assert all(start > 0 for start in starts)
    assert [place.name for place in tmp_path.iterdir()] == ["train.parquet"]
    done = [bytes_done for _, bytes_done, _ in seen]
    assert done == sorted(done)
    assert seen[-1] == ("train.parquet", len(CONTENT), len(CONTENT))


def test_what_another_command_left_is_gone_on_with(
    files: Files, client: Client, tmp_path: Path
) -> None:
    (tmp_path / "train.parquet.part").write_bytes(CONTENT[:1_000_000])
    client.download(tmp_path)
    assert files.ranges == ["bytes=1000000-"]
    assert (tmp_path / "train.parquet").read_bytes() == CONTENT


@pytest.mark.parametrize("left", [b"old" * 100, CONTENT + b"more"], ids=["old", "long"])
def test_what_is_left_of_something_else_is_fetched_anew(
    files: Files, client: Client, tmp_path: Path, left: bytes
) -> None:
    (tmp_path / "train.parquet.part").write_bytes(left)
    client.download(tmp_path)
    assert (tmp_path / "train.parquet").read_bytes() == CONTENT


def test_a_file_that_is_right_is_left_alone_and_another_replaced(
    files: Files, client: Client, tmp_path: Path
) -> None:
    place = tmp_path / "train.parquet"
    place.write_bytes(CONTENT)
    client.download(tmp_path)
    assert files.ranges == []
    place.write_bytes(CONTENT[:-1] + b"!")
    client.download(tmp_path)
    assert place.read_bytes() == CONTENT


def test_a_damaged_file_never_gets_its_name(
    files: Files, client: Client, tmp_path: Path
) -> None:
    files.content = CONTENT[:-1] + b"!"
    with pytest.raises(ServerUnreachableError, match=r"train\.parquet arrived damaged"):
        client.download(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_line_that_is_gone_leaves_what_came_for_the_next_time(
    files: Files, client: Client, tmp_path: Path
) -> None:
    files.breaks = [600_000, *[0] * 20]
    with pytest.raises(ServerUnreachableError):
        client.download(tmp_path)
    left = (tmp_path / "train.parquet.part").stat().st_size
    assert 0 < left <= 600_000
    files.breaks = []
    client.download(tmp_path)
    assert files.ranges[-1] == f"bytes={left}-"


def test_a_disk_without_room_is_told_before_a_byte_comes(
    files: Files, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda place: usage(10, 9, 1_000_000))
    with pytest.raises(WritingFailedError, match="2 MB to come, 1 MB free") as refused:
        client.download(tmp_path / "data")
    assert "challenge download" in refused.value.hint
    assert files.ranges == []
    assert not (tmp_path / "data").exists()


def test_a_folder_that_is_a_file_is_named(client: Client, tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(OSError, match="data") as refused:
        client.download(tmp_path / "data")
    assert refused.value.errno in (errno.EEXIST, errno.ENOTDIR)


def test_a_line_without_ranges_that_breaks_anywhere_is_given_up_in_the_end(
    files: Files, client: Client, tmp_path: Path
) -> None:
    """A proxy may give the whole file each time: then only a longer piece is more."""
    files.is_ranged = False
    # Up and down, each time more than the time before last.
    files.breaks = [900_000, 100_000, 800_000, 200_000, 700_000, 300_000] * 3
    with pytest.raises(ServerUnreachableError):
        client.download(tmp_path)
    assert len(files.ranges) < 9

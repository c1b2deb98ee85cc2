"""Inputs that nobody means well with, each from a seed: the same seed, the same input.

Most begin as something good that is then damaged, since noise alone is refused at the
first byte.
"""

from __future__ import annotations

import io
import json
import logging
import os
import secrets
import stat
import struct
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any

from ..factories import small_bundle

log = logging.getLogger(__name__)

# Of the few that every change runs.
SEED = 20261123
# Names the seed of a full run, to have it again.
SEED_NAME = "FUZZ_SEED"
LOCAL, DIRECTORY, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
PIECES = (
    *("\0", "\x1b[2J", "\u202e", "\u2066", "\ufeff", "\ud800", "\uffff", "\U0010ffff"),
    *("\r", "\n", "\t", "\u2028", "\u200b", "\u0301" * 40, "\u3164", "ẞ", "İ", "ﬃ"),
    *(
        "<script>",
        "{{7*7}}",
        "${x}",
        "%00",
        "%s",
        "../../",
        "'; --",
        '"',
        "\\",
        "&amp;",
    ),
    *("=1+1", "@SUM(1)", "-", "🂡", "٣", "²", "1e309", "NaN", "0x10", "9" * 30),
    *("Zwaluw", "Ans", "null", "true", "", " ", "x" * 300, "é" * 20_001),
)
YAML = (
    *("flavors: &a [*a]", "flavors: !!python/object/apply:os.abort []", "? [1]\n: 2"),
    *(
        "<<: *x",
        "flavors: {python_function: 1e999}",
        "flavors:\n\t- x",
        "%YAML 9.9\n---",
    ),
    *("a: &a {b: *a}", "flavors: " + "[" * 3000, "flavors: " + "{a: " * 3000),
    *("flavors: 0o7777777777777777777", "flavors: 2026-99-99", "flavors: !!binary //x"),
    *(
        "flavors: 1:60:60:60",
        "--- >\n x",
        "--- |9\n",
        "!<tag:x> y",
        "'",
        "&",
        "*",
        "\0",
    ),
    *(
        "flavors: {python_function: {loader_module: [1, {}]}, 1: 2}",
        "\ufeff#",
        "...\n---",
    ),
    *(
        "flavors: {? {a: 1} : 2}",
        "flavors: {python_function: {}, python_function: {}}",
    ),
)
MODEL = (
    "artifact_path: model\nflavors:\n  python_function:\n"
    "    loader_module: mlflow.sklearn\n    model_path: model.pkl\n"
    "    python_version: 3.11.0\n  sklearn:\n"
    "    pickled_model: model.pkl\n    serialization_format: pickle\n"
)
CARD = "---\ntitle: Model\nbaseline: logistic\nlimits: none\n---\n# Wat het doet\n"
PDF = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\nxref\n0 1\ntrailer<<>>\n"
    b"%%EOF\n"
)


def fresh_seed() -> int:
    """Give a full run a seed of its own, so that each tries something else.

    A seed that stood still would find what it found the first time, and no more.
    """
    seed = int(os.environ.get(SEED_NAME) or secrets.randbelow(2**32))
    # Loud enough to stand beside a failure.
    log.warning("%s=%s repeats this.", SEED_NAME, seed)
    return seed


def hostile_text(random: Random) -> str:
    """Write some words with what should not be in them."""
    return "".join(random.choice(PIECES) for _ in range(random.randint(1, 5)))


def sendable(text: str) -> str:
    """Give what can be sent: half a character cannot."""
    return text.encode("utf-8", "replace").decode()


def damaged(random: Random, data: bytes) -> bytes:
    """Flip bits, cut, repeat, swap and splice."""
    made = bytearray(data)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(made) + 1)
        match random.randrange(6):
            case 0 if at < len(made):
                made[at] ^= 1 << random.randrange(8)
            case 1:
                del made[at : at + random.randint(1, 40)]
            case 2:
                made[at:at] = made[at // 2 : at // 2 + random.randint(1, 200)]
            case 3:
                made[at : at + 4] = random.randbytes(4)
            case 4:
                made[at : at + 4] = random.choice((b"\xff" * 4, bytes(4), LOCAL, END))
            case 5:
                del made[at:]
    return bytes(made)


def damaged_yaml(random: Random, text: str) -> str:
    """Put lines in that a reader of YAML trips over, or leave some out."""
    lines = text.split("\n")
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(lines))
        piece = random.choice((*YAML, hostile_text(random)))
        match random.randrange(4):
            case 0:
                lines[at] = piece
            case 1:
                lines.insert(at, "  " * random.randrange(4) + piece)
            case 2:
                lines[at] += piece
            case 3:
                del lines[at : at + 1]
                lines.append("")
    return "\n".join(lines)


def packed(random: Random) -> bytes:
    """Zip a model with entries of every kind, and texts that are damaged or not."""
    file = io.BytesIO()
    method = random.choice((0, 8, 8, 8, 12, 14))
    with zipfile.ZipFile(file, "w", method) as archive:
        model = MODEL if random.random() < 0.5 else damaged_yaml(random, MODEL)
        card = CARD if random.random() < 0.5 else damaged_yaml(random, CARD)
        archive.writestr("MLmodel", model.encode("utf-8", "surrogatepass"))
        archive.writestr("CARD.md", card.encode("utf-8", "surrogatepass"))
        for _ in range(random.randint(0, 3)):
            archive.writestr(_entry(random), _content(random))
    return file.getvalue()


def _entry(random: Random) -> zipfile.ZipInfo:
    names = (
        *(
            "model.pkl",
            "CARD.md",
            "mlmodel",
            "MLmodel/",
            "MLmodel/x",
            "a/../b",
            "/etc/x",
        ),
        *(
            "C:/x",
            "~/x",
            "con",
            "a\nb",
            "é",
            "e\u0301",
            "x" * 300,
            "d/" * 40 + "x",
            ".",
        ),
        *("requirements.txt", "python_env.yaml", "inner.zip", "\u202egpj.exe", "a//b"),
    )
    made = zipfile.ZipInfo(random.choice(names))
    kinds = (stat.S_IFREG, stat.S_IFREG, stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR)
    made.external_attr = (random.choice(kinds) | 0o777) << 16
    made.compress_type = random.choice((0, 8))
    if random.random() < 0.2:
        made.extra = struct.pack("<HH", random.choice((1, 0x7075, 0x9901)), 4) + b"abcd"
    return made


def _content(random: Random) -> bytes:
    match random.randrange(5):
        case 0:
            return bytes(random.choice((0, 10, 1 << 20)))
        case 1:
            return small_bundle()
        case 2:
            return hostile_text(random).encode("utf-8", "surrogatepass")
        case 3:
            return b"numpy==1.0\n-e git+https://x\n--index-url=y\n" * random.randint(
                1, 9
            )
    return random.randbytes(random.randint(0, 500))


def bundle(random: Random) -> bytes:
    """Make what a team could send as its bundle."""
    match random.randrange(8):
        case 0:
            return random.randbytes(random.randint(0, 2000))
        case 1:
            return damaged(random, small_bundle())
        case 2:
            first, second = packed(random), packed(random)
            start = second.rindex(DIRECTORY)
            return first + second[start:]
        case 3:
            return _patched(random, packed(random))
        case 4 | 5:
            return damaged(random, packed(random))
    return packed(random)


def _patched(random: Random, data: bytes) -> bytes:
    """Overwrite one field of one record of a zip with a number that means something."""
    signature = random.choice((LOCAL, DIRECTORY, END))
    places = [i for i in range(len(data) - 4) if data.startswith(signature, i)]
    at = random.choice(places) + random.randint(4, 44)
    value = random.choice(
        (0, 1, 0x21, 0x800, 0xFFFF, 0xFFFFFFFF, random.getrandbits(32))
    )
    width = random.choice((2, 4))
    return data[:at] + value.to_bytes(8, "little")[:width] + data[at + width :]


def slides(random: Random) -> bytes:
    """Make what a team could send as its PDF."""
    made = random.choice((PDF, damaged(random, PDF), PDF * 50, random.randbytes(500)))
    return made if random.random() < 0.9 else packed(random)


def people(random: Random) -> bytes:
    """Make a list as it could come out of a spreadsheet, or out of anything else."""
    lines = []
    for _ in range(random.choice((0, 1, 3, 30, 260))):
        cells = [hostile_text(random)[:400] for _ in range(random.randint(1, 3))]
        lines.append(random.choice(";,\t").join(cells))
    text = random.choice(("\n", "\r\n", "\r", "\0")).join(lines)
    way = random.choice(("utf-8", "utf-16", "utf-8-sig", "cp1252", "utf-32"))
    made = text.encode(way, "replace")
    return damaged(random, made) if random.random() < 0.5 and made else made


def body(random: Random, good: dict[str, Any]) -> bytes:
    """Make a JSON body: fields that are strange, missing, or of another kind."""
    made = dict(good)
    for _ in range(random.randint(1, 3)):
        key = random.choice([*good, "extra", ""])
        made[key] = _value(random, 3)
    text = json.dumps(made).encode()
    return damaged(random, text) if random.random() < 0.4 else text


def _value(random: Random, depth: int) -> Any:
    simple: tuple[Callable[[], Any], ...] = (
        lambda: hostile_text(random),
        lambda: random.choice((None, True, 0, -1, 2**63, 10**400, 1.5, float("nan"))),
        lambda: [],
        lambda: {},
    )
    if depth and random.random() < 0.4:
        inside = [_value(random, depth - 1) for _ in range(random.randint(1, 3))]
        keys = [hostile_text(random)[:50] for _ in inside]
        return random.choice((inside, dict(zip(keys, inside, strict=True))))
    return random.choice(simple)()

"""What is no bundle that we run, and what its hint says, done to the letter."""

from __future__ import annotations

import gzip
import io
import re
import shutil
import stat
import tarfile
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Files = Mapping[str, bytes]
MODEL = b"flavors:\n  python_function:\n    loader_module: model\n    code: code\n"
CARD = b"---\ntitle: Quiet\n---\n# Quiet\n"
CODE = b"def _load_pyfunc(path): ...\n"
FILES: Files = {"MLmodel": MODEL, "CARD.md": CARD, "code/model.py": CODE}


@dataclass(frozen=True)
class Row:
    """One upload that is refused.

    Attributes
    ----------
    name, slug : str
        Of the row, and of the refusal.
    wrong : callable
        Makes the upload.
    hint : str
        Pattern in the hint.
    mends : callable
        What the hint says, done to the upload: takes it and the match.
    limit_mib : int
        Largest bundle that is taken.
    """

    name: str
    slug: str
    wrong: Callable[[], bytes]
    hint: str
    mends: Callable[[bytes, re.Match[str]], bytes]
    limit_mib: int = 20


def zipped(
    files: Files, method: int = zipfile.ZIP_DEFLATED, *more: tuple[str, bytes]
) -> bytes:
    """Zip files, and more of which a name may stand there already."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method) as archive:
        warnings.simplefilter("ignore")  # a name twice is meant
        for name, content in (*files.items(), *more):
            archive.writestr(name, content)
    return buffer.getvalue()


def unzipped(upload: bytes) -> dict[str, bytes]:
    """Read the files of an upload, as whoever made it has them."""
    with zipfile.ZipFile(io.BytesIO(upload)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def anew(files: Files) -> bytes:
    """Make a zip with an ordinary program, of files on a disk."""
    with tempfile.TemporaryDirectory() as place:
        for name, content in files.items():
            path = Path(place) / "model" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        made = shutil.make_archive(f"{place}/bundle", "zip", f"{place}/model")
        return Path(made).read_bytes()


def changed(change: Callable[[dict[str, bytes], re.Match[str]], Files]):
    """Make what unzips an upload, changes its files, and zips them again."""
    return lambda upload, found: anew(change(unzipped(upload), found))


def tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in FILES.items():
            facts = tarfile.TarInfo(name)
            facts.size = len(content)
            archive.addfile(facts, io.BytesIO(content))
    return buffer.getvalue()


def untarred(upload: bytes, _: re.Match[str]) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(upload)) as archive:
        return anew({m.name: archive.extractfile(m).read() for m in archive})


def linked() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
        entry = zipfile.ZipInfo("weights.npy")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/home/team/weights.npy")
    return buffer.getvalue()


def locked() -> bytes:
    """Mark the first entry as encrypted, in both places where a zip says so."""
    data = bytearray(zipped(FILES, zipfile.ZIP_STORED))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def renamed(old: str, new: str):
    return changed(lambda files, _: {n.replace(old, new): c for n, c in files.items()})


def without(*names: str):
    return changed(
        lambda files, _: {n: c for n, c in files.items() if not n.startswith(names)}
    )


def with_file(name: str, content: bytes):
    return changed(lambda files, _: {**files, name: content})


NOISE = bytes((i * i * 7 + i // 3) % 251 for i in range(1 << 18))
DATA = {f"data/{n}.parquet": bytes(b ^ n for b in NOISE) for n in range(10)}

ROWS = [
    Row("a tar", "not-a-zip", tar, "zip the folder", untarred),
    Row("a comment at the end", "zip-ambiguous", lambda: zipped(FILES) + b"bye",
        "Make a new zip of the files",
        lambda upload, _: anew(unzipped(upload.removesuffix(b"bye")))),
    Row("data beside the model", "bundle-too-large",
        lambda: zipped({**FILES, **DATA}, zipfile.ZIP_STORED),
        "Leave training data and unused artefacts out", without("data/"), 1),
    Row("a name that climbs", "path-escape",
        lambda: zipped({**FILES, "../notes.txt": b"x"}),
        "relative names and forward slashes", renamed("../", "")),
    Row("a name with backslashes", "path-escape",
        lambda: zipped({**FILES, "code\\more.py": b"x"}),
        "relative names and forward slashes", renamed("\\", "/")),
    Row("a name that cannot be seen", "name-unsafe",
        lambda: zipped({**FILES, "no\u200btes.txt": b"x"}),
        "ordinary letters, digits, points and hyphens", renamed("\u200b", "")),
    Row("a link", "link-in-bundle", linked, "Put the file itself in",
        with_file("weights.npy", NOISE)),
    Row("a file of zeros", "bundle-bomb",
        lambda: zipped({**FILES, "zeros.npy": bytes(1 << 22)}),
        "Store this file in a denser form", changed(lambda files, _: {
            **{n: c for n, c in files.items() if n != "zeros.npy"},
            "zeros.npy.gz": gzip.compress(files["zeros.npy"])})),
    Row("too many files", "bundle-bomb",
        lambda: zipped({**FILES, **{f"cache/{n}": b"" for n in range(2000)}}),
        "Leave files that the model does not read out", without("cache/")),
    Row("one name twice", "duplicate-entry",
        lambda: zipped(FILES, zipfile.ZIP_DEFLATED, ("CARD.md", CARD + b"more")),
        "Make a new zip instead of adding",
        lambda upload, _: anew(unzipped(upload))),
    Row("names that differ in capitals", "duplicate-entry",
        lambda: zipped({**FILES, "Card.md": b"x"}),
        "Give one of the two another name", renamed("Card.md", "notes.md")),
    Row("a password", "encrypted-entry", locked, "Make the zip without a password",
        lambda upload, _: anew(FILES)),
    Row("another method", "compression-unsupported",
        lambda: zipped(FILES, zipfile.ZIP_BZIP2), "or with deflate",
        lambda upload, _: zipped(unzipped(upload), zipfile.ZIP_DEFLATED)),
    Row("the folder itself", "model-missing",
        lambda: zipped({f"my model/{n}": c for n, c in FILES.items()}),
        "lies in '(.*)': zip what is in that folder",
        changed(lambda files, found: {
            n.removeprefix(f"{found[1]}/"): c for n, c in files.items()})),
    Row("no model", "model-missing", lambda: zipped({"CARD.md": CARD}),
        "zip the files of its folder", with_file("MLmodel", MODEL)),
    Row("a model file that is no YAML", "model-unreadable",
        lambda: zipped({**FILES, "MLmodel": b"flavors: {"}),
        "Open (MLmodel) in a text editor and mend it",
        changed(lambda files, found: {**files, found[1]: MODEL})),
    Row("another flavour", "flavour-unsupported",
        lambda: zipped({**FILES, "MLmodel": MODEL + b"  xgboost: {}\n"}),
        "wrap it as a (python_function)",
        changed(lambda files, found: {
            **files,
            "MLmodel": f"flavors:\n  {found[1]}:\n    loader_module: m\n".encode()})),
    Row("a card without an end", "card-unreadable",
        lambda: zipped({**FILES, "CARD.md": b"---\ntitle: Quiet\n"}),
        r"Open (CARD\.md) in a text editor and mend it",
        changed(lambda files, found: {**files, found[1]: files[found[1]] + b"---\n"})),
    Row("a baseline that is none", "card-unreadable",
        lambda: zipped({**FILES, "CARD.md": b"---\nbaseline: My Trees\n---\n"}),
        "as in `(.*)`;",
        changed(lambda files, found: {
            **files,
            "CARD.md": files["CARD.md"].replace(b"My Trees", found[1].encode())})),
    Row("a baseline that is none, left out", "card-unreadable",
        lambda: zipped({**FILES, "CARD.md": b"---\nbaseline: My Trees\n---\n"}),
        "or leave the line out",
        changed(lambda files, _: {
            **files,
            "CARD.md": files["CARD.md"].replace(b"baseline: My Trees\n", b"")})),
    Row("a title that hides something", "card-unreadable",
        lambda: zipped({**FILES, "CARD.md": b'---\ntitle: "Qui\\u200Bet"\n---\n'}),
        "with visible characters",
        changed(lambda files, _: {
            **files, "CARD.md": files["CARD.md"].replace(b"\\u200B", b"")})),
]  # fmt: skip

"""Files that are the same for everybody, under addresses that change when they do."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
_FOREVER = "public, max-age=31536000, immutable"


def asset(name: str) -> str:
    """Give the address of a file of ours.

    Parameters
    ----------
    name : str
        Under ``static/``, such as ``"app.js"``.

    Returns
    -------
    str
        With the first digits of the file's digest, so that a browser may keep what it
        has for ever and still gets a new one at once.

    Raises
    ------
    FileNotFoundError
        If the file is absent; those of ``vendor/`` are made by installing.
    """
    return f"/static/{name}?v={_version(name)}"


@cache
def _version(name: str) -> str:
    return sha256((FOLDER / name).read_bytes()).hexdigest()[:12]


class VersionedFiles(StaticFiles):
    """Serves the folder; what is asked for by its version may be kept for ever."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve one file.

        Parameters
        ----------
        path : str
            Under the folder.
        scope : dict
            Of the request, whose query may name the version.

        Returns
        -------
        Response
            The file, or 404.
        """
        response = await super().get_response(path, scope)
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("v", [""])[0]
        if response.status_code in (200, 304) and asked:
            known = asked == _version(path)
            response.headers["Cache-Control"] = _FOREVER if known else "no-cache"
        return response

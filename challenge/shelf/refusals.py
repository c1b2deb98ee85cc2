"""What object storage says when it gives nothing, and what repairs it."""

from __future__ import annotations

import aiohttp
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
)

_NO_BUCKET = "NoSuchBucket"
_SILENT = (
    *(EndpointConnectionError, ConnectTimeoutError, HTTPClientError),
    *(aiohttp.ClientError, TimeoutError),
)


def explain(error: BaseException) -> tuple[str, str] | None:
    """Put a refusal in words.

    Parameters
    ----------
    error : exception
        As s3fs, botocore or aiohttp raised it.

    Returns
    -------
    tuple of str and str, or None
        What is wrong and what repairs it, each a full sentence; None where the
        storage answered that there is no such file.
    """
    code = _code(error)
    if code == _NO_BUCKET:
        return (
            "There is no such bucket.",
            "Make it, or write its name in CHALLENGE_FILES as it is.",
        )
    if isinstance(error, FileNotFoundError):
        return None
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return (
            "This process has no credentials for it.",
            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine"
            " a role.",
        )
    if isinstance(error, PermissionError):
        return (
            f"Access is refused{_quoted(code)}.",
            "Set keys that are valid and may do what docs/objects.md lists.",
        )
    if isinstance(error, _SILENT):
        return (
            "Its server does not answer.",
            "Start it, or write its address in AWS_ENDPOINT_URL as it is.",
        )
    return (
        f"Its server refuses{_quoted(code or type(error).__name__)}.",
        "Look in its own log, and at AWS_ENDPOINT_URL and AWS_DEFAULT_REGION.",
    )


def _code(error: BaseException) -> str:
    """Find the code that S3 gave; s3fs hangs its answer behind errors of Python."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ClientError):
        cause = cause.__cause__
    return str(cause.response["Error"].get("Code", "")) if cause else ""


def _quoted(code: str) -> str:
    return f" ({code})" if code else ""

"""What a program hands in, once for each key that it makes."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from challenge.errors import RequestRefusedError
from challenge.records import Principal, Submission
from challenge.rules.intake import Intake
from challenge.web.upload import AT_THE_DOOR, read_form

KEY_LENGTH = 64


async def take_in(request: Request, intake: Intake, team: Principal) -> Submission:
    """Take in what a program sends; sent again with the same key, it is the same.

    As draft-ietf-httpapi-idempotency-key-header has it: a key is for one upload, and
    with another one it is refused (422).

    Parameters
    ----------
    request : Request
        Its ``Idempotency-Key`` is new for everything that is handed in; without one,
        everything is new.
    intake : Intake
        Where it goes.
    team : Principal
        Whose it is.

    Returns
    -------
    Submission
        Queued, or as it is by now.

    Raises
    ------
    ChallengeError
        As `read_upload` and `Intake.receive` do.
    RequestRefusedError
        If the key is too long.
    """
    key = _key_of(request)

    async def is_known() -> bool:
        # What cannot come in any more may be in: its first time took the last place.
        return await run_in_threadpool(intake.sent_before, team, key) is not None

    try:
        await run_in_threadpool(intake.admit, team, now=datetime.now(UTC))
    except AT_THE_DOOR:
        if not await is_known():
            raise
    async with read_form(request, intake, team, key=key) as upload:
        receive = partial(
            intake.receive,
            upload.file,
            team=team,
            note=upload.note,
            proof_only=upload.proof_only,
            now=datetime.now(UTC),
            key=key,
            is_for_one=True,
        )
        try:
            return await run_in_threadpool(receive)
        except AT_THE_DOOR:
            if not await is_known():
                raise
            # It came in meanwhile, by the other of two that were sent at once.
            return await run_in_threadpool(receive)


def _key_of(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if len(key) > KEY_LENGTH:
        raise RequestRefusedError(
            "Idempotency-Key",
            f"it has {len(key)} characters.",
            hint=f"Use at most {KEY_LENGTH}, such as a UUID.",
        )
    return key

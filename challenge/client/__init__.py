"""What a team's machine does: talk to the server, and make and try a bundle.

::

    connection   `Client`, one method for each thing that a team or juror asks
    visitor      what everybody may ask
    transport    requests, tried again where that is safe
    downloading  files that go on where they broke off, checked
    problems     what the server or the network said, as our errors
    refusals     how a script ends at one of them
    answers      the shapes of what comes back
    borrowed     what stands elsewhere, fetched when it is first asked for
"""

from typing import TYPE_CHECKING

from challenge.client.answers import Invitation, Joined, Runtime, Submission, You
from challenge.client.borrowed import borrowing
from challenge.client.connection import Client
from challenge.client.refusals import explained
from challenge.client.transport import Retry

if TYPE_CHECKING:
    from challenge.bundling import package
    from challenge.practice import Data, cross_validate, evaluate, open_data

__all__ = [
    "Client",
    "Data",
    "Invitation",
    "Joined",
    "Retry",
    "Runtime",
    "Submission",
    "You",
    "cross_validate",
    "evaluate",
    "explained",
    "open_data",
    "package",
]

# Importing the client costs no pandas and no numpy; these bring them.
__getattr__ = borrowing(
    __name__,
    {
        "Data": "challenge.practice",
        "cross_validate": "challenge.practice",
        "evaluate": "challenge.practice",
        "open_data": "challenge.practice",
        "package": "challenge.bundling",
    },
)

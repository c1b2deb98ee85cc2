"""Every way the product says no, in one tree.

::

    ChallengeError                      slug, status, message, hint
    ├── ContentRefusedError             schemas or brief with faults, all of them
    ├── ChallengeMissingError           there is no challenge folder of that name
    ├── ReleaseMissingError             no such release, or a file of it is gone
    ├── ReleaseNotPublishedError        the release has not passed the gate
    ├── ReleaseOutdatedError            the challenge folder changed since the build
    ├── PublicationRefusedError         the gate says no
    ├── SandboxUnavailableError         this machine cannot isolate a submission
    ├── AddressTakenError               something else listens there
    ├── RequestTooLargeError            a body larger than any form of ours
    ├── RequestNotPossibleError         no form or method that the route knows
    ├── BundleRefusedError              no bundle that we run; one slug per cause
    ├── QuotaExceededError              the team used its runs
    ├── AuthenticationRequiredError     no token, or a token we do not know
    ├── PermissionDeniedError           the token's role may not do this
    ├── NotFoundError                   nothing of that name for this reader
    ├── RequestRefusedError             a form or body that does not validate
    ├── DemoBrokenError                 a step of the demonstration failed
    ├── PackagingRefusedError           a model that would be refused after upload
    ├── ServerUnreachableError          the client got no usable answer
    └── ServerRefusedError              the server said no; carries its problem

A class writes the sentence, whoever raises it passes facts. What a
participant's model does wrong is no exception: it is an
`challenge.records.Outcome`.
"""

from challenge.errors.client import (
    PackagingRefusedError,
    ServerRefusedError,
    ServerUnreachableError,
)
from challenge.errors.content import (
    ChallengeMissingError,
    ContentRefusedError,
    DemoBrokenError,
    PublicationRefusedError,
    ReleaseMissingError,
    ReleaseNotPublishedError,
    ReleaseOutdatedError,
)
from challenge.errors.requests import (
    AddressTakenError,
    AuthenticationRequiredError,
    BundleRefusedError,
    NotFoundError,
    PermissionDeniedError,
    QuotaExceededError,
    RequestNotPossibleError,
    RequestRefusedError,
    RequestTooLargeError,
    SandboxUnavailableError,
)
from challenge.errors.root import ChallengeError, Fault

__all__ = [
    "AddressTakenError",
    "AuthenticationRequiredError",
    "BundleRefusedError",
    "ChallengeError",
    "ChallengeMissingError",
    "ContentRefusedError",
    "DemoBrokenError",
    "Fault",
    "NotFoundError",
    "PackagingRefusedError",
    "PermissionDeniedError",
    "PublicationRefusedError",
    "QuotaExceededError",
    "ReleaseMissingError",
    "ReleaseNotPublishedError",
    "ReleaseOutdatedError",
    "RequestNotPossibleError",
    "RequestRefusedError",
    "RequestTooLargeError",
    "SandboxUnavailableError",
    "ServerRefusedError",
    "ServerUnreachableError",
]

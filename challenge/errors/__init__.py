"""Every way the product says no, in one tree.

::

    ChallengeError                      slug, status, message, hint
    ├── ContentRefusedError             schemas or brief with faults, all of them
    ├── ChallengeMissingError           there is no challenge folder of that name
    ├── FolderRefusedError              no new challenge can start in that folder
    ├── ExportRefusedError              the folder of an auditor is not written
    ├── AuditAlteredError               the audit table is not what was written
    ├── ReleaseMissingError             no such release, or a part of it is gone
    │   └── FileMissingError            no such file for this reader
    ├── ReleaseNameError                not a challenge and a version
    ├── ReleaseNotPublishedError        the release has not passed the gate
    ├── ReleaseAlteredError             not as it was built, or as it was signed
    ├── ReleaseOutdatedError            the challenge folder changed since the build
    ├── PublicationRefusedError         the gate says no
    ├── PublicationUnknownError         a name that `challenge publish` did not write
    ├── DraftRefusedError               no schema can be drafted; every reason listed
    ├── RowsRefusedError                a partner's rows are not what its schema says
    ├── SynthesizerMissingError         a way of synthesizing not installed
    ├── FolderTakenError                something else stands where output should come
    ├── AcceptanceRefusedError          a risk that is none, or accepted by nobody
    ├── DisclosureRefusedError          synthetic rows tell too much about real ones
    ├── WritingFailedError              this machine lets nothing be written there
    ├── StorageUnavailableError         what the service keeps cannot be written now
    ├── FilesUnavailableError           object storage gives and takes nothing now
    ├── PredictionsLostError            what a model said is gone or damaged
    ├── DatabaseUnreadableError         the database's file is none, or damaged
    ├── BackupRefusedError              no backup can be made there, or with that key
    ├── BackupDamagedError              a backup that is not what was written
    ├── RestoreRefusedError             a backup is not put back there
    ├── DatabaseUnavailableError        PostgreSQL does not answer, or lets nobody in
    ├── EngineRefusedError              an engine's setting, unsafe or unusable
    ├── EngineUnavailableError          the engine lost a run, or cannot start one
    ├── SandboxUnavailableError         this machine cannot isolate a submission
    ├── TrustRefusedError               no sandbox, on an address that others reach
    ├── AddressTakenError               something else listens there
    ├── RequestTooLargeError            a body larger than any form of ours
    ├── RequestTooSlowError             a body that trickles in
    ├── RequestNotPossibleError         no form or method that the route knows
    ├── BundleRefusedError              no bundle that we run; one slug per cause
    ├── QuotaExceededError              the team used its runs
    ├── AuthenticationRequiredError     no token, or a token we do not know
    ├── PermissionDeniedError           the token's role may not do this
    ├── ConfirmationRequiredError       an act that asks again who somebody is
    ├── TooManyAttemptsError            log-ins failed too often from one place
    ├── TooManyRequestsError            somebody asks more often than anybody needs
    ├── TooManyUploadsError             a team sends too many uploads at once
    ├── TooManyTodayError               a team did something as often today as it may
    │   ├── TooManyPdfsError            it used its PDFs of a day
    │   ├── TooManyPicksError           it used its changes of picks of a day
    │   └── TooManySavesError           it used its saves of a pitch of a day
    ├── TooManyQuestionsError           a team has many questions without an answer
    ├── ScopeTooNarrowError             the token was made for less than this
    ├── ReadingOnlyError                a change where only reading is for anybody
    ├── InvitationRefusedError          a link that is unknown, used, expired, revoked
    ├── BarredError                     the organiser stopped somebody's access
    ├── ForeignOriginError              another site acted in somebody's name
    ├── PhaseClosedError                nobody may do this in this phase
    ├── PhaseBlockedError               something is to be done before the next phase
    ├── TermsNotAcceptedError           a download before its terms are accepted
    ├── NotFoundError                   nothing of that name for this reader
    ├── RequestRefusedError             a form or body that does not validate
    ├── DemoBrokenError                 a step of the demonstration failed
    ├── DataMissingError                not downloaded, or a file of it is gone
    ├── DataUnusableError               downloaded files, damaged or of another release
    ├── FoldsRefusedError               no folds of whole neighbourhoods that say enough
    ├── ModelRefusedError               a model that fails at home as it would there
    ├── PackagingRefusedError           a model that would be refused after upload
    ├── LoginUnusableError              what `challenge login` kept, open to others
    ├── ExtraMissingError               a library that the base install leaves out
    ├── ServerUnreachableError          the client got no usable answer
    └── ServerRefusedError              the server said no; carries its problem

A class writes the sentence, whoever raises it passes facts. What a
participant's model does wrong is no exception: it is an
`challenge.records.Outcome`.
"""

from challenge.errors.client import (
    DataMissingError,
    DataUnusableError,
    ExtraMissingError,
    FoldsRefusedError,
    LoginUnusableError,
    ModelRefusedError,
    PackagingRefusedError,
    ServerRefusedError,
    ServerUnreachableError,
)
from challenge.errors.content import (
    ChallengeMissingError,
    ContentRefusedError,
    DemoBrokenError,
    FileMissingError,
    FolderRefusedError,
    PublicationRefusedError,
    PublicationUnknownError,
    ReleaseAlteredError,
    ReleaseMissingError,
    ReleaseNameError,
    ReleaseNotPublishedError,
    ReleaseOutdatedError,
)
from challenge.errors.copies import (
    BackupDamagedError,
    BackupRefusedError,
    RestoreRefusedError,
)
from challenge.errors.day import PhaseBlockedError, PhaseClosedError
from challenge.errors.entrance import (
    BarredError,
    ConfirmationRequiredError,
    ForeignOriginError,
    InvitationRefusedError,
    ReadingOnlyError,
    ScopeTooNarrowError,
    TooManyAttemptsError,
    TooManyPdfsError,
    TooManyPicksError,
    TooManyQuestionsError,
    TooManyRequestsError,
    TooManySavesError,
    TooManyTodayError,
    TooManyUploadsError,
)
from challenge.errors.evidence import AuditAlteredError, ExportRefusedError
from challenge.errors.machine import (
    DatabaseUnavailableError,
    DatabaseUnreadableError,
    EngineRefusedError,
    EngineUnavailableError,
    FilesUnavailableError,
    PredictionsLostError,
    StorageUnavailableError,
    TrustRefusedError,
    WritingFailedError,
)
from challenge.errors.partner import (
    AcceptanceRefusedError,
    DisclosureRefusedError,
    DraftRefusedError,
    FolderTakenError,
    RowsRefusedError,
    SynthesizerMissingError,
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
    RequestTooSlowError,
    SandboxUnavailableError,
    TermsNotAcceptedError,
)
from challenge.errors.root import ChallengeError, Fault

__all__ = [
    "AcceptanceRefusedError",
    "AddressTakenError",
    "AuditAlteredError",
    "AuthenticationRequiredError",
    "BackupDamagedError",
    "BackupRefusedError",
    "BarredError",
    "BundleRefusedError",
    "ChallengeError",
    "ChallengeMissingError",
    "ConfirmationRequiredError",
    "ContentRefusedError",
    "DataMissingError",
    "DataUnusableError",
    "DatabaseUnavailableError",
    "DatabaseUnreadableError",
    "DemoBrokenError",
    "DisclosureRefusedError",
    "DraftRefusedError",
    "EngineRefusedError",
    "EngineUnavailableError",
    "ExportRefusedError",
    "ExtraMissingError",
    "Fault",
    "FileMissingError",
    "FilesUnavailableError",
    "FolderRefusedError",
    "FolderTakenError",
    "FoldsRefusedError",
    "ForeignOriginError",
    "InvitationRefusedError",
    "LoginUnusableError",
    "ModelRefusedError",
    "NotFoundError",
    "PackagingRefusedError",
    "PermissionDeniedError",
    "PhaseBlockedError",
    "PhaseClosedError",
    "PredictionsLostError",
    "PublicationRefusedError",
    "PublicationUnknownError",
    "QuotaExceededError",
    "ReadingOnlyError",
    "ReleaseAlteredError",
    "ReleaseMissingError",
    "ReleaseNameError",
    "ReleaseNotPublishedError",
    "ReleaseOutdatedError",
    "RequestNotPossibleError",
    "RequestRefusedError",
    "RequestTooLargeError",
    "RequestTooSlowError",
    "RestoreRefusedError",
    "RowsRefusedError",
    "SandboxUnavailableError",
    "ScopeTooNarrowError",
    "ServerRefusedError",
    "ServerUnreachableError",
    "StorageUnavailableError",
    "SynthesizerMissingError",
    "TermsNotAcceptedError",
    "TooManyAttemptsError",
    "TooManyPdfsError",
    "TooManyPicksError",
    "TooManyQuestionsError",
    "TooManyRequestsError",
    "TooManySavesError",
    "TooManyTodayError",
    "TooManyUploadsError",
    "TrustRefusedError",
    "WritingFailedError",
]

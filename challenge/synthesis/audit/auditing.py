"""The audit: every check in order, at the end of a build."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from challenge.brief.definition import Brief
from challenge.brief.mechanism import Mechanism
from challenge.synthesis.audit.areas import (
    area_correlation,
    between_findings,
    spread_findings,
    target_correlation,
)
from challenge.synthesis.audit.associations import (
    association_findings,
    stray_correlation,
)
from challenge.synthesis.audit.ceilings import ceiling_findings, resamplers
from challenge.synthesis.audit.cells import cell_findings
from challenge.synthesis.audit.expectation import Resampler
from challenge.synthesis.audit.gaps import coverage_findings, gap_findings
from challenge.synthesis.audit.likeness import likeness_findings
from challenge.synthesis.audit.marginals import marginal_findings
from challenge.synthesis.audit.population import AuditRows
from challenge.synthesis.audit.power import power_findings
from challenge.synthesis.audit.record import Audit
from challenge.synthesis.audit.records import Provenance, SetFinding
from challenge.synthesis.audit.recovery import effect_findings, recovery_slope
from challenge.synthesis.audit.samples import samples
from challenge.synthesis.audit.truths import Sealed, VerdictFinding
from challenge.synthesis.audit.values import column_values, table_values
from challenge.synthesis.audit.verdicts import verdict_findings
from challenge.synthesis.audit.visible import Seen, Vector, see
from challenge.synthesis.disclosure.findings import Disclosure
from challenge.synthesis.drawing.outcome import Outcome
from challenge.synthesis.reference import Reference
from challenge.synthesis.secret import Secret

VALUE_SET = "final"
"""Row set on which sources are valued: the one that decides."""


def audit(
    rows: AuditRows,
    brief: Brief,
    mechanism: Mechanism,
    outcome: Outcome,
    secret: Secret,
    *,
    disclosures: Mapping[str, Disclosure] | None = None,
    reference: Reference | None = None,
) -> Audit:
    """Hold a build against what was declared, and tell what can be learned from it.

    Parameters
    ----------
    rows : AuditRows
        At most about 100,000 households.
    brief : Brief
        What everyone may read.
    mechanism : Mechanism
        As declared.
    outcome : Outcome
        The truth of this build.
    secret : Secret
        Of the build: everything random comes from streams of its own.
    disclosures : mapping of str to Disclosure, optional
        Checks of tables that were learned from real rows.
    reference : Reference, optional
        Models that the policy compares with; None: the brief names none.

    Returns
    -------
    Audit
        With exact figures and the sealed part; the same for the same build.
    """
    # Not in a team's installation, which only reads releases.
    from threadpoolctl import threadpool_limits

    # One thread: sums come out the same on any number of processors.
    with threadpool_limits(1):
        models = _Models(
            seen=see(rows, brief, mechanism, secret.generator("audit folds")),
            draws=resamplers(rows, brief, secret.generator("audit replicates")),
            references={} if reference is None else reference.predict(rows.frame),
        )
        return _put_together(
            rows,
            brief,
            secret,
            models,
            disclosures=_disclosures(brief, disclosures or {}),
            sealed=_sealed(rows, brief, mechanism, outcome, models),
        )


@dataclass(frozen=True, slots=True)
class _Models:
    """What is fitted or drawn once, for every check that needs it."""

    seen: Seen
    draws: Mapping[str, Resampler]
    references: Mapping[str, Vector]


def _put_together(
    rows: AuditRows,
    brief: Brief,
    secret: Secret,
    models: _Models,
    *,
    disclosures: dict[str, Disclosure | None],
    sealed: Sealed,
) -> Audit:
    """Carry out every check, and write down what each found."""
    found, seen, draws = samples(rows, brief), models.seen, models.draws
    return Audit(
        challenge=brief.slug,
        title=brief.title,
        target=brief.target.label,
        rehearsal=secret.rehearsal,
        sets=_sets(rows, brief),
        features=len(brief.features),
        provenance=_provenance(brief),
        marginals=marginal_findings(found),
        associations=association_findings(found, brief),
        between=between_findings(rows, found, brief),
        coverage=coverage_findings(rows, brief),
        gaps=gap_findings(rows, brief),
        cells=cell_findings(rows, brief),
        stray=stray_correlation(found, brief),
        repeated=_repeated(rows, brief),
        power=power_findings(rows, brief, models.references),
        ceilings=ceiling_findings(seen, brief, draws),
        verdicts=_verdicts(models, brief, secret),
        values=table_values(seen, brief, VALUE_SET, draws[VALUE_SET]),
        value_set=VALUE_SET,
        likeness=likeness_findings(rows, brief, secret.generator("audit likeness")),
        disclosures=disclosures,
        sealed=sealed,
    )


def _verdicts(
    models: _Models, brief: Brief, secret: Secret
) -> tuple[VerdictFinding, ...]:
    """Judge the best models as submissions, under replicates of their own."""
    seed = int(secret.generator("audit verdicts").integers(2**31))
    return verdict_findings(models.seen, brief, VALUE_SET, models.references, seed=seed)


def _sealed(
    rows: AuditRows,
    brief: Brief,
    mechanism: Mechanism,
    outcome: Outcome,
    models: _Models,
) -> Sealed:
    """Collect what only organiser and auditor see."""
    effects = effect_findings(rows, brief, mechanism, outcome)
    spreads = spread_findings(rows, brief, mechanism)
    spread = mechanism.areas
    return Sealed(
        effects=effects,
        slope=recovery_slope(effects),
        spreads=spreads,
        icc_declared=area_correlation(
            spread.neighbourhood_sd**2 + spread.municipality_sd**2
        ),
        icc_got=area_correlation(sum(s.got.value**2 for s in spreads)),
        icc_target=target_correlation(rows, brief),
        columns=column_values(models.seen, brief, VALUE_SET, models.draws[VALUE_SET]),
    )


def _sets(rows: AuditRows, brief: Brief) -> tuple[SetFinding, ...]:
    """Describe the target in each set."""
    clusters = rows.rows[brief.areas.neighbourhood]
    results = []
    for name, size in rows.sizes.items():
        here = rows.sets == name
        results.append(
            SetFinding(
                name=name,
                rows=size,
                audited=int(here.sum()),
                clusters=int(clusters[here].nunique()),
                declared=brief.prevalence_in(name),
                risk=float(rows.risk[here].mean()),
                share=float(rows.labels[here].mean()),
            )
        )
    return tuple(results)


def _provenance(brief: Brief) -> Provenance:
    """Count on what the declared figures rest."""
    counts = Counter(s.status for p in brief.partners for s in p.provenance)
    return Provenance.model_validate(counts)


def _disclosures(
    brief: Brief, given: Mapping[str, Disclosure]
) -> dict[str, Disclosure | None]:
    """Look up the checks of each learned table; None where nobody gave any."""
    return {
        partner.name: given.get(partner.name)
        for partner in brief.partners
        if partner.is_learned or partner.name in given
    }


def _repeated(rows: AuditRows, brief: Brief) -> int:
    """Count complete households that are alike in every column."""
    names = [n for n in brief.household_columns if n in rows.rows]
    return int(rows.rows[names].duplicated(keep=False).sum())

"""Fictional areas: planned for the whole release before any household is drawn.

Neighbourhoods belong to one partition, and so to one set. Districts and postcode
areas hold neighbourhoods of several sets that are about equally well off; what they
are called and how they are numbered is drawn, and tells neither set nor standing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from challenge.brief.definition import Brief
from challenge.schema.partners import STANDING
from challenge.synthesis.secret import Secret
from challenge.synthesis.sets import Partition

_BLUR = 0.1
"""Districts are no sharp classes: standard deviation of what is added to a
neighbourhood's rank in [0, 1] before districts are cut."""


def plan_areas(
    brief: Brief, partitions: Sequence[Partition], secret: Secret
) -> pd.DataFrame:
    """Plan every neighbourhood of a release.

    Parameters
    ----------
    brief : Brief
        Names and sizes of areas, and the municipalities held out.
    partitions : sequence of Partition
        All of the release.
    secret : Secret
        Decides sizes, neighbours and numbers.

    Returns
    -------
    DataFrame
        One row per neighbourhood: ``partition``, ``households``, `STANDING` (mean
        normal score within its partition and municipality), and the brief's
        municipality, district, neighbourhood and, if it has one, postcode column.
    """
    generator = secret.generator("areas")
    places = pd.concat(
        [_neighbourhoods(brief, partition, generator) for partition in partitions],
        ignore_index=True,
    )
    return _numbered(places, brief, generator)


def settle(
    standing: NDArray[np.float64],
    places: pd.DataFrame,
    brief: Brief,
    generator: np.random.Generator,
) -> NDArray[np.intp]:
    """Give each household of a partition a neighbourhood.

    The municipality is drawn; inside it households of like standing live together.

    Parameters
    ----------
    standing : ndarray of float, shape (n_households,)
        Normal score of how well off the household's neighbourhood is.
    places : DataFrame
        Rows of `plan_areas` of this partition.
    brief : Brief
        Names the municipality column.
    generator : Generator
        Decides the municipality.

    Returns
    -------
    ndarray of int, shape (n_households,)
        Position in `places`.
    """
    town, _ = pd.factorize(places[brief.areas.municipality])
    households = places["households"].to_numpy()
    lots = generator.permutation(np.repeat(town, households))
    by_standing = np.lexsort((standing, lots))
    planned = np.lexsort((places[STANDING].to_numpy(), town))
    home = np.empty(len(standing), dtype=np.intp)
    home[by_standing] = np.repeat(planned, households[planned])
    return home


def municipalities(brief: Brief) -> dict[str, float]:
    """List the declared share of households in each municipality.

    Parameters
    ----------
    brief : Brief
        One of its partners declares the column.

    Returns
    -------
    dict of str to float
        In the declared order.
    """
    for partner in brief.partners:
        for column in partner.columns:
            if column.name == brief.areas.municipality and column.marginal is not None:
                return dict(getattr(column.marginal, "shares", {}))
    return {}


def _neighbourhoods(
    brief: Brief, partition: Partition, generator: np.random.Generator
) -> pd.DataFrame:
    """Plan the neighbourhoods of one partition, without names."""
    outside = partition.set == "external"
    shares = {
        town: share
        for town, share in municipalities(brief).items()
        if (town in brief.areas.held_out) == outside
    }
    count = max(1, round(partition.rows / brief.areas.neighbourhood_size))
    seats = _seats(np.array(list(shares.values())), count)
    weights = generator.uniform(0.7, 1.3, size=count)
    households = generator.multinomial(partition.rows, weights / weights.sum())
    town = np.repeat(np.array(list(shares), dtype=object), seats)
    places = pd.DataFrame(
        {
            brief.areas.municipality: town,
            "partition": partition.name,
            "households": households,
        }
    )
    grouped = places.groupby(town)["households"]
    below, total = grouped.cumsum() - households / 2, grouped.transform("sum")
    middle = (below / total.clip(lower=1)).clip(1e-6, 1 - 1e-6)
    return places.assign(**{STANDING: ndtri(middle)})


def _seats(shares: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Divide neighbourhoods over municipalities by largest remainders.

    So that a small set still follows the shares.
    """
    quota = shares / shares.sum() * count
    seats: NDArray[np.int64] = np.floor(quota).astype(np.int64)
    seats[np.argsort(-(quota - seats), kind="stable")[: count - seats.sum()]] += 1
    return seats


def _numbered(
    places: pd.DataFrame, brief: Brief, generator: np.random.Generator
) -> pd.DataFrame:
    """Group neighbourhoods into districts and postcode areas, and name all."""
    areas = brief.areas
    names = np.empty((len(places), 2), dtype=object)
    postcodes: list[NDArray[np.intp]] = []
    rank = ndtr(places[STANDING].to_numpy())
    rank += generator.normal(0, _BLUR, len(places))
    for town, here in places.groupby(areas.municipality).indices.items():
        order = here[np.argsort(rank[here], kind="stable")]
        districts = list(_cut(order, areas.district_size, generator))
        for number, mine in zip(
            generator.permutation(len(districts)) + 1, districts, strict=True
        ):
            postcodes += _cut(mine, areas.postcode_size, generator)
            within = generator.permutation(len(mine)) + 1
            names[mine, 0] = f"{town} Wijk {number:02d}"
            names[mine, 1] = [f"{town} Buurt {number:02d}-{w:02d}" for w in within]
    places[areas.district], places[areas.neighbourhood] = names.T
    if areas.postcode:
        places[areas.postcode] = _postcodes(postcodes, len(places), generator)
    return places


def _cut(
    order: NDArray[np.intp], size: int, generator: np.random.Generator
) -> Iterator[NDArray[np.intp]]:
    """Cut a list into pieces of about one size; chance says which are larger."""
    pieces = max(1, round(len(order) / size))
    sizes = [len(piece) for piece in np.array_split(order, pieces)]
    ends = np.cumsum(generator.permutation(sizes))
    yield from np.split(order, ends[:-1])


def _postcodes(
    areas: Sequence[NDArray[np.intp]], count: int, generator: np.random.Generator
) -> NDArray[np.object_]:
    """Give postcode areas random numbers; real ones never start with 0."""
    digits = max(3, len(str(len(areas) - 1)))
    codes = np.empty(count, dtype=object)
    numbers = generator.permutation(10**digits)[: len(areas)]
    for number, mine in zip(numbers, areas, strict=True):
        codes[mine] = f"0{number:0{digits}d}"
    return codes

"""How near rows are to each other, numbers and categories alike.

References
----------
Gower (1971), "A general coefficient of similarity and some of its properties",
Biometrics 27, 857-871; numbers as ranks, so that no unit or outlier decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Distances = NDArray[np.float32]

_MISSING = 2.0  # beyond every rank: further than 1 from all of them, capped to 1


@dataclass(frozen=True, slots=True, eq=False)
class Nearness:
    """Real rows and synthetic rows, each column on the same scale.

    Attributes
    ----------
    names : tuple of str
        Columns compared.
    nominal : tuple of bool
        Whether a column counts as same or different, not as nearer or further.
    real, synthetic : ndarray of float32, shape (n_columns, n_rows)
        Ranks among the real rows in [0, 1], or numbers of levels.
    """

    names: tuple[str, ...]
    nominal: tuple[bool, ...]
    real: NDArray[np.float32]
    synthetic: NDArray[np.float32]

    @classmethod
    def of(cls, real: pd.DataFrame, synthetic: pd.DataFrame) -> Nearness:
        """Put two tables on one scale.

        Parameters
        ----------
        real, synthetic : DataFrame
            The same columns; floats, or str and None.

        Returns
        -------
        Nearness
            Ranks are those among `real`.
        """
        names = tuple(str(name) for name in real)
        nominal = tuple(
            real[n].dtype == object or real[n].nunique() <= 2 for n in names
        )
        pairs = [
            (_numbered if is_nominal else _ranks)(real[name], synthetic[name])
            for name, is_nominal in zip(names, nominal, strict=True)
        ]
        both = zip(*pairs, strict=True)
        left, right = (np.array(side, dtype=np.float32) for side in both)
        return cls(names, nominal, left, right)

    def distances(self) -> Distances:
        """Give the distance of every real row to every synthetic row.

        Returns
        -------
        ndarray of float32, shape (n_real, n_synthetic)
            Sum over columns of a part in [0, 1]; 0 for equal rows.
        """
        total = np.zeros((self.real.shape[1], self.synthetic.shape[1]), np.float32)
        for part in self.parts(self.names):
            total += part
        return total

    def parts(self, names: tuple[str, ...]) -> Iterator[Distances]:
        """Give what single columns contribute to the distance.

        Parameters
        ----------
        names : tuple of str
            Which columns.

        Yields
        ------
        ndarray of float32, shape (n_real, n_synthetic)
            In [0, 1]; two missing values are equal, one is as far as can be.
        """
        for name in names:
            place = self.names.index(name)
            one, other = self.real[place][:, None], self.synthetic[place][None, :]
            if self.nominal[place]:
                yield (one != other).astype(np.float32)
            else:
                yield np.minimum(np.abs(one - other), np.float32(1))


def _numbered(real: pd.Series, synthetic: pd.Series) -> tuple[object, object]:
    """Give both tables' levels the same numbers; a missing value is -1."""
    known = pd.concat([real, synthetic]).dropna().unique()
    order = {level: place for place, level in enumerate(known)}
    left, right = (side.map(order).fillna(-1) for side in (real, synthetic))
    return left.to_numpy(), right.to_numpy()


def _ranks(real: pd.Series, synthetic: pd.Series) -> tuple[object, object]:
    """Middle ranks among the real values, as a share."""
    ordered = np.sort(real.dropna().to_numpy())

    def ranks(values: pd.Series) -> NDArray[np.float64]:
        numbers = values.to_numpy()
        ends = (np.searchsorted(ordered, numbers, s) for s in ("left", "right"))
        middle = sum(ends) / (2 * len(ordered))
        return np.where(np.isnan(numbers), _MISSING, middle)

    return ranks(real), ranks(synthetic)

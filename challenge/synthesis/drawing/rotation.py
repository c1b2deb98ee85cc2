"""A secret draw that makes SDV's rows ours.

SDV has no public seed: after a fit its random numbers always start from the same
constant. A cheating team could draw the same rows and recognise hidden households
in them, missing values and all. So rows of normal scores are turned into one another
before they become values: each becomes a mixture of `GROUP` others, which ones and
with which weights being secret.

A rotation alone would leave every sum of products of the constant rows as it is: all
parts of a release would share one error in their correlations, and a large release
would be no more precise than one part. Independent normal rows are three independent
things: their direction, their mean and their scatter. The rotation draws the first;
`independent` draws the other two.

References
----------
Eaton (1983), "Multivariate Statistics: A Vector Space Approach", proposition 3.2 (a
normal matrix with independent rows is left orthogonally invariant) and chapter 8 (its
mean and scatter are independent, normal and Wishart).
Smith and Hocking (1972), "Algorithm AS 53: Wishart variate generator", Applied
Statistics 21: Bartlett's decomposition.
Mezzadri (2007), "How to generate random matrices from the classical compact groups",
Notices of the AMS 54: the signs that make a QR decomposition a uniform rotation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

GROUP = 50
"""Rows that are mixed. To find 50 of 20,000 rows takes 450 bits; the values of a
household that a model sees hold fewer."""


def independent(
    scores: NDArray[np.float64],
    root: NDArray[np.float64],
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """Make rows of a secret draw from constant ones.

    Parameters
    ----------
    scores : ndarray of float, shape (n_rows, n_columns)
        Rows of normal scores, a multiple of `GROUP` and more than `n_columns`.
    root : ndarray of float, shape (n_columns, n_columns)
        Lower triangular root of the correlation that the scores shall have.
    generator : Generator
        From the secret.

    Returns
    -------
    ndarray of float, shape (n_rows, n_columns)
        Their mean and covariance vary as those of independent rows do, and do not
        depend on those of `scores`.
    """
    turned = rotated(scores, generator)
    turned -= turned.mean(axis=0)
    rows, columns = turned.shape
    mean = generator.standard_normal(columns) / np.sqrt(rows)
    drawn = bartlett(rows - 1, columns, generator)
    found = np.linalg.cholesky(turned.T @ turned)
    turn = root @ np.linalg.solve(found.T, drawn.T).T
    return np.asarray(turned @ turn.T + root @ mean)


def bartlett(
    freedom: int, columns: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Draw the lower triangular root of a Wishart matrix with unit scale.

    Parameters
    ----------
    freedom : int
        Degrees of freedom, at least `columns`.
    columns : int
        Size of the matrix.
    generator : Generator
        From the secret.

    Returns
    -------
    ndarray of float, shape (n_columns, n_columns)
        Times its transpose it is distributed as the scatter of so many rows of
        independent standard normal scores.
    """
    root = np.tril(generator.standard_normal((columns, columns)), -1)
    chi_squares = generator.chisquare(freedom - np.arange(columns))
    return np.asarray(root + np.diag(np.sqrt(chi_squares)))


def rotated(
    scores: NDArray[np.float64], generator: np.random.Generator
) -> NDArray[np.float64]:
    """Turn rows into one another by a random rotation.

    Parameters
    ----------
    scores : ndarray of float, shape (n_rows, n_columns)
        Independent rows of normal scores; a multiple of `GROUP`.
    generator : Generator
        Decides which rows are mixed, and how.

    Returns
    -------
    ndarray of float, shape (n_rows, n_columns)
        Rows of the same distribution, with the same sums of products.

    Raises
    ------
    ValueError
        If the rows cannot be divided into groups.
    """
    rows, columns = scores.shape
    mixed = generator.permutation(rows).reshape(-1, GROUP)
    noise = generator.standard_normal((len(mixed), GROUP, GROUP))
    rotations, roots = np.linalg.qr(noise)
    rotations *= np.sign(np.diagonal(roots, axis1=1, axis2=2))[:, None, :]
    return np.asarray(rotations @ scores[mixed]).reshape(rows, columns)

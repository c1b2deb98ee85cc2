"""Room for texts: neighbours that would lie on each other move apart."""

from __future__ import annotations

from collections.abc import Sequence


def spread(
    places: Sequence[float], *, room: float, low: float, high: float
) -> list[float]:
    """Move texts apart, all together as little as possible.

    Parameters
    ----------
    places : sequence of float
        Where each text would stand, in px.
    room : float
        Least distance between two, in px.
    low, high : float
        Ends of the stretch that all must lie within. Where it is too short for
        all, they run on past `high`.

    Returns
    -------
    list of float
        In the order of `places`; equal places keep their order. The sum of
        squared moves is as small as it can be without the ends.

    References
    ----------
    Least distances turn into isotonic regression once ``i * room`` is taken off
    the i-th place; Barlow et al. (1972), Statistical Inference under Order
    Restrictions: pool adjacent violators.

    Examples
    --------
    >>> spread([10, 10, 50], room=8, low=0, high=100)
    [6.0, 14.0, 50]
    """
    order = sorted(range(len(places)), key=lambda i: (places[i], i))
    blocks: list[tuple[float, int]] = []  # mean and size
    for rank, i in enumerate(order):
        mean, size = places[i] - rank * room, 1
        while blocks and blocks[-1][0] > mean:
            before, count = blocks.pop()
            mean = (before * count + mean * size) / (count + size)
            size += count
        blocks.append((mean, size))
    level = [mean for mean, size in blocks for _ in range(size)]
    last = high - room * (len(places) - 1)
    moved = [0.0] * len(places)
    for rank, i in enumerate(order):
        moved[i] = max(low, min(last, level[rank])) + rank * room
    return moved

"""What invented teams are called."""

from __future__ import annotations

BIRDS = (
    *("Zwaluw", "Grutto", "Kievit", "IJsvogel", "Wulp", "Merel", "Tureluur"),
    *("Scholekster", "Roodborst", "Winterkoning", "Putter", "Vink", "Boomklever"),
    *("Koolmees", "Pimpelmees", "Spreeuw", "Lepelaar", "Aalscholver", "Fuut"),
    *("Meerkoet", "Waterhoen", "Buizerd", "Torenvalk", "Kerkuil", "Bosuil"),
    *("Steenuil", "Ooievaar", "Reiger", "Roerdomp", "Kluut", "Plevier", "Leeuwerik"),
)


def team_names(count: int) -> list[str]:
    """Name so many teams after birds; a second round of them has numbers.

    Parameters
    ----------
    count : int
        How many.

    Returns
    -------
    list of str
        All different.

    Examples
    --------
    >>> team_names(34)[-3:]
    ['Leeuwerik', 'Zwaluw 2', 'Grutto 2']
    """
    rounds = (divmod(number, len(BIRDS)) for number in range(count))
    return [f"{BIRDS[n]} {turn + 1}" if turn else BIRDS[n] for turn, n in rounds]

from __future__ import annotations

import numpy as np

from leaderboard.disclosure.hiding import Hidden, hide
from leaderboard.disclosure.margins import read_margins

BIG = (40, 60, 50, 400)  # found, missed, selected in vain, left out
A = [("a", "x"), ("a", "y"), ("a", "z")]
B = [("b", "u"), ("b", "v"), ("b", "w")]


def hide_groups(cells: dict[tuple[str, str], tuple[int, ...]]) -> Hidden:
    """Hide in one attribute; its levels are all there is."""
    counts = np.array([*cells.values()], dtype=float)
    return hide(read_margins([*cells]), counts, counts.sum(axis=0))


def crossed(table: list[list[tuple[int, ...]]]) -> Hidden:
    """Hide in a table of two attributes with its margins."""
    counts = np.array(table, dtype=float)
    levels = [key for _, key in zip(table, A, strict=False)]
    others = [key for _, key in zip(table[0], B, strict=False)]
    cells = [("a × b", f"{a} × {b}") for _, a in levels for _, b in others]
    return hide(
        read_margins([*levels, *others, *cells]),
        np.vstack([counts.sum(axis=1), counts.sum(axis=0), counts.reshape(-1, 4)]),
        counts.sum(axis=(0, 1)),
    )


def test_large_groups_show_everything() -> None:
    hidden = hide_groups(dict.fromkeys(A, BIG))

    assert not hidden.groups.any()
    assert not hidden.missed.any()
    assert not hidden.selection.any()
    assert not hidden.overall


def test_a_group_with_few_positives_takes_another_along() -> None:
    hidden = hide_groups({A[0]: BIG, A[1]: (20, 30, 50, 300), A[2]: (4, 5, 50, 400)})

    assert hidden.groups.tolist() == [False, True, True]
    assert hidden.missed.tolist() == [False, True, True]


def test_few_found_hide_the_missed_and_leave_the_selected() -> None:
    hidden = hide_groups({A[0]: BIG, A[1]: (20, 30, 50, 300), A[2]: (4, 50, 50, 400)})

    assert not hidden.groups.any()
    assert hidden.missed.tolist() == [False, True, True]
    assert not hidden.selection.any()


def test_few_selected_in_vain_hide_the_selected_and_leave_the_missed() -> None:
    # The selected less the found would be 4.
    hidden = hide_groups({A[0]: BIG, A[1]: (20, 30, 40, 300), A[2]: (40, 50, 4, 400)})

    assert not hidden.missed.any()
    assert hidden.selection.tolist() == [False, True, True]


def test_nobody_selected_in_vain_hides_every_rate() -> None:
    # All that are found would be all that are selected, and their number is known.
    hidden = hide_groups(dict.fromkeys(A, (40, 60, 2, 400)))

    assert hidden.overall
    assert hidden.missed.all()
    assert hidden.selection.all()
    assert not hidden.groups.any()


def test_a_cell_goes_with_three_others_that_make_a_rectangle() -> None:
    hidden = crossed(
        [
            [(1, 2, 50, 400), BIG, (60, 60, 60, 500)],
            [BIG, BIG, (60, 60, 60, 500)],
            [(60, 60, 60, 500), (60, 60, 60, 500), (60, 60, 60, 500)],
        ]
    )

    assert not hidden.groups[:6].any()
    assert hidden.groups[6:].reshape(3, 3).tolist() == [
        [True, True, False],
        [True, True, False],
        [False, False, False],
    ]


def test_an_empty_combination_counts_as_small() -> None:
    hidden = crossed([[(0, 0, 0, 0), BIG], [BIG, BIG]])

    assert hidden.groups.tolist() == [False] * 4 + [True] * 4


def test_a_small_level_hides_what_its_cells_would_add_up_to() -> None:
    # The third level has nine positives; without its row and another one, either
    # would follow from the columns.
    hidden = crossed(
        [[BIG, BIG], [(20, 30, 50, 300)] * 2, [(2, 2, 9, 90), (3, 2, 9, 90)]]
    )

    assert hidden.groups[:3].tolist() == [False, True, True]
    cells = hidden.groups[5:].reshape(3, 2)
    assert cells[2].all()
    assert cells[1].any()


def test_a_set_that_is_small_itself_shows_nothing() -> None:
    hidden = crossed([[(1, 1, 1, 1), (1, 1, 1, 1)], [(1, 1, 1, 1), (1, 1, 1, 1)]])

    assert hidden.groups.all()
    assert hidden.overall


def test_no_groups_hide_nothing() -> None:
    hidden = hide(read_margins([]), np.empty((0, 4)), np.array(BIG, dtype=float))

    assert hidden.groups.size == 0
    assert not hidden.overall


def test_sizes_do_not_depend_on_who_is_selected() -> None:
    # Every submission on the same rows must hide the same groups.
    random = np.random.default_rng(3)
    sizes = random.integers(0, 40, (3, 3, 2)) + np.array([0, 30])
    kinds = []
    for _ in range(4):
        share = random.random((3, 3, 2))
        inside = np.floor(sizes * share)
        table = np.stack(
            [
                inside[..., 0],
                sizes[..., 0] - inside[..., 0],
                inside[..., 1],
                sizes[..., 1] - inside[..., 1],
            ],
            axis=-1,
        )
        kinds.append(crossed(table.tolist()).groups.tolist())

    assert kinds == [kinds[0]] * 4


def test_what_only_several_sums_together_tell_is_hidden_too() -> None:
    # In each row and column two gaps or none, and yet: who knows both rows knows what
    # the first column has more than the second, and who is selected in vain there.
    nobody, vain, large = (3, 3, 50, 400), (40, 60, 3, 400), (60, 60, 60, 500)
    hidden = crossed([[nobody, vain, large], [BIG, vain, vain]])

    sizes = hidden.groups[5:].reshape(2, 3)
    assert sizes.tolist() == [[True, True, False], [True, True, False]]
    # The last column would have stood with its missed and without its selected.
    assert hidden.missed[5:].all()
    assert not hidden.missed[:5].all()

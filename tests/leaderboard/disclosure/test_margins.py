from __future__ import annotations

import numpy as np

from leaderboard.disclosure.margins import empty_cells, read_margins

A = [("a", "x"), ("a", "y")]
B = [("b", "u"), ("b", "v")]
AB = [("a × b", f"{a} × {b}") for a in "xy" for b in "uv"]


def sums(keys: list[tuple[str, str]]) -> set[tuple[str, frozenset[str]]]:
    margins = read_margins(keys)
    names = [*(level for _, level in keys), "everyone"]
    return {
        (names[parent], frozenset(names[child] for child in np.flatnonzero(children)))
        for parent, children in zip(margins.parents, margins.children, strict=True)
    }


def test_levels_of_an_attribute_add_up_to_everyone() -> None:
    assert sums(A + B) == {("everyone", frozenset("xy")), ("everyone", frozenset("uv"))}
    assert not read_margins(A + B).crossed


def test_cells_add_up_to_each_level_that_they_refine() -> None:
    assert sums(A + B + AB) - sums(A + B) == {
        ("everyone", frozenset(level for _, level in AB)),
        ("x", frozenset({"x × u", "x × v"})),
        ("y", frozenset({"y × u", "y × v"})),
        ("u", frozenset({"x × u", "y × u"})),
        ("v", frozenset({"x × v", "y × v"})),
    }
    assert read_margins(A + B + AB).crossed


def test_a_finer_intersection_adds_up_to_a_coarser_one() -> None:
    finer = [("a × b × c", f"{level} × {c}") for _, level in AB for c in "st"]

    assert ("x × u", frozenset({"x × u × s", "x × u × t"})) in sums(AB + finer)


def test_the_order_of_the_names_does_not_matter() -> None:
    turned = [("b × a", "u × x"), ("b × a", "v × x")]

    assert ("x", frozenset({"u × x", "v × x"})) in sums(A + turned)


def test_a_level_that_holds_the_mark_stays_whole() -> None:
    assert sums([("a", "x × y"), ("a", "z")]) == {
        ("everyone", frozenset({"x × y", "z"}))
    }


def test_nothing_adds_up_to_nothing() -> None:
    margins = read_margins([])

    assert margins.children.shape == (0, 0)
    assert not margins.crossed


def test_combinations_are_counted_where_intersections_run_in_a_circle() -> None:
    C = [("c", "s"), ("c", "t")]
    BC = [("b × c", f"{b} × {c}") for b in "uv" for c in "st"]
    AC = [("a × c", f"{a} × {c}") for a in "xy" for c in "st"]
    apart = [("d × e", "k × l")]

    two = read_margins(A + B + C + AB + BC)
    three = read_margins(A + B + C + AB + BC + AC + apart)

    assert two.combinations.shape == (14, 0)
    assert three.combinations.shape == (19, 8)
    # Of eight combinations a level of one attribute holds four, a cell two.
    assert three.combinations.sum(axis=1).tolist() == [4] * 6 + [2] * 12 + [0]


def test_combinations_that_nobody_has_are_named() -> None:
    assert list(empty_cells(A + B + AB[:2])) == [
        ("a × b", "y × u"),
        ("a × b", "y × v"),
    ]
    assert list(empty_cells(A + B)) == []

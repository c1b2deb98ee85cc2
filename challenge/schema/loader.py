"""YAML that makes what TOML has too, and nothing that stands for more than it says."""

from __future__ import annotations

from typing import Any, ClassVar

import yaml

_TAG = "tag:yaml.org,2002:"
_LONGEST_NUMBER = 100


class Loader(yaml.SafeLoader):
    """A loader without aliases: a few lines of them can stand for millions.

    It makes no sets and no bytes. What looks like a number or a date and is none stays
    the text that it is: the record says what it wanted there.
    """

    yaml_constructors: ClassVar = {
        tag: make
        for tag, make in yaml.SafeLoader.yaml_constructors.items()
        if tag not in {f"{_TAG}{kind}" for kind in ("binary", "omap", "pairs", "set")}
    }

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Compose the next node; an alias is refused at its place."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(None, None, "aliases are not used here", mark)
        return super().compose_node(parent, index)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Make what a node stands for; a scalar that cannot be made stays a text."""
        is_scalar = isinstance(node, yaml.ScalarNode)
        if is_scalar and len(node.value) > _LONGEST_NUMBER:
            return node.value
        try:
            return super().construct_object(node, deep)
        except (ValueError, ArithmeticError, LookupError, AttributeError):
            if not is_scalar:
                raise
            return node.value  # the 30th of February, `!!int x`

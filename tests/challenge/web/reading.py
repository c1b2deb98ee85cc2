"""What somebody reads on a page before unfolding anything."""

from __future__ import annotations

from html.parser import HTMLParser

_EMPTY = {"input", "link", "meta", "br", "img", "hr"}
_UNREAD = {"title", "script", "textarea", "desc", "caption"}


class Reading(HTMLParser):
    """Collect the words inside ``<main>``; what is folded is apart.

    Attributes
    ----------
    open, folded : list of str
        Words that everybody sees, and those in a ``<details>``.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.folded: list[str] = []
        self._inside: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        unread = (
            tag in _UNREAD
            or "hidden" in given
            or "unseen" in (given.get("class") or "")
        )
        if tag not in _EMPTY:
            self._inside.append((tag, unread))

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """Such as ``<line/>``: nothing stands in it."""

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._inside]
        if "main" not in tags or any(unread for _, unread in self._inside):
            return
        is_folded = "details" in tags and "summary" not in tags
        (self.folded if is_folded else self.open).extend(data.split())

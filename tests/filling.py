"""What a browser would send of a form as it is shown."""

from __future__ import annotations

from html.parser import HTMLParser


class Form(HTMLParser):
    """The values of the form with this address, and the boxes nobody has ticked."""

    def __init__(self, action: str, page: str) -> None:
        super().__init__()
        self.action, self.is_inside = action, False
        self.values: dict[str, str] = {}
        self.unticked: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take over one control."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.is_inside = found.get("action") == self.action
        name = found.get("name", "")
        if not self.is_inside or not name or tag not in {"input", "button"}:
            return
        if found.get("type") in {"checkbox", "radio"} and "checked" not in found:
            self.unticked.append(name)
        elif tag == "input" or name == "confirmed":
            self.values[name] = found.get("value", "")

    def with_all_lines(self, total: int) -> dict[str, str]:
        """Everything there is, confirmed with its sum."""
        lines = {name: "on" for name in self.unticked if name.startswith("line-")}
        return {**self.values, **lines, "confirmed": str(total)}

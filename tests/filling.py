"""What a browser would send of a form as it is shown."""

from __future__ import annotations

from html.parser import HTMLParser

_TICKED = {"checkbox", "radio"}


class Form(HTMLParser):
    """The values of a form, its named buttons, and the boxes nobody has ticked.

    `mark` is the address the form is sent to, or an attribute only it has.
    """

    def __init__(self, mark: str, page: str) -> None:
        super().__init__()
        self.mark, self.is_inside, self.is_inert, self.select = mark, False, False, ""
        self.values: dict[str, str] = {}
        self.buttons: dict[str, str] = {}
        self.unticked: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take over one control; what is disabled or only a template is not sent."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.is_inside = self.mark in found or found.get("action") == self.mark
        elif tag == "template":
            self.is_inert = True
        elif self.is_inside and not self.is_inert and "disabled" not in found:
            self._take(tag, found)

    def handle_endtag(self, tag: str) -> None:
        """A template ends."""
        if tag == "template":
            self.is_inert = False

    def _take(self, tag: str, found: dict[str, str]) -> None:
        name, is_box = found.get("name", ""), found.get("type") in _TICKED
        if tag == "select":
            self.select = name
        elif tag == "option" and ("selected" in found or self.select not in self.values):
            self.values[self.select] = found["value"]
        elif tag == "button" and name:
            self.buttons[name] = found.get("value", "")
        elif tag == "input" and name and is_box and "checked" not in found:
            self.unticked.append(name)
        elif tag == "input" and name:
            self.values[name] = found.get("value", "on" if is_box else "")

    def sent_by(self, button: str) -> dict[str, str]:
        """All of it as this button sends it, if it is there."""
        return {**self.values, **{name: value for name, value in self.buttons.items() if name == button}}

    def with_all_lines(self, total: int) -> dict[str, str]:
        """Everything there is, confirmed with its sum."""
        lines = {name: "on" for name in self.unticked if name.startswith("line-")}
        return {**self.values, **lines, "confirmed": str(total)}

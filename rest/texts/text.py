"""A text in two languages."""

from typing import NamedTuple


class Text(NamedTuple):
    """`title` is the reference's own; the others say the same in English and in Spanish, as Markdown."""

    title: str
    english: str
    spanish: str

    @property
    def description(self) -> str:
        """Both, one after the other, each under the name of its language."""
        return f"**English**\n\n{self.english}\n\n**Español**\n\n{self.spanish}"

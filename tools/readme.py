"""Writes the command line's help into README.md, between its marks: ``python tools/readme.py``. A
test compares."""

from __future__ import annotations

import re
from pathlib import Path

import click

from gptviz.cli import commands

README = Path(__file__).resolve().parent.parent / "README.md"
MARKS = re.compile(r"(<!-- help -->\n).*(<!-- /help -->)", re.DOTALL)
SHOWN = (None, "render", "record")


def help_text() -> str:
    """The help of the command and of its two main parts, as a code block, at a fixed width."""
    parts = []
    for name in SHOWN:
        command = commands if name is None else commands.commands[name]
        context = click.Context(
            command,
            info_name="gptviz" if name is None else f"gptviz {name}",
            terminal_width=100,
            max_content_width=100,
            help_option_names=["-h", "--help"],
        )
        parts.append(command.get_help(context))
    return "```text\n" + "\n\n\n".join(parts) + "\n```\n"


def with_help(text: str) -> str:
    """The README with the help as it is now."""
    return MARKS.sub(lambda marks: marks[1] + help_text() + marks[2], text)


if __name__ == "__main__":
    README.write_text(with_help(README.read_text(encoding="utf-8")), encoding="utf-8")

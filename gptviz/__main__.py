"""``python -m gptviz`` is the command ``gptviz``."""

from gptviz.cli import run

run()

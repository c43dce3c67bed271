"""Knobs: values of the film that turn continuously, such as a temperature, and are declared
settings at every frame."""

from __future__ import annotations

from manim import ValueTracker

from gptviz.recording.number import Setting


class Knob(ValueTracker):
    """A turning value. ``step`` is its grid: a temperature turns in steps of 0.01, where its
    numbers are recorded."""

    def __init__(self, name: str, value: float, step: float = 0.0) -> None:
        super().__init__(value)
        self.label, self.step = name, step

    @property
    def setting(self) -> Setting:
        """The value now, on the grid, as a tracked number."""
        value = float(self.get_value())
        if self.step:
            value = round(round(value / self.step) * self.step, 10)
        return Setting(value, self.label)

"""How a film is told: a scene made of beats, each a spoken sentence and what moves while it is
said.

A film is a class with a docstring (its first line is the title), ``needs``, and ``construct``::

    class Softmax(Film):
        \"\"\"How do raw scores become chances?\"\"\"

        needs = {"row": NextToken(prompt="As the spaceship was approaching the", top=20)}

        def construct(self):
            row = self.rec["row"]
            with self.beat("{word}: {p:.0%}.", word=row.token(0), p=row.probability(0)):
                self.play(FadeIn(TokenText(row.token(0))))

It receives recordings and nothing else: no path, no model, no file.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from manim import Animation, FadeOut, Mobject, Scene, ValueTracker, VGroup, linear

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Words
from gptviz.drawing.furniture.badge import Badge
from gptviz.errors import GptvizError, NotDeclared
from gptviz.film.caption import Caption, caption_lines
from gptviz.recording.number import Claim, Setting
from gptviz.recording.requests import Request
from gptviz.recording.schema import Recording
from gptviz.recording.statement import Statement, compose

SHORTEST, LONGEST = 2.5, 8.0  # seconds of a beat
READING, PER_CHARACTER = 0.4, 0.06  # seconds to read a new text
STILL = 0.6  # seconds of stillness at a beat's end, at least


@dataclass(frozen=True)
class Beat:
    """A beat as it was played: its place in the film in seconds, its narration, the needs that it
    draws.

    ``moved`` is when its last motion ended.
    """

    number: int
    name: str
    start: float
    end: float
    moved: float
    statement: Statement
    shows: tuple[str, ...]

    @property
    def text(self) -> str:
        """The narration as plain text."""
        return self.statement.text


class Film(Scene):
    """The base of every film. Class attributes say what it needs; see the module's docstring for an
    example.

    ``needs``: requests by name. ``main``: the need that ``PROMPT=`` replaces, if any. ``settings``:
    the film's own knobs. ``chains``: groups of needs that must come from one model. ``optional``:
    needs that an edition may lack, for not every model can serve them; then ``rec`` lacks them,
    too, and the film says what is not there. ``waivers``: findings of the layout lint that are
    meant, by name, each with its reason.
    """

    needs: ClassVar[Mapping[str, Request]] = {}
    main: ClassVar[str | None] = None
    settings: ClassVar[Mapping[str, float]] = {}
    chains: ClassVar[tuple[tuple[str, ...], ...]] = ()
    optional: ClassVar[tuple[str, ...]] = ()
    waivers: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self, recordings: Mapping[str, Recording], captions: str = "drawn", **scene: Any
    ) -> None:
        if missing := set(self.needs) - set(self.optional) - set(recordings):
            raise NotDeclared(
                f"{type(self).__name__} lacks {', '.join(sorted(missing))}",
                "a film is given a recording for each need that is not optional",
            )
        super().__init__(**scene)
        self.rec: dict[str, Any] = dict(recordings)
        self.captions = captions
        self.beats: list[Beat] = []
        self._title: Mobject = VGroup()
        self._caption = Caption()
        self._badge: Mobject = VGroup()
        self._moved = 0.0

    @classmethod
    def title(cls) -> str:
        """The film's title: the first line of its docstring."""
        return (inspect.getdoc(cls) or cls.__name__).splitlines()[0]

    @property
    def now(self) -> float:
        """The film's time in seconds: that of its frames, not of what was asked for."""
        return float(self.renderer.time)

    def setting(self, name: str) -> Setting:
        """A knob that the film declares. Raises NotDeclared for another."""
        if name not in self.settings:
            raise NotDeclared(
                f"{type(self).__name__} has no setting {name!r}",
                f"it has {', '.join(self.settings) or 'none'}",
            )
        return Setting(self.settings[name], name)

    def setup(self) -> None:
        """The ground, and the title as the film's question; called by Manim before
        :meth:`construct`."""
        self.camera.background_color = theme.GROUND  # type: ignore[union-attr]
        if self.title():
            self.ask(self.title())

    def ask(self, template: str | Claim, **fields: Any) -> None:
        """Sets the question in the title line, top left; a film whose question holds a number asks
        it with fields."""
        title = Words(template, theme.TITLE, theme.SECONDARY, **fields)
        title.place([theme.LEFT_EDGE, theme.TOP_EDGE - theme.units(theme.TITLE) * 0.75, 0])
        self._swap("_title", title)

    @contextlib.contextmanager
    def beat(
        self,
        template: str | Claim,
        *,
        shows: str | tuple[str, ...] = (),
        name: str = "",
        hold: float = 0.0,
        **fields: Any,
    ) -> Iterator[None]:
        """One beat: its narration, and inside the ``with`` block what moves while it is said.

        ``fields`` are the template's tracked values, tokens and claims. ``shows`` names the needs
        that the beat draws (by default all there are): the badge follows it. On leaving, the film
        waits until the text can be read and at least ``hold`` seconds of stillness have passed.
        Raises CaptionTooLong for more than two lines of 42 characters.
        """
        statement = compose(template, **fields)
        lines = caption_lines(statement)
        drawn = (
            (shows,)
            if isinstance(shows, str)
            else tuple(shows) or tuple(need for need in self.needs if need in self.rec)
        )
        start = self.now
        self._moved = start
        number = len(self.beats)
        label = name or f"{number + 1:02d}"
        self.next_section(label)
        self._show_caption(Caption(lines))
        self._show_badge(drawn)
        yield
        moved = self._moved
        readable = start + max(SHORTEST, READING + PER_CHARACTER * len(statement.text))
        until = max(readable, moved + STILL, moved + hold)
        if (rest := until - self.now) > 0:
            super().wait(rest)
        self.beats.append(Beat(number, label, start, self.now, moved, statement, drawn))
        self.beat_ended(self.beats[-1])

    def beat_ended(self, beat: Beat) -> None:
        """Called while the last picture of a beat stands; a rehearsal looks on here."""

    def play(self, *animations: Any, **options: Any) -> None:
        """As Manim's; motion inside a beat is followed by stillness long enough to look at it."""
        super().play(*animations, **options)
        self._moved = self.now

    def wait(self, duration: float = 1.0, *args: Any, **options: Any) -> None:
        """As Manim's; stillness is no motion, so the beat's own waiting counts on from it."""
        moved = self._moved
        super().wait(duration, *args, **options)
        self._moved = moved

    def get_moving_and_static_mobjects(
        self, animations: Iterable[Animation]
    ) -> tuple[list[Mobject], list[Mobject]]:
        """As Manim's, but of what moves the wholes: its flat list of parts draws on what a whole no
        longer holds.

        A loop whose rows are others at every step would show those of its first step under all that
        follow.
        """
        moving, static = super().get_moving_and_static_mobjects(animations)
        parts = {id(part) for whole in moving for part in whole.submobjects}
        return [mobject for mobject in moving if id(mobject) not in parts], static

    def sweep(
        self,
        tracker: ValueTracker,
        target: float,
        run_time: float,
        rate_func: Callable[[float], float] = linear,
    ) -> None:
        """Turns a knob to a value while everything that follows it is recomputed at every frame."""
        turned = tracker.animate(rate_func=rate_func)  # type: ignore[operator]
        self.play(turned.set_value(target), run_time=run_time)

    def stage(self) -> list[Mobject]:
        """What is on screen but for title, caption and badge."""
        furniture = (self._title, self._caption, self._badge)
        return [
            mobject
            for mobject in self.mobjects
            if not any(mobject is piece for piece in furniture)
            and not isinstance(mobject, ValueTracker)
        ]

    def clear_stage(self, *keep: Mobject, run_time: float = theme.QUICK) -> None:
        """Fades out everything but title, caption, badge and what is kept: a cut between beats that
        share nothing."""
        going = [mobject for mobject in self.stage() if not any(mobject is kept for kept in keep)]
        if going:
            self.play(*[FadeOut(mobject) for mobject in going], run_time=run_time)

    def tear_down(self) -> None:
        """The last caption leaves the film's record complete; called by Manim after
        :meth:`construct`."""
        if not self.beats:
            raise GptvizError(
                f"{type(self).__name__} has no beat",
                "a film is told in beats: with self.beat(...): ...",
            )

    def _show_caption(self, caption: Caption) -> None:
        if self.captions == "drawn":
            self._swap("_caption", caption)

    def _show_badge(self, drawn: tuple[str, ...]) -> None:
        if drawn:
            self._swap("_badge", Badge([self.rec[name] for name in drawn]))

    def _swap(self, attribute: str, new: Any) -> None:
        """Puts furniture in place of the old, at the bottom of the drawing order, where it costs
        nothing to redraw."""
        self.remove(getattr(self, attribute))
        setattr(self, attribute, new)
        self.bring_to_back(new)

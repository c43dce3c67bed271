"""How a film is told: a scene made of beats, each a spoken sentence and what moves while it is
said.

A film is a class with a docstring (its first line is the title), needs, and ``construct``::

    class Softmax(Film):
        \"\"\"How do raw scores become chances?\"\"\"

        row = Need(NextToken(prompt="As the spaceship was approaching the", top=20), main=True)

        def construct(self):
            row = self.row
            with self.beat("{word}: {p:.0%}.", word=row.token(0), p=row.probability(0)):
                self.play(FadeIn(TokenText(row.token(0))))

It receives recordings and nothing else: no path, no model, no file.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from manim import Animation, AnimationGroup, FadeIn, FadeOut, Mobject, ValueTracker, VGroup, linear
from manim.utils.exceptions import EndSceneEarlyException

from gptviz.drawing.base import theme
from gptviz.drawing.base.frame import FramedScene
from gptviz.drawing.base.text import Run, Words
from gptviz.drawing.furniture.badge import Badge
from gptviz.drawing.furniture.cards import EndCard, TitleCard, fit_picture, quotations
from gptviz.errors import GptvizError, NotDeclared
from gptviz.film import manim_habits
from gptviz.film.beats import MOST_SENTENCES, Beat, Said, in_time
from gptviz.film.caption import Caption, Page, pages
from gptviz.film.observer import Observer
from gptviz.film.speech import PAUSE, Reading, Speech
from gptviz.recording.need import needs_of
from gptviz.recording.number import Claim, Setting
from gptviz.recording.request import Request
from gptviz.recording.schema import Recording
from gptviz.recording.statement import Statement, compose, sentence

SHORTEST, LONGEST = 2.5, 8.0  # seconds of a beat of one sentence
SHORTEST_TOLD, LONGEST_TOLD = 4.0, 16.0  # seconds of a beat of several
STILL = 0.6  # seconds of stillness at a beat's end, at least
_TICK = 1e-6  # seconds: a time that is a sum of frames is reached, not passed


def beat_bounds(sentences: int, cards: bool) -> tuple[float, float]:
    """The least and the most seconds of a beat of so many sentences; in a film with cards every
    beat may be as long as one of several."""
    if sentences == 1 and not cards:
        return SHORTEST, LONGEST
    return SHORTEST_TOLD, LONGEST_TOLD


class Film(FramedScene):
    """The base of every film. Class attributes say what it needs; see the module's docstring for an
    example. Its furniture is pinned: ``self.play(self.frame.push(head))`` moves the stage alone.

    Each :class:`~gptviz.recording.need.Need` is an attribute; ``needs`` are their requests by name,
    ``rec`` their recordings. ``settings``: the film's own knobs. ``chains``: groups of needs that
    must come from one model. ``tokens``: the fewest and the most tokens of a prompt
    that it can show; another one is refused before anything is recorded. ``waivers``: findings of the layout lint that are
    meant, by name, each with its reason. ``cards``: the film has a title card and an end card, and
    no title line.
    """

    needs: ClassVar[Mapping[str, Request]] = {}
    main: ClassVar[str | None] = None
    settings: ClassVar[Mapping[str, float]] = {}
    chains: ClassVar[tuple[tuple[str, ...], ...]] = ()
    optional: ClassVar[tuple[str, ...]] = ()  #: needs that an edition may lack; see Need
    tokens: ClassVar[tuple[int, int] | None] = None
    waivers: ClassVar[Mapping[str, str]] = {}
    cards: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        declared = needs_of(cls)
        cls.needs = {**cls.needs, **{name: need.request for name, need in declared.items()}}
        free = (name for name, need in declared.items() if need.optional)
        cls.optional = tuple(dict.fromkeys((*cls.optional, *free)))

    def __init__(
        self,
        recordings: Mapping[str, Recording] | None = None,
        captions: str = "drawn",
        speech: Speech | None = None,
        **scene: Any,
    ) -> None:
        if recordings is None:  # made by Manim itself
            recordings = manim_habits.recordings_of(type(self))
        if missing := set(self.needs) - set(self.optional) - set(recordings):
            raise NotDeclared(
                f"{type(self).__name__} lacks {', '.join(sorted(missing))}",
                "a film is given a recording for each need that is not optional",
            )
        self.rec: dict[str, Any] = dict(recordings)
        super().__init__(**scene)
        self.captions, self.speech = captions, speech or Reading()
        self.beats: list[Beat] = []
        self._observers: list[Observer] = []
        self._title: Mobject = VGroup()
        self._caption = Caption()
        self._badge: Mobject = VGroup()
        self._card: Mobject = VGroup()
        self._question = Statement()
        self._quoted: set[str] = set()  # publications whose figures were shown
        self._carded: set[str] = set()  # which cards were shown
        self._cut_short = False  # by an observer, who wanted no more of it
        self._pages: list[Page] = []  # of captions, still to come
        self._moved = self._began = 0.0  # when a motion ended last, when a beat began last

    @classmethod
    def title(cls) -> str:
        """The film's title: the first line of its docstring."""
        return (inspect.getdoc(cls) or cls.__name__).splitlines()[0]

    @property
    def now(self) -> float:
        """The film's time in seconds: that of its frames, not of what was asked for."""
        return float(self.renderer.time)

    @property
    def frame_seconds(self) -> float:
        """Seconds that a frame stands."""
        return 1 / float(self.camera.frame_rate)

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
        """Sets the film's question; one that holds a number is asked with fields.

        It stands in the title line, top left, but in a film with cards, which shows it on its own.
        """
        self._question = compose(template, **fields)
        if self.cards:
            return
        title = Words(self._question, theme.TITLE, theme.SECONDARY)
        title.place([theme.LEFT_EDGE, theme.TOP_EDGE - theme.units(theme.TITLE) * 0.75, 0])
        self._swap("_title", title)

    def title_card(self, ground: Mobject | None = None, seconds: float = 2.5) -> None:
        """Shows the film's question, large, for ``seconds``; whatever else is on the stage goes.

        ``ground`` (such as the map of the model, in its lower half) is kept or faded in, and stays.
        """
        self._swap("_title", VGroup())
        if self.beats and self._began == self.beats[-1].start:  # between two beats nothing is said
            self._swap("_caption", Caption())
            self._pages = []
        self._empty_stage(ground)
        self._card = TitleCard(self._question, ground)
        self.pin(self._card)
        new = [] if ground is None or self._shows(ground) else [FadeIn(ground)]
        self.play(*new, FadeIn(self._card), run_time=theme.QUICK)
        self.wait(seconds - 2 * theme.QUICK)
        self.play(FadeOut(self._card), run_time=theme.QUICK)
        self._carded.add("title")

    def end_card(
        self,
        answer: str | Claim,
        picture: Mobject | None = None,
        seconds: float = 3.0,
        **fields: Any,
    ) -> None:
        """The last picture, for ``seconds``: the answer in one line, the picture worth keeping at
        the size of its room, and in small type what the numbers come from. All else goes.

        ``answer`` is a template with ``fields``, as narration is.
        """
        self._note_quotations()
        self._pages = []
        self._swap("_title", VGroup())
        self._swap("_caption", Caption())
        self._swap("_badge", VGroup())
        self._empty_stage(picture)
        if picture is not None:
            scale, middle = fit_picture(picture)
            if self._shows(picture):
                self.play(self.frame.pull(), picture.animate.scale(scale).move_to(middle))
            else:
                picture.scale(scale).move_to(middle)
                self.play(self.frame.pull(), FadeIn(picture), run_time=theme.MOVE)
        self._card = EndCard(compose(answer, **fields), list(self.rec.values()), self._quoted)
        self.pin(self._card)
        self.play(FadeIn(self._card), run_time=theme.QUICK)
        self.wait(seconds)
        self._carded.add("end")

    def _shows(self, mobject: Mobject) -> bool:
        return any(mobject is part for each in self.mobjects for part in each.get_family())

    def _empty_stage(self, kept: Mobject | None) -> None:
        """Fades out everything on the stage but one thing, which may be a part of another."""
        if kept is not None and self._shows(kept):
            self.add(kept)  # Manim gives it a place of its own, beside what it was a part of
        self.clear_stage(*([] if kept is None else [kept]))

    def _note_quotations(self) -> None:
        """Remembers the publications whose figures are on screen or were said."""
        runs = [part for each in self.mobjects for part in each.get_family()]
        said = [beat.statement for beat in self.beats[-1:]]
        for pieces in [*said, *(run.pieces for run in runs if isinstance(run, Run))]:
            self._quoted.update(source for p in pieces for source in quotations(p.origin))

    @contextlib.contextmanager
    def beat(
        self,
        *sentences: str | Claim,
        shows: str | tuple[str, ...] = (),
        name: str = "",
        hold: float = 0.0,
        **fields: Any,
    ) -> Iterator[Said]:
        """One beat: one to four sentences, and inside the ``with`` block what moves while they are
        said.

        ``fields`` are the sentences' tracked values, tokens and claims. What ``as`` gives tells the
        motion when each sentence is said. ``shows`` names the needs that the beat draws (by default
        all there are): the badge follows it. On leaving, the film waits until all has been said and
        at least ``hold`` seconds of stillness have passed.
        """
        told = [sentence(each, **fields) for each in sentences]
        if not 1 <= len(told) <= MOST_SENTENCES:
            raise NotDeclared(
                f"a beat of {len(told)} sentences",
                f"a beat says one to {MOST_SENTENCES}",
                "make it two beats",
            )
        drawn = (
            (shows,)
            if isinstance(shows, str)
            else tuple(shows) or tuple(need for need in self.needs if need in self.rec)
        )
        start = self.now
        self._moved = self._began = start
        number = len(self.beats)
        label = name or f"{number + 1:02d}"
        wanted = [each.beat_begins(self, number + 1, label) for each in self._observers]
        self.next_section(label, skip_animations=not all(wanted))
        said = Said(self, in_time(told, self.speech, start))
        self._pages = pages(said.sentences)
        self._turn_page()
        self._show_badge(drawn)
        yield said
        moved = self._moved
        until = max(
            start + beat_bounds(len(told), self.cards)[0],
            self._spoken(said),
            moved + STILL,
            moved + hold,
        )
        if (rest := until - self.now) > 0:
            self._stand(rest)
        self.beats.append(Beat(number, label, start, self.now, moved, said.sentences, drawn))
        self._note_quotations()
        try:
            for each in self._observers:
                each.beat_ended(self, self.beats[-1])
        except EndSceneEarlyException:
            self._cut_short = True
            raise

    def _spoken(self, said: Said) -> float:
        """When a beat's words are over: a voice is followed by a pause, reading holds its own."""
        return said.end + (0.0 if isinstance(self.speech, Reading) else PAUSE)

    def observe(self, observer: Observer) -> None:
        """Tells an observer of every beat that is still to come."""
        self._observers.append(observer)

    def play(self, *animations: Any, **options: Any) -> None:
        """As Manim's; motion inside a beat is followed by stillness long enough to look at it.

        A group of no animations moves nothing, and is no error as in Manim: a model of one head has
        no other heads that could fade.
        """
        self._turn_page()
        moving = [each for each in animations if not _moves_nothing(each)]
        if animations and not moving:
            return
        super().play(*moving, **options)
        self._moved = self.now

    def wait(self, duration: float = 1.0, *args: Any, **options: Any) -> None:
        """As Manim's; stillness is no motion, so the beat's own waiting counts on from it."""
        moved = self._moved
        if args or options:
            super().wait(duration, *args, **options)
        else:
            self._stand(duration)
        self._moved = moved

    def _stand(self, duration: float) -> None:
        """Waits, with a cut wherever the caption changes: a picture at rest is drawn once."""
        until = self.now + duration
        while (turns := self._next_turn()) is not None and turns < until - self.frame_seconds:
            super().wait(turns - self.now)
            duration = until - self.now
        super().wait(duration)

    def _next_turn(self) -> float | None:
        """When the next page of the caption is due; those that are due now are turned."""
        self._turn_page()
        return self._pages[0].start + _TICK if self._pages else None

    def update_to_time(self, t: float) -> None:
        """As Manim's; also turns the caption's page where its time has come amid a motion."""
        super().update_to_time(t)
        if self._pages and self._pages[0].start <= self.now:
            old = {id(part) for part in self._caption.get_family()}
            self._turn_page()
            self._redraw(old)

    def _turn_page(self) -> None:
        """Shows the page of the caption whose time has come, if any."""
        page = None
        while self._pages and self._pages[0].start < self.now + self.frame_seconds / 2:
            page = self._pages.pop(0)
        if page is not None and self.captions == "drawn":
            self._swap("_caption", Caption(page.lines))

    def _redraw(self, old: set[int]) -> None:
        """Amid a motion, the new caption stands where the old one did: among what moves, or behind
        it in the picture of all that does not."""
        new = [part for part in self._caption.get_family() if len(part.points)]
        moves = any(id(part) in old for part in self.moving_mobjects)
        for name in ("moving_mobjects", "static_mobjects"):
            setattr(self, name, [each for each in getattr(self, name) if id(each) not in old])
        if moves:
            self.moving_mobjects = [*new, *self.moving_mobjects]
        else:
            self.static_mobjects = [*new, *self.static_mobjects]
            self.renderer.save_static_frame_data(self, self.static_mobjects)

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
        """What is on screen but for title, caption, badge and card."""
        furniture = (self._title, self._caption, self._badge, self._card)
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
        if self.cards and not self._cut_short and (missing := {"title", "end"} - self._carded):
            raise NotDeclared(
                f"{type(self).__name__} shows no {' and no '.join(sorted(missing))} card",
                "it declares cards = True",
                "call self.title_card() after the hook, and self.end_card(...) last",
            )

    def _show_badge(self, drawn: tuple[str, ...]) -> None:
        if drawn:
            self._swap("_badge", Badge([self.rec[name] for name in drawn]))

    def _swap(self, attribute: str, new: Any) -> None:
        """Puts furniture in place of the old, at the bottom of the drawing order, where it costs
        nothing to redraw."""
        self.remove(getattr(self, attribute))
        self.unpin(getattr(self, attribute))
        setattr(self, attribute, new)
        self.pin(new)
        self.bring_to_back(new)


def _moves_nothing(animation: Any) -> bool:
    """Whether an animation is a group, such as ``LaggedStart``, that holds none."""
    return isinstance(animation, AnimationGroup) and all(
        _moves_nothing(each) for each in animation.animations
    )

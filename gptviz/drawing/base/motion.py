"""Motions that tell no lie: shapes glide between two recorded states, numerals turn from one to the
other.

Nothing here is interpolated and written: a numeral turns like the wheels of a counter, its old value
leaving as the new one comes. Values that have a formula do not glide: they are computed at every
frame with ``set_values``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt
from manim import Animation, AnimationGroup, FadeIn, FadeOut, Mobject, VMobject, smooth
from manim.utils.rate_functions import squish_rate_func

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Numeral
from gptviz.recording.number import Tracked


class Gliding(Protocol):
    """What :class:`Glide` moves: shapes as one array of numbers, and the numerals that belong to
    them."""

    def glide_state(self) -> npt.NDArray[np.float64]: ...

    def glide_to(self, state: npt.NDArray[np.float64]) -> Any: ...


class InPlace(Animation):
    """An animation of something that may be a part of a group: the group in the scene stays whole.

    Manim would take a part out of its group to add it to the scene; here it is added only where it
    is not in it.
    """

    def __init__(self, mobject: Any, run_time: float, **options: Any) -> None:
        super().__init__(mobject, run_time=run_time, introducer=True, **options)

    def _setup_scene(self, scene: Any) -> None:
        if scene is not None and not any(
            part is self.mobject for part in scene.get_mobject_family_members()
        ):
            scene.add(self.mobject)


class Glide(InPlace):
    """From one recorded state of a mobject to another: ``Glide(grid, lambda:
    grid.set_values(later))``.

    ``change`` puts the mobject into its new state; shapes move there, and numerals with them,
    turning to their new values on the way.
    """

    def __init__(
        self, mobject: Any, change: Callable[[], Any], run_time: float = theme.SLOW, **options: Any
    ) -> None:
        self._change = change
        self._gliding: Gliding = mobject
        super().__init__(mobject, run_time, **options)

    def begin(self) -> None:
        old = {id(run): (run.number, run.baseline(run.align)) for run in numerals_in(self.mobject)}
        first = self._gliding.glide_state()
        self._change()
        last = self._gliding.glide_state()
        self._shapes = (np.array(first, dtype=float), np.array(last, dtype=float))
        self._turning = [
            (run, *old.get(id(run), now), *now)
            for run in numerals_in(self.mobject)
            if old.get(id(run), (None,))[0] is not (now := (run.number, run.baseline(run.align)))[0]
        ]
        self.interpolate_mobject(0.0)

    def interpolate_mobject(self, alpha: float) -> None:
        share = self.rate_func(alpha)
        first, last = self._shapes
        self._gliding.glide_to(last if share >= 1 else first + (last - first) * share)
        for run, before, start, after, end in self._turning:
            run.set_between(before, after, share)
            run.place(end if share >= 1 else start + (end - start) * share, run.align)


class Roll(InPlace):
    """Numerals turn to other numbers in place: ``Roll((mean, later), (share, other))``.

    For recorded values without a formula between them; where there is one, ``set_value`` shows it
    at every frame.
    """

    def __init__(
        self, *turns: tuple[Numeral, Tracked], run_time: float = theme.MOVE, **options: Any
    ) -> None:
        self._turns = list(turns)
        self._gathered = Mobject()
        self._gathered.submobjects = [numeral for numeral, _ in turns]
        super().__init__(self._gathered, run_time, **options)

    def _setup_scene(self, scene: Any) -> None:
        """The numerals stay where the scene has them."""

    def begin(self) -> None:
        self._before = [numeral.number for numeral, _ in self._turns]
        self.interpolate_mobject(0.0)

    def interpolate_mobject(self, alpha: float) -> None:
        share = float(self.rate_func(alpha))
        for (numeral, after), before in zip(self._turns, self._before, strict=True):
            numeral.set_between(before, after, share)


def numerals_in(mobject: Any) -> list[Numeral]:
    """Every numeral of a mobject's family."""
    return [part for part in mobject.get_family() if isinstance(part, Numeral)]


class Follow(InPlace):
    """Runs a function of a share from 0 to 1 on a mobject, for what is computed at every frame:
    progress, sweeps.

    ``Follow(dot, lambda dot, share: dot.set_progress(8 * share))``
    """

    def __init__(
        self,
        mobject: Mobject,
        step: Callable[[Any, float], Any],
        run_time: float = theme.SLOW,
        **options: Any,
    ) -> None:
        self._step = step
        super().__init__(mobject, run_time, **options)

    def begin(self) -> None:
        self.interpolate_mobject(
            0.0
        )  # no copy of a large mobject is needed: the function says where it is

    def interpolate_mobject(self, alpha: float) -> None:
        self._step(self.mobject, float(self.rate_func(alpha)))


class GrowFrom(Animation):
    """A mobject grows out of a place on screen: shapes from a box (left, bottom, right, top), the
    rest fading in.

    What becomes larger keeps its identity: a small pattern opens into a grid with labels.
    ``shapes`` are the parts that stand in the box from the start; they lie in ``frame`` (a box too)
    when grown.
    """

    def __init__(
        self,
        mobject: Mobject,
        shapes: Sequence[VMobject],
        frame: Sequence[float],
        box: Sequence[float],
        run_time: float = theme.MOVE,
        **options: Any,
    ) -> None:
        self._shapes, self._frame, self._box = (
            list(shapes),
            np.array(frame, float),
            np.array(box, float),
        )
        super().__init__(mobject, run_time=run_time, introducer=True, **options)

    def begin(self) -> None:
        parts = [part for shape in self._shapes for part in shape.get_family()]
        self._grown = [(part, part.points.copy()) for part in parts if len(part.points)]
        own = {id(part) for part in parts}
        family = cast("list[Any]", self.mobject.get_family())
        self._fading = [
            (part, _alphas(part)) for part in family if id(part) not in own and _shows(part)
        ]
        self.interpolate_mobject(0.0)

    def interpolate_mobject(self, alpha: float) -> None:
        share = float(self.rate_func(alpha))
        frame, box = self._frame, self._box
        factor = (box[2:] - box[:2]) / (frame[2:] - frame[:2])
        for part, points in self._grown:
            small = points.copy()
            small[:, :2] = box[:2] + (points[:, :2] - frame[:2]) * factor
            part.points = points if share >= 1 else small + (points - small) * share
        for part, alphas in self._fading:
            _set_alphas(part, alphas, float(np.clip(share * 2 - 1, 0, 1)))


class Appear(InPlace):
    """Fades in what stands in the scene as a part of something else; Manim's FadeIn would take it
    out of its group."""

    def __init__(self, mobject: Mobject, run_time: float = theme.QUICK, **options: Any) -> None:
        self._part = mobject
        super().__init__(mobject, run_time, **options)

    def begin(self) -> None:
        family = cast("list[Any]", self._part.get_family())
        self._alphas = [(part, _alphas(part)) for part in family if _shows(part)]
        self.interpolate_mobject(0.0)

    def interpolate_mobject(self, alpha: float) -> None:
        for part, alphas in self._alphas:
            _set_alphas(part, alphas, self._share(float(self.rate_func(alpha))))

    def _share(self, share: float) -> float:
        return share


class Vanish(Appear):
    """Fades out a part of something in the scene, and leaves it there, unseen."""

    def _share(self, share: float) -> float:
        return 1.0 - share


class Dim(InPlace):
    """Dims what is not spoken of, without removing it; :class:`Light` brings it back to what it
    was."""

    def __init__(
        self,
        *mobjects: Mobject,
        to: float = theme.DIM,
        run_time: float = theme.QUICK,
        **options: Any,
    ) -> None:
        self._to = to
        self._parts: list[tuple[Any, Any, Any]] = []
        self._dimmed = Mobject()
        self._dimmed.submobjects = list(mobjects)
        super().__init__(self._dimmed, run_time, **options)

    def _setup_scene(self, scene: Any) -> None:
        """The mobjects stay where the scene has them; their gathering is no mobject of its own."""

    def begin(self) -> None:
        self._parts = []
        for part in cast("list[Any]", self._dimmed.get_family()):
            if _shows(part):
                lit = getattr(part, "lit", None)
                if lit is None:
                    lit = part.lit = _alphas(part)
                self._parts.append((part, _alphas(part), lit))

    def interpolate_mobject(self, alpha: float) -> None:
        share = float(self.rate_func(alpha))
        for part, start, lit in self._parts:
            _set_alphas(part, start + (lit * self._to - start) * share, 1.0)


class Light(Dim):
    """Brings back what :class:`Dim` dimmed."""

    def __init__(self, *mobjects: Mobject, run_time: float = theme.QUICK, **options: Any) -> None:
        super().__init__(*mobjects, to=1.0, run_time=run_time, **options)

    def finish(self) -> None:
        super().finish()
        for part, _, _ in self._parts:
            part.lit = None


def exchange(
    old: Sequence[Mobject], new: Sequence[Mobject], run_time: float = theme.MOVE
) -> AnimationGroup:
    """Texts give way to others in the same place: the old are gone before the new come, never one
    over the other."""
    going = [FadeOut(each, rate_func=squish_rate_func(smooth, 0.0, 0.5)) for each in old]
    coming = [FadeIn(each, rate_func=squish_rate_func(smooth, 0.5, 1.0)) for each in new]
    return AnimationGroup(*going, *coming, run_time=run_time)


def dim_all_but(
    everything: Sequence[Mobject], kept: Sequence[Mobject], run_time: float = theme.QUICK
) -> AnimationGroup:
    """Dims some mobjects and lights those of them that are kept."""
    others = [each for each in everything if not any(each is keep for keep in kept)]
    return AnimationGroup(
        *([Dim(*others, run_time=run_time)] if others else []),
        *([Light(*kept, run_time=run_time)] if kept else []),
    )


def _shows(part: Any) -> bool:
    """Whether a mobject has an opacity: drawn shapes and pictures."""
    return isinstance(part, VMobject) or hasattr(part, "opacity")


def _alphas(part: Any) -> npt.NDArray[np.float64]:
    """The opacities of fill and stroke (2,) of a mobject, or of a picture."""
    if not isinstance(part, VMobject):
        return np.array([part.opacity, part.opacity])
    return np.array([part.fill_rgbas[0][3], part.stroke_rgbas[0][3]])


def _set_alphas(part: Any, alphas: npt.NDArray[np.float64], share: float) -> None:
    if not isinstance(part, VMobject):
        part.set_opacity(float(alphas[0] * share))
        return
    part.fill_rgbas[:, 3] = alphas[0] * share
    part.stroke_rgbas[:, 3] = alphas[1] * share

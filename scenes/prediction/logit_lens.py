"""When does it know?"""

import numpy as np
from manim import Circle, Create, Dot, FadeIn, FadeOut, LaggedStart, RoundedRectangle, VGroup, linear

from gptviz import maths
from gptviz.drawing import theme
from gptviz.drawing.arrows import arrows
from gptviz.drawing.bars import Bar
from gptviz.drawing.cells import painted
from gptviz.drawing.curve import Curve
from gptviz.drawing.focus import Focus
from gptviz.drawing.lens import LogitLensTable
from gptviz.drawing.motion import Follow
from gptviz.drawing.slot import NextSlot
from gptviz.drawing.text import Numeral, TokenText, Words
from gptviz.drawing.tokens import TokenBox, TokenStrip, tail
from gptviz.film import Film
from gptviz.recording.number import Claim, derive
from gptviz.recording.requests import LensChoice, LogitLens


class LogitLensFilm(Film):
    """When does it know?"""

    needs = {
        "lens": LogitLens(prompt="The sun was shining and the birds were"),
        "early": LogitLens(prompt="They lived happily ever"),
        "change": LensChoice(prompts=("The little boy fell and hurt his", "The cat sat on the",
                                      "He opened the door and saw a", "Lily and Tom are good",
                                      "The king said to his daughter", "Tom and Lily went to the park. Tom and")),
    }
    main = "lens"
    chains = (("lens", "early", "change"),)

    def construct(self) -> None:
        self.reading()
        self.rising()
        self.known_early()
        self.changing()
        self.limits()

    def table(self, lens) -> LogitLensTable:
        """The reading at every depth."""
        rows = [lens.row(depth) for depth in lens.depths]
        return LogitLensTable([lens.depth(d) for d in lens.depths],
                              [[row.token(k) for k in range(len(row))] for row in rows],
                              [[row.probability(k) for k in range(len(row))] for row in rows], lens.final,
                              [lens.final_place(d) for d in lens.depths], 12.9, 4.3, size=28,
                              titles=("block", "what it would say", "place of the answer")).move_to([0, 0.06, 0])

    def reading(self) -> None:
        """The stream read out after every block."""
        lens = self.rec["lens"]
        last = lens.depths[-1]
        strip = TokenStrip(tail(lens.prompt, 11.4, 40), 40)
        slot = NextSlot(strip)
        VGroup(strip, slot).move_to([0, 1.3, 0])
        answer = TokenText(lens.final, 56, theme.FOCUS, limit=12)
        chance = Numeral(lens.final_probability(last), ".0%", theme.TITLE, theme.PROBABILITY, "center")
        row = Blocks([lens.depth(d) for d in lens.depths[1:]], theme.LEFT_EDGE + 0.2, 5.6 - answer.advance, -0.55)
        answer.place([6.0 - answer.advance, -0.67, 0])
        chance.place([6.0 - answer.advance / 2, -1.4, 0], "center")
        with self.beat("A model reads a text, and says what comes next.", shows="lens"):
            self.play(LaggedStart(*[FadeIn(box) for box in strip], lag_ratio=0.2), run_time=1.2)
            self.play(FadeIn(slot), run_time=theme.QUICK)
            self.play(FadeIn(row.way), LaggedStart(*[FadeIn(box) for box in row.boxes], lag_ratio=0.2), run_time=1.0)
        with self.beat("After all its {n:words} blocks: {word}, with {p:.0%}. But when did it know?", shows="lens",
                       n=lens.depth(last), word=lens.final, p=lens.final_probability(last)):
            self.play(FadeIn(answer), FadeIn(chance), run_time=theme.MOVE)
        table = self.table(lens)
        table.set_progress(0)
        at = {depth: table.depths[i].get_center() for i, depth in enumerate(table.shown)}
        with self.beat("Stop it early, and let it speak at once. Before any block it says this.", shows="lens"):
            self.play(FadeOut(VGroup(answer, chance, slot, row.way)), strip.animate.scale(theme.LABEL / 40).move_to(
                [theme.LEFT_EDGE + strip.width * theme.LABEL / 80, 2.7, 0]), *row.gather(at), run_time=theme.MOVE)
            self.add(table)
            self.play(Follow(table, lambda t, share: t.set_progress(share), run_time=theme.MOVE))
        with self.beat("Then after each block: its likeliest words, brighter where it is surer.", shows="lens"):
            rows = len(table.shown)
            self.play(Follow(table, lambda t, share: t.set_progress(1 + share * (rows - 1)), run_time=4.0,
                             rate_func=linear))
        self.lens_table, self.strip = table, strip

    def rising(self) -> None:
        """The final word's place at every depth."""
        lens, table = self.rec["lens"], self.lens_table
        first, last = lens.depths[0], lens.depths[-1]
        up = Claim(maths.is_larger, (lens.final_place(first), lens.final_place(last)),
                   "{word} begins in place {a:,} and ends in place {b:,}.",
                   "{word} leads from the start: place {b:,} at the end.")
        columns = len(table.words) // len(table.shown)
        found = [table.outline(depth, k) for depth in table.shown for k in range(columns)
                 if lens.row(depth).token(k).raw == lens.final.raw]
        with self.beat(up, shows="lens", word=lens.final, a=lens.final_place(first), b=lens.final_place(last)):
            self.play(LaggedStart(*[Create(each) for each in found], lag_ratio=0.3), run_time=theme.SLOW)
        self.clear_stage(self.strip)
        places = [lens.final_place(d) for d in lens.depths]
        few = len(places) <= 13
        # Place 1 is up: the axis begins with the last place and ends with the first.
        curve = Curve([lens.depth(d) for d in lens.depths], {"": places}, 10.6, 3.0, {"": theme.PROBABILITY},
                      low=float(max(places)), high=1.0, log=(False, True), y_spec=",", x_title="blocks passed",
                      y_title="place of the answer, on a log scale", end_values=False, size=theme.LABEL,
                      x_ticks=[lens.depth(d) for d in lens.depths] if few else None)
        curve.shift([-5.1, -1.35, 0]).set_progress(0)
        marks = VGroup(*[Dot(curve.at(*curve.place(d, float(place))), radius=0.08, color=theme.PROBABILITY)
                         for d, place in zip(lens.depths, places, strict=True)])
        written = beside(curve, places) if few else VGroup()
        self.add(curve)
        with self.beat("Its place, block by block. The top is the lead.", shows="lens"):
            self.play(Follow(curve, lambda c, share: c.set_progress(share), run_time=2.2, rate_func=linear),
                      LaggedStart(*[FadeIn(mark) for mark in marks], run_time=2.2))
            self.play(FadeIn(written), run_time=theme.QUICK)
        late = Claim(maths.is_same, (derive(maths.difference, lens.settled, lens.depth(last)),),
                     "It takes the lead only in the very last block.",
                     "From block {s:,} on it leads, and stays in front.")
        with self.beat(late, shows="lens", s=lens.settled):
            self.play(Create(Circle(0.17, color=theme.FOCUS, stroke_width=4).move_to(marks[int(lens.settled)])),
                      run_time=theme.MOVE)
        self.clear_stage()

    def known_early(self) -> None:
        """A prompt whose end is known before the end."""
        early = self.rec["early"]
        strip = TokenStrip(tail(early.prompt, 12.4), theme.LABEL).place(theme.LEFT_EDGE, 2.87)
        table = self.table(early)
        sooner = Claim(maths.is_larger, (self.rec["lens"].settled, early.settled),
                       "An old phrase is known sooner: {word} leads from block {s:,} on.",
                       "An old phrase: here {word} leads from block {s:,} on.")
        with self.beat(sooner, shows="early", word=early.final, s=early.settled):
            self.play(FadeIn(strip), run_time=theme.QUICK)
            table.set_progress(0)
            self.add(table)
            rows = len(table.shown)
            self.play(Follow(table, lambda t, share: t.set_progress(share * rows), run_time=2.5, rate_func=linear))
            self.play(Create(table.outline(table.nearest(int(early.settled)))), run_time=theme.QUICK)
        self.clear_stage()

    def changing(self) -> None:
        """The prompt, of several, on which the lead changes most often."""
        change = self.rec["change"]
        strip = TokenStrip(tail(change.prompt, 12.4), theme.LABEL).place(theme.LEFT_EDGE, 2.87)
        table = self.table(change)
        with self.beat("Of {n:words} texts, this is the one where it changes its mind most.", shows="change",
                       n=change.candidates):
            self.play(FadeIn(strip), run_time=theme.QUICK)
            table.set_progress(0)
            self.add(table)
            rows = len(table.shown)
            self.play(Follow(table, lambda t, share: t.set_progress(share * rows), run_time=3.0, rate_func=linear))
        often = Claim(maths.is_several, (change.changes,),
                      "The lead changes {c:words} times before it settles on {word}.",
                      "Even here the lead changes {c:words} times at most.")
        leaders = [change.row(depth).token(0).raw for depth in table.shown]
        new = [table.outline(depth, 0) for depth, now, before in
               zip(table.shown[1:], leaders[1:], leaders, strict=False) if now != before]
        with self.beat(often, shows="change", c=change.changes, word=change.final):
            if new:
                self.play(LaggedStart(*[Create(each) for each in new], lag_ratio=0.3), run_time=1.5)
        self.clear_stage()

    def limits(self) -> None:
        """What the lens cannot show."""
        lens = self.rec["lens"]
        leader, last = lens.row(lens.depths[0]).token(0), lens.prompt[-1]
        sides = VGroup()
        for x, token, name in ((-3.5, last, "the last word that it read"),
                               (3.5, leader, "what it would say before any block")):
            box = TokenBox(token, 72, limit=12).move_to([x, 0.7, 0])
            sides.add(VGroup(box, Words(name, theme.STATEMENT, theme.SECONDARY).place([x, -0.7, 0], "center")))
        start, end = sides[0][0].get_right()[0] + 0.3, sides[1][0].get_left()[0] - 0.3
        arrow = painted(arrows([[start, 0.7]], [[end, 0.7]], 0.06, 0.3).reshape(-1, 3), theme.SECONDARY)
        echo = Claim(maths.is_same, (derive(maths.difference, leader.id, last.id),),
                     "One caution: before any block it only echoes its last word.",
                     "One caution: before any block it has read nothing but the last word.")
        with self.beat(echo, shows="lens"):
            self.play(FadeIn(sides[0]), run_time=theme.QUICK)
            self.play(FadeIn(arrow), FadeIn(sides[1]), run_time=theme.MOVE)
        self.clear_stage()
        strip = TokenStrip(tail(lens.prompt, 9.8, 34), 34)
        answer = TokenText(lens.final, 48, theme.FOCUS, limit=12)
        strip.move_to([-answer.advance / 2 - 0.1, 1.7, 0])
        answer.place([strip.get_right()[0] + 0.3, 1.58, 0])
        ladder = Ladder(lens)
        half = max(1, len(ladder.steps) // 2)
        with self.beat("Early blocks do not speak the language of the end. What seems nonsense may be sense.",
                       shows="lens"):
            self.play(FadeIn(strip), FadeIn(ladder.title), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(step) for step in ladder.steps], lag_ratio=0.15), run_time=1.5)
            frame = Focus(VGroup(*ladder.steps[:half]), 0.14)
            self.play(Create(frame), run_time=theme.MOVE)
        with self.beat("It does not know first, and then speak. It comes to know, block by block.", shows="lens",
                       hold=2.0):
            self.play(FadeOut(frame), run_time=theme.QUICK)
            self.play(FadeIn(answer), Create(Focus(ladder.steps[-1], 0.14)), run_time=theme.MOVE)


class Blocks:
    """The blocks in a row, and the ``way`` through them to what the model says."""

    def __init__(self, numbers, left: float, right: float, y: float) -> None:
        pitch = (right - left) / len(numbers)
        wide = min(pitch * 0.72, 1.0)
        written = wide > 0.4     # else they are too many to be numbered
        self.way = painted(arrows([[left, y]], [[right, y]], 0.04, 0.24).reshape(-1, 3), theme.HAIRLINE)
        self.boxes: list[VGroup] = []
        for i, number in enumerate(numbers):
            box = RoundedRectangle(corner_radius=0.06, width=wide, height=1.1, stroke_width=2, fill_opacity=1,
                                   stroke_color=theme.SECONDARY, fill_color=theme.PANEL)
            box.move_to([left + (i + 0.5) * pitch - 0.1, y, 0])
            name = [Numeral(number, "d", theme.LABEL, theme.TEXT, "center").place(
                box.get_center() + np.array([0, -0.07, 0]), "center")] if written else []
            self.boxes.append(VGroup(box, *name))

    def gather(self, places) -> list:
        """The animations that bring every block to its row of the table; ``places`` by depth."""
        return [FadeOut(box, target_position=places[min(places, key=lambda shown, d=d: abs(shown - d))], scale=0.3)
                for d, box in enumerate(self.boxes, 1)]


class Ladder:
    """The leader at a few depths, side by side, with its chance: ``steps``, and the ``title`` above them."""

    MOST = 7

    def __init__(self, lens) -> None:
        some = sorted({int(d) for d in np.linspace(0, len(lens.depths) - 1, min(self.MOST, len(lens.depths))).round()})
        pitch = (theme.RIGHT_EDGE - theme.LEFT_EDGE - 0.3) / len(some)
        left, y = theme.LEFT_EDGE + 0.15, -0.45
        self.title = Words("blocks passed, and what it would say", theme.LABEL, theme.SECONDARY).place([left, 0.65, 0])
        self.steps: list[VGroup] = []
        for i, depth in enumerate(some):
            x, row = left + i * pitch, lens.row(depth)
            number = Numeral(lens.depth(depth), "d", theme.LABEL, theme.SECONDARY).place([x, 0.05, 0])
            word = TokenText(row.token(0), 32, theme.TEXT, limit=max(4, int((pitch - 0.2) / 0.145))).place([x, y, 0])
            track = Bar(pitch - 0.3, 0.2, theme.REST).shift([x, y - 0.4, 0])
            chance = Bar((pitch - 0.3) * float(row.probability(0)), 0.2).shift([x, y - 0.4, 0])
            share = Numeral(row.probability(0), ".0%", theme.LABEL, theme.PROBABILITY).place([x, y - 0.95, 0])
            self.steps.append(VGroup(number, word, track, chance, share))


def beside(curve: Curve, places) -> VGroup:
    """The values of a curve beside its points: above, or below where the line goes up from there."""
    heights, xs = [float(curve.place(d, float(p))[1]) for d, p in enumerate(places)], range(len(places))
    step = float(curve.place(1, float(places[0]))[0])
    found = VGroup()
    for d, place in zip(xs, places, strict=True):
        around = [np.interp(d + side * 0.4 / step, xs, heights) - heights[d] for side in (-1, 1)]
        low = max(around) > 0.15 and min(around) > -0.2
        if heights[d] < 0.3 if d == 0 else low and heights[d] < 0.6:   # on the axis, where a tick says it
            continue
        right = 0.5 if d == 0 else 0.0   # beside the axis, not on it
        spot = curve.at(d * step + right, heights[d] + (-0.46 if low else 0.26))
        found.add(Numeral(place, ",", theme.LABEL, theme.TEXT, "center").place(spot, "center"))
    return found

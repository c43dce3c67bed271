"""When does it know?"""

import numpy as np
from manim import (
    DOWN,
    Circle,
    Create,
    Dot,
    FadeIn,
    FadeOut,
    Indicate,
    LaggedStart,
    RoundedRectangle,
    VGroup,
    linear,
)

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import outline, painted, rectangles, segments, stroked
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, TokenText, Words
from gptviz.drawing.chances.curve import Curve
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.model.lens import LogitLensTable
from gptviz.drawing.tokens.slot import NextSlot
from gptviz.drawing.tokens.tokens import TokenStrip, tail
from gptviz.drawing.vectors.arrows import arrows
from gptviz.film import Film, Need
from gptviz.recording.families import LensChoice, LogitLens
from gptviz.recording.number import Claim, derive


class LogitLensFilm(Film):
    """When does it know?"""

    lens = Need(LogitLens(prompt="The sun was shining and the birds were"), main=True)
    early = Need(LogitLens(prompt="They lived happily ever"))
    change = Need(
        LensChoice(
            prompts=(
                "The little boy fell and hurt his",
                "The cat sat on the",
                "He opened the door and saw a",
                "Lily and Tom are good",
                "The king said to his daughter",
                "Tom and Lily went to the park. Tom and",
            )
        )
    )
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
        return LogitLensTable(
            [lens.depth(d) for d in lens.depths],
            [[row.token(k) for k in range(len(row))] for row in rows],
            [[row.probability(k) for k in range(len(row))] for row in rows],
            lens.final,
            [lens.final_place(d) for d in lens.depths],
            12.9,
            4.4,
            size=28,
            titles=("blocks passed", "what it would say", "place of the answer"),
        ).move_to([0, 0, 0])

    def reading(self) -> None:
        """The stream read out after every block."""
        lens = self.lens
        last = lens.depths[-1]
        strip = TokenStrip(tail(lens.prompt, 11.0, 40), 40)
        slot = NextSlot(strip)
        VGroup(strip, slot).move_to([0, 1.95, 0])
        answer = TokenText(lens.final, 56, theme.FOCUS, limit=12)
        chance = Numeral(
            lens.final_probability(last), ".0%", theme.TITLE, theme.PROBABILITY, "center"
        )
        row = Blocks(
            [lens.depth(d) for d in lens.depths[1:]],
            theme.LEFT_EDGE + 0.6,
            5.6 - answer.advance,
            0.5,
            strip.get_left(),
        )
        answer.place([6.0 - answer.advance, 0.38, 0])
        chance.place([6.0 - answer.advance / 2, -0.35, 0], "center")
        with self.beat(
            "A model reads a text, and gives every word a chance to come next.", shows="lens"
        ):
            self.play(LaggedStart(*[FadeIn(box) for box in strip], lag_ratio=0.2), run_time=1.2)
            self.play(FadeIn(slot), run_time=theme.QUICK)
            self.play(Create(row.line), run_time=theme.QUICK)
            self.play(
                FadeIn(row.way),
                LaggedStart(*[FadeIn(box) for box in row.boxes], lag_ratio=0.2),
                run_time=1.0,
            )
        with self.beat(
            "After {n:words} blocks it says {word}, with {p:.0%}. But when did it know?",
            shows="lens",
            n=lens.depth(last),
            word=lens.final,
            p=lens.final_probability(last),
        ):
            self.play(FadeIn(answer), FadeIn(chance), run_time=theme.MOVE)
        with self.beat(
            "Its last step turns numbers into words. Take that step early, after each block.",
            shows="lens",
        ):
            self.play(FadeIn(row.read_out), run_time=theme.QUICK)
            self.play(
                LaggedStart(*[FadeIn(each, shift=DOWN * 0.2) for each in row.early], lag_ratio=0.3),
                run_time=1.2,
            )
        table = self.table(lens)
        table.set_progress(0, waiting=True)
        at = {depth: table.depths[i].get_center() for i, depth in enumerate(table.shown)}
        leader, word = lens.row(lens.depths[0]).token(0), lens.prompt[-1]
        echo = Claim(
            maths.is_same,
            (derive(maths.difference, leader.id, word.id),),
            "This is the \u201clogit lens\u201d. Before any block it only echoes the last word.",
            "This is the \u201clogit lens\u201d. Before any block it has seen only the last word.",
        )
        with self.beat(echo, shows="lens"):
            self.play(
                FadeOut(VGroup(answer, chance, slot, row.way, row.line, row.read_out, *row.early)),
                strip.animate.scale(theme.LABEL / 40).move_to(
                    [theme.LEFT_EDGE + strip.width * theme.LABEL / 80, 2.75, 0]
                ),
                *row.gather(at),
                run_time=theme.MOVE,
            )
            self.play(FadeIn(table), run_time=theme.QUICK)
            self.play(
                Follow(
                    table, lambda t, share: t.set_progress(share, waiting=True), run_time=theme.MOVE
                )
            )
            both = VGroup(Focus(strip.boxes[-1], 0.05), table.outline(table.shown[0], 0))
            self.play(FadeIn(both), run_time=theme.QUICK)
        with self.beat(
            "Then after each block: its likeliest words, brighter where it is surer.", shows="lens"
        ):
            rows = len(table.shown)
            self.play(FadeOut(both), run_time=theme.QUICK)
            self.play(
                Follow(
                    table,
                    lambda t, share: t.set_progress(1 + share * (rows - 1), waiting=True),
                    run_time=4.0,
                    rate_func=linear,
                )
            )
        self.lens_table, self.strip = table, strip

    def rising(self) -> None:
        """The final word's place at every depth."""
        lens, table = self.lens, self.lens_table
        first, last = lens.depths[0], lens.depths[-1]
        up = Claim(
            maths.is_larger,
            (lens.final_place(first), lens.final_place(last)),
            "Of {v:,} words, {word} begins in place {a:,} and ends in place {b:,}.",
            "Of {v:,} words, {word} leads from the start: place {b:,} at the end.",
        )
        with self.beat(
            up,
            shows="lens",
            v=lens.vocab,
            word=lens.final,
            a=lens.final_place(first),
            b=lens.final_place(last),
        ):
            self.play(Create(table.outline_places()), run_time=theme.SLOW)
        self.clear_stage(self.strip)
        curve, marks, written = self.climb()
        self.add(curve)
        with self.beat("Its place, block by block. The top is first place.", shows="lens"):
            self.play(
                Follow(
                    curve, lambda c, share: c.set_progress(share), run_time=2.2, rate_func=linear
                ),
                LaggedStart(*[FadeIn(mark) for mark in marks], run_time=2.2),
            )
            self.play(FadeIn(written), run_time=theme.QUICK)
        late = Claim(
            maths.is_same,
            (derive(maths.difference, lens.settled, lens.depth(last)),),
            "It takes the lead only in the very last block.",
            "From block {s:,} on it leads, and stays in front.",
        )
        with self.beat(late, shows="lens", s=lens.settled):
            self.play(
                Create(
                    Circle(0.16, color=theme.FOCUS, stroke_width=4).move_to(
                        marks[int(lens.settled)]
                    )
                ),
                run_time=theme.MOVE,
            )
        self.clear_stage()

    def climb(self) -> tuple[Curve, VGroup, VGroup]:
        """The places of the final word as a curve, with dots on it and the places beside them."""
        lens = self.lens
        places = [lens.final_place(d) for d in lens.depths]
        few = len(places) <= 13
        # Place 1 is up: the axis begins with the last place and ends with the first.
        curve = Curve(
            [lens.depth(d) for d in lens.depths],
            {"": places},
            11.2,
            3.2,
            {"": theme.PROBABILITY},
            low=float(max(places)),
            high=1.0,
            log=(False, True),
            y_spec=",",
            x_title="blocks passed",
            y_title="place of the answer, on a log scale",
            end_values=False,
            size=theme.LABEL,
            x_ticks=[lens.depth(d) for d in lens.depths] if few else None,
        )
        curve.shift([-5.4, -1.4, 0]).set_progress(0)
        marks = VGroup(
            *[
                Dot(curve.at(*curve.place(d, float(place))), radius=0.08, color=theme.PROBABILITY)
                for d, place in zip(lens.depths, places, strict=True)
            ]
        )
        return curve, marks, beside(curve, places) if few else VGroup()

    def known_early(self) -> None:
        """A prompt whose end is known before the end."""
        early = self.early
        strip = TokenStrip(tail(early.prompt, 12.4, 30), 30).place(theme.LEFT_EDGE, 2.8)
        table = self.table(early)
        sooner = Claim(
            maths.is_larger,
            (self.lens.settled, early.settled),
            "A stock phrase is known sooner: {word} leads from block {s:,} on.",
            "A stock phrase: here {word} leads from block {s:,} on.",
        )
        with self.beat(sooner, shows="early", word=early.final, s=early.settled):
            self.unroll(strip, table, 2.5)
            self.play(
                Create(table.outline(table.nearest(int(early.settled)))), run_time=theme.QUICK
            )
        self.clear_stage()

    def unroll(self, strip: TokenStrip, table: LogitLensTable, run_time: float) -> None:
        """A prompt and its table, row by row."""
        table.set_progress(0, waiting=True)
        self.play(FadeIn(strip), FadeIn(table), run_time=theme.QUICK)
        self.play(
            Follow(
                table,
                lambda t, share: t.set_progress(share * len(table.shown), waiting=True),
                run_time=run_time,
                rate_func=linear,
            )
        )

    def changing(self) -> None:
        """The prompt, of several, on which the lead changes most often."""
        change = self.change
        strip = TokenStrip(tail(change.prompt, 12.4, 30), 30).place(theme.LEFT_EDGE, 2.8)
        table = self.table(change)
        with self.beat(
            "Of {n:words} texts that were tried, this one changes its mind most often.",
            shows="change",
            n=change.candidates,
        ):
            self.unroll(strip, table, 3.0)
        often = Claim(
            maths.is_several,
            (change.changes,),
            "The lead changes {c:words} times, the last time to {word}.",
            "Even here the lead changes {c:words} times at most.",
        )
        with self.beat(often, shows="change", c=change.changes, word=change.final):
            self.play(
                LaggedStart(*[Create(each) for each in table.runs()], lag_ratio=0.5), run_time=2.0
            )
        self.clear_stage()

    def limits(self) -> None:
        """What the lens cannot show; and the climb once more."""
        lens = self.lens
        curve, marks, written = self.climb()
        curve.set_progress(1)
        answer = TokenText(lens.final, theme.TITLE, theme.FOCUS, limit=12)
        strip = TokenStrip(tail(lens.prompt, 12.4 - answer.advance, theme.LABEL), theme.LABEL)
        strip.place(theme.LEFT_EDGE, 2.75)
        answer.place([strip.get_right()[0] + 0.25, strip.boxes[-1].text.baseline()[1], 0])
        middle = curve.place(
            lens.depths[-1] // 2 + 0.5, 1.0
        )  # between two depths, where no numeral stands
        (left, low), (right, high) = curve.at(0, 0)[:2], curve.at(*middle)[:2]
        early = painted(rectangles(np.array([[left, low, right, high]])), theme.PANEL)
        with self.beat(
            "Read the early part with care: the last step was trained for the end alone.",
            shows="lens",
        ):
            self.play(FadeIn(strip), FadeIn(early), run_time=theme.QUICK)
            self.play(FadeIn(curve), FadeIn(marks), FadeIn(written), run_time=theme.MOVE)
            frame = outline((left, low, right, high))
            self.play(Create(frame), run_time=theme.MOVE)
        first, last = lens.final_place(lens.depths[0]), lens.final_place(lens.depths[-1])
        end = Claim(
            maths.is_larger,
            (first, last),
            "On this reading, the answer climbs from place {a:,} to place {b:,}.",
            "On this reading, the answer led before any block had seen the text.",
        )
        with self.beat(end, shows="lens", a=first, b=last, hold=2.0):
            self.play(FadeOut(frame), FadeOut(early), run_time=theme.QUICK)
            self.play(FadeIn(answer), run_time=theme.QUICK)
            self.play(
                LaggedStart(*[Indicate(mark, 1.8, theme.FOCUS) for mark in marks], lag_ratio=0.35),
                run_time=2.4,
            )


class Blocks:
    """The blocks in a row, the ``line`` that leads to them and the ``way`` through them to what the
    model says.

    Below stands the model's last step, ``read_out``; ``early`` are arrows into it from every place
    between blocks.
    """

    def __init__(self, numbers, left: float, right: float, y: float, start) -> None:
        pitch = (right - left) / len(numbers)
        wide = min(pitch * 0.72, 1.0)
        written = wide > 0.4  # else they are too many to be numbered
        corners = np.array(
            [
                start,
                [theme.LEFT_EDGE + 0.3, start[1], 0],
                [theme.LEFT_EDGE + 0.3, y, 0],
                [left, y, 0],
            ]
        )
        self.line = stroked(segments(corners[:-1], corners[1:]), theme.SECONDARY, 4.0)
        self.way = painted(
            arrows([[left - 0.02, y]], [[right, y]], 0.04, 0.24).reshape(-1, 3), theme.SECONDARY
        )
        self.boxes: list[VGroup] = []
        for i, number in enumerate(numbers):
            box = RoundedRectangle(
                corner_radius=0.06,
                width=wide,
                height=1.1,
                stroke_width=2,
                fill_opacity=1,
                stroke_color=theme.SECONDARY,
                fill_color=theme.PANEL,
            )
            box.move_to([left + (i + 0.5) * pitch - 0.1, y, 0])
            name = (
                [
                    Numeral(number, "d", theme.STATEMENT, theme.TEXT, "center").place(
                        box.get_center() + np.array([0, -0.09, 0]), "center"
                    )
                ]
                if written
                else []
            )
            self.boxes.append(VGroup(box, *name))
        ends = [
            left - 0.1,
            *[box[0].get_right()[0] + (pitch - wide) / 2 for box in self.boxes[:-1]],
        ]
        low = y - 1.35
        self.early = [
            painted(arrows([[x, y - 0.03]], [[x, low]], 0.03, 0.16).reshape(-1, 3), theme.FOCUS)
            for x in ends
        ]
        bar = RoundedRectangle(
            corner_radius=0.06,
            width=right - left + 0.4,
            height=0.7,
            stroke_width=2,
            fill_opacity=1,
            stroke_color=theme.FOCUS,
            fill_color=theme.PANEL,
        )
        bar.move_to([(left + right) / 2, low - 0.42, 0])
        name = Words("the last step: from numbers to words", theme.STATEMENT, theme.TEXT)
        self.read_out = VGroup(bar, name.place(bar.get_center() + np.array([0, -0.1, 0]), "center"))

    def gather(self, places) -> list:
        """The animations that bring every block to its row of the table; ``places`` by depth."""
        return [
            FadeOut(
                box,
                target_position=places[min(places, key=lambda shown, d=d: abs(shown - d))],
                scale=0.3,
            )
            for d, box in enumerate(self.boxes, 1)
        ]


def beside(curve: Curve, places) -> VGroup:
    """The values of a curve beside its points: above, or below where the line goes up from
    there."""
    heights, xs = (
        [float(curve.place(d, float(p))[1]) for d, p in enumerate(places)],
        range(len(places)),
    )
    step = float(curve.place(1, float(places[0]))[0])
    found = VGroup()
    for d, place in zip(xs, places, strict=True):
        around = [np.interp(d + side * 0.4 / step, xs, heights) - heights[d] for side in (-1, 1)]
        low = max(around) > 0.15 and min(around) > -0.2
        if (
            heights[d] < 0.3 if d == 0 else low and heights[d] < 0.6
        ):  # on the axis, where a tick says it
            continue
        right = 0.5 if d == 0 else 0.0  # beside the axis, not on it
        spot = curve.at(d * step + right, heights[d] + (-0.46 if low else 0.29))
        found.add(Numeral(place, ",", theme.LABEL, theme.TEXT, "center").place(spot, "center"))
    return found

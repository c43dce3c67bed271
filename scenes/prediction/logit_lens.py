"""When does it know?"""

from manim import Create, FadeIn, FadeOut, LaggedStart, linear

from gptviz import maths
from gptviz.drawing import theme
from gptviz.drawing.cells import segments, stroked
from gptviz.drawing.curve import Curve
from gptviz.drawing.focus import Focus
from gptviz.drawing.lens import LogitLensTable
from gptviz.drawing.motion import Appear, Follow
from gptviz.drawing.text import TokenText, Words
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

    def table(self, lens, height: float = 4.4) -> LogitLensTable:
        """The reading at every depth."""
        rows = [lens.row(depth) for depth in lens.depths]
        return LogitLensTable([lens.depth(d) for d in lens.depths],
                              [[row.token(k) for k in range(len(row))] for row in rows],
                              [[row.probability(k) for k in range(len(row))] for row in rows], lens.final,
                              [lens.final_place(d) for d in lens.depths], 12.9, height, size=28,
                              titles=("block", "what it would say", "place")).move_to([0, -0.05, 0])

    def reading(self) -> None:
        """The stream read out after every block."""
        lens = self.rec["lens"]
        strip = TokenStrip(tail(lens.prompt, 12.4, 40), 40).move_to([0, 0.7, 0])
        last = lens.depths[-1]
        with self.beat("A model reads a text and will say what comes next.", shows="lens"):
            self.play(LaggedStart(*[FadeIn(box) for box in strip], lag_ratio=0.2), run_time=1.2)
        answer = TokenText(lens.final, 64, theme.FOCUS).place([0, -0.6, 0], "center")
        with self.beat("After all {n:,} blocks: {word}, with {p:.0%}. But when did it know?", shows="lens",
                       n=lens.depth(last), word=lens.final, p=lens.final_probability(last)):
            self.play(FadeIn(answer), run_time=theme.MOVE)
        self.play(FadeOut(answer), strip.animate.scale(theme.LABEL / 40).move_to(
            [theme.LEFT_EDGE + strip.width * theme.LABEL / 80, 2.7, 0]), run_time=theme.MOVE)
        table = self.table(lens)
        table.set_progress(0)
        self.add(table)
        with self.beat("Stop it early, and let it speak at once. Before any block it says this.", shows="lens"):
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
        with self.beat(up, shows="lens", word=lens.final, a=lens.final_place(first), b=lens.final_place(last)):
            self.play(Create(table.outline(table.nearest(last))), run_time=theme.MOVE)
        self.clear_stage(self.strip)
        curve = Curve([lens.depth(d) for d in lens.depths], {"": [lens.final_place(d) for d in lens.depths]}, 9.5, 3.1,
                      {"": theme.PROBABILITY}, log=(False, True), y_spec=",", x_title="blocks passed",
                      y_title="place of the final word, on a log scale", end_values=False, size=theme.LABEL)
        curve.shift([-4.6, -1.35, 0]).set_progress(0)
        self.add(curve)
        with self.beat("Its climb, block by block.", shows="lens"):
            self.play(Follow(curve, lambda c, share: c.set_progress(share), run_time=2.5, rate_func=linear))
        settled = int(lens.settled)
        late = Claim(maths.is_same, (derive(maths.difference, lens.settled, lens.depth(last)),),
                     "It takes the lead only in the very last block.",
                     "From block {s:,} on it leads, and stays in front.")
        with self.beat(late, shows="lens", s=lens.settled):
            curve.set_cursor(settled, written=False)
            self.play(Appear(curve.cursor), run_time=theme.QUICK)
        self.clear_stage()

    def known_early(self) -> None:
        """A prompt whose end is known before the end."""
        early = self.rec["early"]
        last = early.depths[-1]
        strip = TokenStrip(tail(early.prompt, 12.4), theme.LABEL).place(theme.LEFT_EDGE, 2.87)
        table = self.table(early)
        sooner = Claim(maths.is_larger, (early.depth(last), early.settled),
                       "An old phrase is known sooner: {word} leads from block {s:,} on.",
                       "Even an old phrase takes all of its {n:,} blocks.")
        with self.beat(sooner, shows="early", word=early.final, s=early.settled, n=early.depth(last)):
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
        with self.beat("Of {n:,} texts, this is the one where it changes its mind most.", shows="change",
                       n=change.candidates):
            self.play(FadeIn(strip), run_time=theme.QUICK)
            table.set_progress(0)
            self.add(table)
            rows = len(table.shown)
            self.play(Follow(table, lambda t, share: t.set_progress(share * rows), run_time=3.0, rate_func=linear))
        often = Claim(maths.is_several, (change.changes,),
                      "The lead changes {c:,} times before it settles on {word}.",
                      "Even here the lead changes {c:,} times at most.")
        with self.beat(often, shows="change", c=change.changes, word=change.final):
            leaders = [table.outline(depth, 0) for depth in table.shown]
            self.play(LaggedStart(*[Create(each) for each in leaders], lag_ratio=0.15), run_time=1.5)
        self.clear_stage()

    def limits(self) -> None:
        """What the lens cannot show."""
        lens = self.rec["lens"]
        leader, last = lens.row(lens.depths[0]).token(0), lens.prompt[-1]
        read, said = TokenBox(last, 64), TokenText(leader, 84, theme.FOCUS)
        read.move_to([-3.4, 0.55, 0])
        said.place([1.7, 0.4, 0])
        arrow = stroked(segments([[-1.4, 0.55, 0]], [[0.9, 0.55, 0]]), theme.SECONDARY, 3.0)
        names = (Words("the last word that it read", theme.STATEMENT, theme.SECONDARY, align="center"),
                 Words("what it would say, before any block", theme.STATEMENT, theme.SECONDARY))
        names[0].place([-3.4, -0.75, 0], "center")
        names[1].place([1.2, -0.75, 0])
        echo = Claim(maths.is_same, (derive(maths.difference, leader.id, last.id),),
                     "One caution: before any block it only echoes its last word.",
                     "One caution: before any block it has read nothing but the last word.")
        with self.beat(echo, shows="lens"):
            self.play(FadeIn(read), FadeIn(names[0]), run_time=theme.QUICK)
            self.play(Create(arrow), FadeIn(said), FadeIn(names[1]), run_time=theme.MOVE)
        with self.beat("Early blocks do not speak the language of the end. What seems nonsense may be sense.",
                       shows="lens"):
            self.play(Create(Focus(said)), run_time=theme.QUICK)
        self.clear_stage()
        strip = TokenStrip(tail(lens.prompt, 9.8, 34), 34)
        answer = TokenText(lens.final, 48, theme.FOCUS)
        strip.move_to([-answer.advance / 2 - 0.1, 0.5, 0])
        answer.place([strip.get_right()[0] + 0.3, 0.38, 0])
        with self.beat("It does not know, and then speak. It comes to know, layer by layer.", shows="lens", hold=2.0):
            self.play(FadeIn(strip), FadeIn(answer), run_time=theme.MOVE)

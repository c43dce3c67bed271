"""How does it learn on the spot?"""

from __future__ import annotations

import numpy as np
from manim import Create, FadeIn, FadeOut, LaggedStart, VGroup
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Dim, Follow
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.heads.flowing import Flow
from gptviz.drawing.heads.headfield import HeadField, cells_on, grid_boxes, grid_labels
from gptviz.drawing.heads.headmap import head_name
from gptviz.drawing.model.map import CORNER, ModelMap, map_of
from gptviz.film import Film, Need
from gptviz.recording.families import HeadComposition, HeadScores, RepeatedTokens
from gptviz.recording.number import Claim, Tracked, derive

from .gpt2 import Listeners
from .parts import LookingBack, SaidTwice, WorkRow

GRID = (-5.7, -2.1, 6.4, 2.15)
TITLE_MAP = (-6.2, -2.0, 6.2, 0.4)
ROW = 0.45  # height of the row on which two heads work
CORNER_NAME = 2.95  # height of what is written top left


class Induction(Film):
    """How does it learn on the spot?"""

    twice = Need(RepeatedTokens(tokens=16, draws=8, seed=8))
    composition = Need(HeadComposition())
    scores = Need(
        HeadScores(
            prompts=(
                "Data visualization empowers users to",
                "Artificial Intelligence is transforming the",
                "As the spaceship was approaching the",
            )
        )
    )
    chains = (("composition", "scores"),)
    cards = True
    settings = {"whole": 1.0, "nothing": 0.0}

    def construct(self) -> None:
        rec = self.twice
        self.period = int(rec.period)
        first, second = rec.losses[0, : self.period - 1], rec.losses[0, self.period - 1 :]
        self.before, self.after = derive(maths.mean, first), derive(maths.mean, second)
        self.running = [derive(maths.mean, second[: n + 1]) for n in range(len(second))]
        self.looks = (rec.best.score, rec.chance)
        self.first_time()
        self.second_time()
        self.unchanged()
        self.all_heads()
        self.best_head()
        self.looking_back()
        self.the_riddle()
        self.the_note()
        self.handed_on()
        self.from_weights()
        self.close()

    def looks_back(self, true: str, false: str) -> Claim:
        """A sentence that is true where a head looks at what followed, far above chance."""
        return Claim(maths.is_far_above, self.looks, true, false)

    # The riddle
    # ---------------------------------------------------------------------------------------------

    def first_time(self) -> None:
        """Random tokens, read one by one from near, and how surprising each was."""
        self.text = SaidTwice(self.twice.repeated, self.twice.losses[0])
        self.text.read(1.0)
        near = min(int(1.5 * self.period), self.text.count) - 1
        self.frame.set_view(*self.frame.fitted(self.text.column(0, near), buff=0.1))
        self.add(self.text)
        with self.beat(
            "Here\u2019s some nonsense, word after word.",
            "The taller the bar, the bigger the model\u2019s surprise.",
            shows="twice",
        ) as said:
            self.play(self.text.reading(self.period, said.left(), rate_func=rates.linear))

    def second_time(self) -> None:
        """The same tokens once more; the mean surprise so far rolls with them."""
        first = self._mean(self.before, -6.45)
        self.means = VGroup(first)
        with self.beat(
            "Now we say the same nonsense again.",
            Claim(
                maths.is_twice,
                (self.before, self.after),
                "Suddenly, it knows what\u2019s coming.",
                "It\u2019s just as lost as before.",
            ),
            shows="twice",
        ) as said:
            self.play(self.frame.pull(), run_time=1.2)
            self.play(FadeIn(first), run_time=theme.QUICK)
            second = self._mean(self.running[0], 0.1)
            self.means.add(second)
            number = second[0]

            def step(text: SaidTwice, share: float) -> None:
                text.read(self.period * (1 + share))
                done = min(int(self.period * share), self.period - 1)
                number.set_value(self.running[done])

            self.play(FadeIn(second), run_time=theme.QUICK)
            self.play(Follow(self.text, step, max(said.left() + 0.8, 4.0), rate_func=rates.linear))

    def _mean(self, value: Tracked, left: float) -> VGroup:
        """A mean surprise with its name."""
        number = Numeral(value, ".1f", 64).place([left, CORNER_NAME, 0])
        words = Words("average surprise", 30, theme.SECONDARY)
        return VGroup(number, words.place([left + 1.6, CORNER_NAME, 0]))

    def unchanged(self) -> None:
        """The text goes into the map of the model, on which the question stands."""
        rec = self.twice
        self.chart = map_of(rec, TITLE_MAP)
        with self.beat(
            "Yet not one weight has changed.",
            Claim(
                maths.is_twice,
                (self.before, self.after),
                "So how did it learn that?",
                "Larger models do learn this. How?",
            ),
            shows="twice",
        ) as said:
            again = self.text.column(self.period, self.text.count - 1)
            self.play(self.frame.push(again, buff=0.6, run_time=said.span(0)))
            said.until(1)
            self.play(self.frame.pull(1.2))
            left, bottom, right, top = self.chart.box_of("tokens")
            whole = VGroup(self.text, self.means)
            self.play(
                whole.animate.scale(0.03).move_to(((left + right) / 2, (bottom + top) / 2, 0.0)),
                FadeIn(self.chart, rate_func=rates.squish_rate_func(rates.smooth, 0.68, 1.0)),
                run_time=1.2,
            )
            self.remove(whole, self.text, self.means)
        self.title_card(self.chart)

    # The head
    # ---------------------------------------------------------------------------------------------

    def all_heads(self) -> None:
        """All heads fly out of the map, and light up by how much they look at what followed."""
        rec = self.twice
        layers, heads = int(rec.layers), int(rec.heads)
        count = derive(maths.product, [rec.layers, rec.heads])
        boxes = grid_boxes(layers, heads, GRID)
        self.field = HeadField(rec.induction.array, self._on(self.chart), theme.attention)
        self.labels = grid_labels(boxes, layers, heads)
        with self.beat(
            "Something in here must be looking back.",
            "So we score all {n:,} attention heads.",
            "Which of them look at the word that came next, last time?",
            shows="twice",
            n=count,
        ) as said:
            self.play(self.chart.light("attention"), run_time=theme.MOVE)
            self.add(self.field)
            self.play(
                self.field.fly(boxes, 1.8),
                self.chart.carry(CORNER, 1.8),
                run_time=1.8,
            )
            self.play(FadeIn(self.labels), run_time=theme.QUICK)
            said.until(1)
            self.play(self.field.light(0, said.left(), rate_func=rates.linear))

    def _on(self, chart: ModelMap) -> np.ndarray:
        """The cells of all heads on a map of the model, where it is now."""
        return cells_on(chart, int(self.twice.layers), int(self.twice.heads))

    def best_head(self) -> None:
        """One of them blazes; all others go back into the map."""
        rec = self.twice
        layer, head = rec.best.index
        index = layer * int(rec.heads) + head
        name = head_name(rec.best, 44, theme.TEXT)
        self.name = VGroup(name.place([theme.LEFT_EDGE, CORNER_NAME, 0]))
        share = Numeral(rec.best.score, ".0%", 44, theme.ATTENTION)
        self.name.add(share.place([theme.LEFT_EDGE + name.advance + 0.5, CORNER_NAME, 0]))
        with self.beat(
            self.looks_back(
                "One stands out, head {h:d} in layer {l:d}.",
                "None really does. Head {h:d} in layer {l:d} comes closest.",
            ),
            self.looks_back("It does so almost every time.", "It hardly ever does."),
            shows="twice",
            h=rec.best.head,
            l=rec.best.layer,
        ) as said:
            frame = self.field.frame(index)
            self.play(self.field.focus([index]), Create(frame), run_time=theme.MOVE)
            self.play(FadeIn(self.name), run_time=theme.QUICK)
            said.until(1)
            self.wait(max(said.left() - 1.6, 0.1))
            self.text = SaidTwice(rec.repeated, rec.losses[0])
            self.text.read(self.text.count).raise_bars(0.0)
            self.play(FadeOut(self.labels), FadeOut(frame), run_time=theme.QUICK)
            self.play(
                self.field.fly(self._on(self.chart), 1.4),
                FadeIn(self.text, shift=np.array([0, 1.2, 0])),
                run_time=1.4,
            )
            self.chart.set_lit(f"head {layer}.{head}")
            self.remove(self.field)

    def looking_back(self) -> None:
        """Its arcs, token by token, and what flows along them."""
        rec = self.twice
        self.arcs = LookingBack(self.text, rec.induction_pattern, self.period)
        with self.beat(
            self.looks_back(
                "When a word comes back, it looks at what followed it before.",
                "Here\u2019s where it looks. It isn\u2019t at what followed before.",
            ),
            self.looks_back("Then it copies that.", "So it has nothing to copy."),
            shows="twice",
        ) as said:
            self.add(self.arcs)
            self.play(
                Follow(self.arcs, LookingBack.sweep, max(said.span(0), 4.0), rate_func=rates.linear)
            )
            said.until(1)
            if self.arcs.arcs:
                weights = [weight for _, _, weight in self.arcs.pairs]
                flow = Flow(self.arcs.arcs, weights, theme.VALUE, 0.2, backwards=True)
                self.add(flow)
                self.play(flow.run(1.8, rate_func=rates.linear))
                self.remove(flow)

    # The two steps
    # ---------------------------------------------------------------------------------------------

    def the_riddle(self) -> None:
        """A token, what followed it, and the token again, taken out of the text."""
        rec, p = self.twice, self.period
        i = self._example()
        self.a, self.b = rec.repeated[i], rec.repeated[i + 1]
        places = [i - 1, i, i + 1, p + i]
        tokens = [rec.repeated[place] for place in places]
        self.row = WorkRow(tokens, self.b, ROW)
        self.example = i
        with self.beat(
            "But how does {a} find {b}?",
            "It can\u2019t search for what it doesn\u2019t know.",
            shows="twice",
            a=self.a,
            b=self.b,
        ) as said:
            self.play(
                FadeOut(self.arcs), FadeOut(self.name), self.text.leave(places), run_time=theme.MOVE
            )
            moves = [self.row.seat(self.text.labels[place], k) for k, place in enumerate(places)]
            self.play(*moves, run_time=theme.SLOW)
            self.question = Words("?", 56, theme.SECONDARY, align="center")
            self.question.place(self.row.centres[4] - np.array([0, 0.2, 0]), "center")
            self.add(self.row)
            self.bring_to_front(self.text)
            self.play(FadeIn(self.row), FadeIn(self.question), run_time=theme.MOVE)
            said.until(1)

    def _example(self) -> int:
        """The place of a token whose head looks most at what followed: of those that are whole
        words, if there are any."""
        rec, p = self.twice, self.period
        pattern = np.asarray(rec.induction_pattern.array)
        every = range(1, p - 1)
        words = [i for i in every if all(str(rec.repeated[k]).startswith(" ") for k in (i, i + 1))]
        return max(words or every, key=lambda i: float(pattern[p + i, i + 1]))

    def the_note(self) -> None:
        """An earlier head looks one token back, and leaves a note."""
        rec, i, p = self.twice, self.example, self.period
        feeder = rec.feeder
        early = feeder.index[0] < rec.best.index[0]
        trick: str | Claim = "In larger models, the trick takes two heads."
        does: str | Claim = "An earlier one looks one word back, and leaves a note."
        if early:
            trick = Claim(
                maths.is_majority,
                (feeder.score, self.setting("whole")),
                "The trick takes two heads.",
                "In larger models, the trick takes two heads.",
            )
        before = [rec.repeated[i - 1], self.a, rec.repeated[p + i - 1]]
        self.notes = VGroup(
            *[self.row.note(place, token) for place, token in zip((1, 2, 3), before, strict=True)]
        )
        with self.beat(
            trick, does, "So {b} carries the note, after {a}.", shows="twice", a=self.a, b=self.b
        ) as said:
            layer, head = feeder.index
            self.play(self.chart.light(f"head {layer}.{head}"), run_time=theme.MOVE)
            said.until(1)
            backs = VGroup(
                *[self.row.arc(place, place - 1, theme.ATTENTION, 0.55) for place in (1, 2)]
            )
            self.play(LaggedStart(*[Create(arc) for arc in backs], lag_ratio=0.4), run_time=1.2)
            if isinstance(trick, Claim) and trick.held:
                name = head_name(feeder, 34, theme.TEXT, "center")
                name.place(self.row.centres[1] + np.array([0, 1.55, 0]), "center")
                self.play(FadeIn(name), run_time=theme.QUICK)
            flow = Flow(list(backs), [1.0] * len(backs), theme.VALUE, 0.22, backwards=True)
            self.add(flow)
            self.play(flow.run(1.0, rate_func=rates.linear))
            self.remove(flow)
            self.play(
                LaggedStart(
                    *[FadeIn(note, shift=np.array([0, -0.5, 0])) for note in self.notes],
                    lag_ratio=0.3,
                ),
                run_time=1.4,
            )
            said.until(2)
            self.play(Dim(self.notes[0], self.notes[2]), run_time=theme.QUICK)
            self.backs = backs
            self.play(Dim(self.backs), run_time=theme.QUICK)

    def handed_on(self) -> None:
        """The later head finds the note, and copies what it hangs on."""
        rec, i, p = self.twice, self.example, self.period
        surprise = derive(maths.difference, self.setting("nothing"), rec.loss(p + i + 1))
        likely = derive(maths.exponential, surprise)
        says = Claim(
            maths.is_majority,
            (likely, self.setting("whole")),
            "And the model says {b}.",
            "This model still doesn\u2019t say {b}.",
        )
        with self.beat(
            "The second head looks for that note.",
            "It finds {b}, and hands it on.",
            says,
            shows="twice",
            b=self.b,
        ) as said:
            layer, head = rec.best.index
            self.play(
                self.chart.light(f"head {layer}.{head}"),
                run_time=theme.QUICK,
            )
            arc = self.row.arc(3, 2, theme.ATTENTION, 1.2)
            self.play(Create(arc), run_time=1.0)
            if self.looks_back("yes", "no").held:
                name = head_name(rec.best, 34, theme.TEXT, "center")
                name.place(arc.get_top() + np.array([0, 0.2, 0]), "center")
                self.play(FadeIn(name), run_time=theme.QUICK)
            said.until(1)
            on = self.row.arc(3, 4, theme.VALUE, 0.4)
            for path in (arc, on):
                flow = Flow([path], [1.0], theme.VALUE, 0.3, backwards=path is arc)
                self.add(flow)
                self.play(flow.run(1.0, rate_func=rates.linear))
                self.remove(flow)
            self.play(FadeOut(self.question), run_time=theme.QUICK)
            self.play(FadeIn(self.row.text(4), shift=np.array([0, -0.3, 0])), run_time=theme.MOVE)
            said.until(2)
            share = Numeral(likely, ".0%", 56, theme.PROBABILITY, "center")
            share.place(self.row.centres[4] - np.array([0, 1.35, 0]), "center")
            self.play(FadeIn(share, shift=np.array([0, -0.3, 0])), run_time=theme.MOVE)

    # From the weights alone
    # ---------------------------------------------------------------------------------------------

    def from_weights(self) -> None:
        """GPT-2: which heads read what the head that looks one back writes."""
        Listeners(self, self.composition, self.scores).tell()

    def close(self) -> None:
        """The text said twice, once more."""
        rec = self.twice
        text = SaidTwice(rec.repeated, rec.losses[0])
        with self.beat(
            self.looks_back(
                "It learns on the spot by looking back.",
                "A model that learns on the spot looks back.",
            ),
            "Nothing in it changes.",
            shows="twice",
        ) as said:
            going = [FadeOut(each) for each in self.stage()]
            text.read(float(self.period))
            self.play(FadeIn(text), *going, run_time=theme.MOVE)
            self.play(text.reading(text.count, max(said.left(), 2.5), rate_func=rates.linear))
        answer = self.looks_back(
            "It looks at what came next, last time.", "A larger model looks at what came next."
        )
        self.end_card(answer, text)

"""What does the whole thing look like?"""

from __future__ import annotations

import numpy as np
from manim import Create, FadeIn, FadeOut, LaggedStart, smooth
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.model.map import map_of
from gptviz.drawing.tokens.tokens import TokenStrip, tail
from gptviz.film import Film, Need
from gptviz.recording.families import LogitLens, ParameterTally, ResidualStream
from gptviz.recording.number import Claim, Count, derive

from .parts import Card, line, name
from .sheets import Shot
from .tower import Tower

TEXT = "Twinkle, twinkle, little"
CARD = (-6.2, -2.0, 6.2, 0.4)  # the map on the title card
TOTAL, HIGHEST = 4.6, 0.7  # height of all floors when the whole is seen; of one floor at most
LINE, SIZE = 9.0, 34  # the prompt: units of its line, its type
SHOWN = 4  # of the likeliest tokens, as probabilities on the upper table
ASIDE = -2.3  # where the tower stands beside a card


class Stack3D(Film):
    """What does the whole thing look like?"""

    tally = Need(ParameterTally())
    stream = Need(ResidualStream(prompt=TEXT))
    lens = Need(LogitLens(prompt=TEXT, top=4))
    chains = (("tally", "stream", "lens"),)
    cards = True
    waivers = {
        "twists:Tower": "sheets are seen in perspective, and turn as the camera goes round them",
        "twists:Door": "a door turns on its hinge",
        "outside:Tower": "the tables are far longer than the picture is wide",
        "outside:VMobject": "so they are on the end card",
    }

    def construct(self) -> None:
        self.sizes = self.tally.sizes
        self.count = count = int(self.sizes["layers"])
        tall = min(TOTAL / count, HIGHEST)
        self.whole = Shot(0.4, 1.0, count / 2 + 0.2, -22, 14, 12.6, 0.3, tall)
        token = self.lens.prompt[-1]
        vectors = np.stack([self.stream.vector(depth, 0).array for depth in range(count + 1)])
        row = float(token.id) / float(self.sizes["vocab"])
        inside = Shot(0.3, 0, count * 0.6, 24, 6, 3.4)
        self.tower = Tower(self.tally, vectors, row, inside)
        top = self.lens.row(count)
        ranks = range(min(len(top), SHOWN))
        self.tower.set_pillars(
            [top.token(rank) for rank in ranks], [top.probability(rank) for rank in ranks]
        )
        self.chart = map_of(self.tally, CARD)
        self.hook()
        self.title_card(self.chart)
        self.cut_text()
        self.table()
        self.attention()
        self.mlp()
        self.adding()
        self.climb()
        self.roof()
        self.answer()
        self.close()

    # The whole
    # ---------------------------------------------------------------------------------------------

    def hook(self) -> None:
        tower = self.tower
        self.add(tower)
        with self.beat(
            "This is a whole language model.",
            "Every sheet is one of its matrices, drawn to scale.",
        ) as said:
            self.play(tower.fly(self.whole, max(said.left(), 5.0), rate_func=smooth))
        front = self.whole._replace(azimuth=0.0, elevation=5.0, distance=15.0, x=0.9)
        with self.beat("Lay it on its side, and you have the map of all the films.") as said:
            self.play(tower.fly(front, 1.8))
            self.play(tower.fold(self.chart, 2.6))
            self.play(FadeIn(self.chart), run_time=theme.QUICK)
            self.remove(tower)

    def cut_text(self) -> None:
        tower, prompt = self.tower, self.lens.prompt
        shown = tail(prompt, LINE, SIZE)
        self.strip = TokenStrip(shown, SIZE).place(theme.LEFT_EDGE + 0.1, theme.TOP_EDGE - 0.1)
        self.mark = Focus(self.strip.boxes[-1], 0.06)
        tokens = line("{n:,} tokens", n=Count(prompt, "tokens of the text"))
        self.card = Card(name("the text"), "bpe_tokens", tokens)
        foot = Shot(0, 0.4, 0.2, -24, 22, 5.4, ASIDE)
        with self.beat(
            "Let's send a text through it.",
            "It's cut into tokens, and we'll follow the last one.",
            "Every stop has a door to a film.",
            hold=1.4,
        ) as said:
            self.remove(self.chart)
            self.add(tower)
            self.play(tower.fold(self.chart, 2.0, unfold=True))
            boxes = [FadeIn(box) for box in self.strip.boxes]
            self.play(tower.fly(foot, 2.0), LaggedStart(*boxes, lag_ratio=0.2), run_time=2.0)
            said.until("follow")
            self.play(Create(self.mark), run_time=theme.QUICK)
            said.until(2)
            self.play(self.card.come())
            self.play(self.card.door.open(1.2))

    # The floors
    # ---------------------------------------------------------------------------------------------

    def table(self) -> None:
        tower, sizes = self.tower, self.sizes
        along = Shot(0, 7.0, -0.5, -16, 15, 8.5, ASIDE)
        near = Shot(0, 0.0, 0.0, -20, 26, 4.0, ASIDE)
        turned = self.card.turn(name("the table"), "embedding_matrix", sizes.share("wte"))
        with self.beat(
            "Down here lies a table, with one row for each of its {n:round} tokens.",
            "Our token picks up its row, {d:,} numbers.",
            n=sizes["vocab"],
            d=sizes["d_model"],
        ) as said:
            self.play(tower.light("embedding"), tower.fly(along, said.span(0) - 0.2), *turned)
            said.until(1)
            self.play(tower.fly(near, 1.2))
            self.play(tower.lift(2.0))

    def attention(self) -> None:
        tower = self.tower
        near = Shot(-0.3, 0, 0.4, -20, 21, 3.3, ASIDE - 0.2)
        turned = self.card.turn(name("attention"), "scores_mask", self.sizes.share("attention"))
        with self.beat(
            "On every floor, attention comes first.",
            "It's the only place where tokens look at each other.",
        ) as said:
            self.play(tower.light("attention", block=0), tower.fly(near, 1.6), *turned)
            self.play(tower.work("attention", 0, max(said.left() - 0.9, 1.6)))
            self.play(tower.rise(0.46, 0.9))

    def mlp(self) -> None:
        tower, share = self.tower, self.sizes.share("mlp")
        near = Shot(0.9, 0, 0.6, -6, 25, 4.6, ASIDE - 0.4)
        turned = self.card.turn(name("MLP"), "matvec", share)
        with self.beat(
            "Then comes the MLP, and every token goes through it alone.",
            "{p:~%} of all the numbers are in here.",
            p=share,
        ) as said:
            self.play(tower.light("mlp", block=0), tower.fly(near, 1.6), *turned)
            self.play(tower.work("mlp", 0, max(said.left(0), 1.6)))
            said.until(1)
            far = near._replace(z=min(3.0, self.count / 2), distance=6.0, elevation=16)
            self.play(tower.light("mlp"), tower.fly(far, max(said.left(), 2.0)))

    def adding(self) -> None:
        tower = self.tower
        near = Shot(0, 0, 0.6, -12, 25, 3.1, -0.4)
        with self.beat("Neither one replaces our numbers.", "They only add to them.") as said:
            self.play(self.card.go(), tower.light(), tower.fly(near, 1.8))
            said.until(1)
            self.play(tower.rise(1.0, max(said.left(), 1.6)))

    def climb(self) -> None:
        tower, lens, sizes = self.tower, self.lens, self.sizes
        last = len(lens.grid_tokens) - 1
        tower.write_guesses([lens.leader(depth, last) for depth in range(1, self.count + 1)])
        tower.told = 1.0
        groups = [sizes.group("attention"), sizes.group("mlp")]
        share = derive(maths.ratio, derive(maths.total, groups), sizes["total"])
        floors = name("{n:,} floors", n=sizes["layers"])
        self.card.show(floors, "logit_lens", share)
        low = Shot(-0.2, 0, 2.0, -12, 20, 5.0, ASIDE + 0.1)
        late = Claim(
            maths.is_majority,
            (lens.settled, sizes["layers"]),
            "It finds the answer only near the top.",
            "It finds the answer early on.",
        )
        with self.beat(
            "Then up it goes, through {n:words} floors, all built alike.",
            "On each one, you can ask for its best guess so far.",
            late,
            n=sizes["layers"],
        ) as said:
            self.play(tower.rise(2.0, 1.4, low))
            self.play(self.card.come())
            self.play(self.card.door.open(1.2), tower.rise(min(3.0, self.count), 1.2, low))
            length = max(said.left() + 0.6, 7.0)
            high = low._replace(z=self.count - 0.6)
            self.play(tower.rise(self.count, length, high, rate_func=rates.ease_in_out_sine))

    # The answer
    # ---------------------------------------------------------------------------------------------

    def roof(self) -> None:
        tower, sizes = self.tower, self.sizes
        tied = sizes.tied
        share = sizes.share("wte" if tied else "lm_head")
        turned = self.card.turn(
            name("the table again" if tied else "another table"), "softmax", share
        )
        above = Shot(0, 1.2, self.count + 0.5, -18, 24, 5.4, ASIDE)
        with self.beat(
            "On the roof, there's a table again.",
            "It's the very one from the ground floor."
            if tied
            else "This one isn't that of the ground floor.",
            "Every row is held against our numbers, and every token gets its score.",
        ) as said:
            self.play(tower.light("unembedding"), tower.fly(above, 2.2), *turned)
            said.until(2)
            along = above._replace(y=9.0, distance=9.0, elevation=16)
            self.play(tower.fly(along, max(said.left(), 3.0)))

    def answer(self) -> None:
        tower, lens = self.tower, self.lens
        foot = tower.pillars[0][1]
        near = Shot(0, foot, self.count + 1.3, -24, 12, 6.0, 0.0)
        with self.beat(
            "Softmax turns the scores into probabilities.",
            "And {word} is the first choice, with {p:~%}.",
            word=lens.final,
            p=lens.final_probability(self.count),
        ) as said:
            self.play(self.card.go(), tower.grow(2.6, near))
            said.until(1)
            self.play(tower.fly(near._replace(distance=4.4, azimuth=-12), max(said.left(), 1.6)))

    def close(self) -> None:
        tower, sizes = self.tower, self.sizes
        with self.beat(
            "That was one token, and the next one climbs it all again.",
            "So it's a table, {n:words} floors, and a table again.",
            n=sizes["layers"],
        ) as said:
            self.play(
                FadeOut(self.strip),
                FadeOut(self.mark),
                tower.light(),
                tower.fly(self.whole, max(said.left(0), 3.5)),
            )
            round_it = self.whole._replace(azimuth=-34.0)
            self.play(tower.fly(round_it, max(said.left() + 0.6, 3.4)))
        picture = tower.picture()
        self.remove(tower)
        self.add(picture)
        self.end_card("A table, {n:words} floors, and a table again.", picture, n=sizes["layers"])

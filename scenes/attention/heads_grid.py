"""What do all the heads look at?"""

import numpy as np
from manim import (
    DOWN,
    Circumscribe,
    Create,
    FadeIn,
    FadeOut,
    LaggedStart,
    ReplacementTransform,
    TransformFromCopy,
    VGroup,
    linear,
)

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import outline
from gptviz.drawing.base.motion import Follow, Glide
from gptviz.drawing.base.text import Words
from gptviz.drawing.chances.bars import Bar
from gptviz.drawing.heads.attention import AttentionGrid
from gptviz.drawing.heads.head_kinds import ScoreRule
from gptviz.drawing.heads.headgrid import HeadGrid
from gptviz.drawing.heads.headmap import head_name
from gptviz.drawing.tokens.tokens import TokenBox, TokenStrip, head
from gptviz.film import Film, Need
from gptviz.recording.families import AttentionPatterns
from gptviz.recording.number import Claim, derive

GRID = np.array([-3.55, 0.28, 0.0])  # the middle of all heads
DETAIL = np.array([3.65, 0.86, 0.0])  # the middle of the head that is spoken of
NAME = np.array([3.65, -1.72, 0.0])  # its name's baseline
WHAT = NAME + np.array([0.0, -0.42, 0.0])
KINDS = (
    ("previous", theme.FOCUS, "the token before"),
    ("duplicate", theme.NEGATIVE, "the same token again"),
    ("jump", theme.PROBABILITY, "one token to another"),
    ("reach", theme.VALUE, "a token far back"),
)
MADE = (
    ("query", theme.QUERY),
    ("key", theme.KEY),
    ("value", theme.VALUE),
)  # what attention makes of a token
LISTS, WIDE = -4.6, 10.9  # where the lists of numbers begin, and how long they are
SIDE, PANEL = 0.65, 5.9  # where the right side begins, and how wide it is
SMALL = 1.3  # the side of a head's picture at the close


class HeadsGrid(Film):
    """What do all the heads look at?"""

    run = Need(AttentionPatterns(prompt="As the spaceship was approaching the"), main=True)

    def construct(self) -> None:
        self.ask("What do {n:,} heads look at?", n=self.run.heads_in_all)
        self.split()
        self.all_at_once()
        self.sink()
        self.spotlights()
        self.close()

    def split(self) -> None:
        """A token's vector, what attention makes of it, and as many pieces of that as a layer has
        heads."""
        run = self.run
        heads = int(run.heads)
        token = TokenBox(run.prompt[-1], 40)
        token.move_to([LISTS + WIDE / 2, 2.1, 0])
        whole = Bar(WIDE, 0.5, theme.DATA_LOW).shift([LISTS, 1.1, 0])
        count = Words("{n:,} numbers", theme.STATEMENT, theme.SECONDARY, n=run.d_model).place(
            [LISTS, 1.6, 0]
        )
        with self.beat("Inside the model, a token is a list of {n:,} numbers.", n=run.d_model):
            self.play(FadeIn(token), run_time=theme.QUICK)
            self.play(FadeIn(whole, shift=DOWN * 0.4), FadeIn(count), run_time=theme.MOVE)
        lists = VGroup(
            *[
                Bar(WIDE, 0.5, colour).shift([LISTS, -0.15 - 0.8 * i, 0])
                for i, (_, colour) in enumerate(MADE)
            ]
        )
        names = VGroup(
            *[
                Words(name, theme.STATEMENT, colour).place(
                    [LISTS - 0.3, -0.27 - 0.8 * i, 0], "right"
                )
                for i, (name, colour) in enumerate(MADE)
            ]
        )
        with self.beat(
            "From it attention makes a query, a key, and a value: what it will pass on."
        ):
            self.play(*[TransformFromCopy(whole, each) for each in lists], run_time=1.2)
            self.play(FadeIn(names), run_time=theme.QUICK)
        piece = WIDE / heads
        parts = [
            VGroup(
                *[
                    Bar(piece, 0.5, colour).shift([LISTS + piece * i, -0.15 - 0.8 * row, 0])
                    for i in range(heads)
                ]
            )
            for row, (_, colour) in enumerate(MADE)
        ]
        shares = Words(
            "{h:,} \u00d7 {d:,} numbers each",
            theme.STATEMENT,
            theme.SECONDARY,
            h=run.heads,
            d=run.d_head,
        )
        shares.place([LISTS, 0.3, 0])
        with self.beat(
            "Each list is cut into {h:,} pieces of {d:,}: one for each head.",
            h=run.heads,
            d=run.d_head,
        ):
            self.remove(*lists)
            self.add(*parts)
            self.play(
                *[each.animate.stretch(0.92, 0) for part in parts for each in part],
                run_time=theme.MOVE,
            )
            self.play(FadeIn(shares), run_time=theme.QUICK)
        self.grid = HeadGrid(run.numbers("pattern"), width=6.2, height=5.1).shift(GRID)
        self.grid.set_revealed(0)
        frames = VGroup(
            *[
                self.grid.spotlight(layer, head, theme.HAIRLINE)
                for layer in range(int(run.layers))
                for head in range(heads)
            ]
        )
        total = Words(
            "{l:,} \u00d7 {h:,} = {n:,} heads", 64, l=run.layers, h=run.heads, n=run.heads_in_all
        )
        total.place([SIDE, 0.35, 0])
        with self.beat(
            "{l:,} layers, each with {h:,} heads: {n:,} in all.",
            l=run.layers,
            h=run.heads,
            n=run.heads_in_all,
        ):
            self.play(FadeOut(VGroup(count, shares, names, token, whole)), run_time=theme.QUICK)
            landed = [[frame.copy() for frame in frames[:heads]] for _ in parts]
            self.play(
                *[
                    ReplacementTransform(each, frame)
                    for part, row in zip(parts, landed, strict=True)
                    for each, frame in zip(part, row, strict=True)
                ],
                run_time=1.2,
            )
            self.remove(*[frame for row in landed for frame in row])
            self.add(*frames[:heads])
            self.play(
                LaggedStart(
                    *[FadeIn(frame, shift=DOWN * 0.06) for frame in frames[heads:]], lag_ratio=0.02
                ),
                FadeIn(self.grid.labels),
                FadeIn(total),
                run_time=theme.SLOW,
            )
        self.frames, self.total = frames, total

    def all_at_once(self) -> None:
        run = self.run
        strip = TokenStrip(head(run.prompt, PANEL, 26, lines=5), 26, width=PANEL).place(SIDE, 2.2)
        reading = self.reading(float(strip.get_bottom()[1]) - 0.7)
        with self.beat("All of them read the same text, layer after layer."):
            self.play(FadeOut(self.total), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(box) for box in strip], lag_ratio=0.2), run_time=1.2)
        with self.beat("Each small panel is one head: which token looks back at which.", hold=2.0):
            self.add(self.grid)
            self.play(
                Follow(
                    self.grid,
                    lambda grid, share: grid.set_revealed(share * (len(run.prompt) + 1)),
                    run_time=3.2,
                    rate_func=linear,
                ),
                FadeOut(self.frames),
                FadeIn(reading),
            )
        self.play(FadeOut(strip), FadeOut(reading), run_time=theme.QUICK)

    @staticmethod
    def reading(top: float, tokens: int = 6, side: float = 2.4) -> VGroup:
        """How a pattern is read: one bright cell, in the row of the token that looks and the column
        of another."""
        query, key, step = tokens - 2, 2, side / tokens
        mask = np.zeros((tokens, tokens))
        mask[query, key] = 1
        rule = ScoreRule(mask, side).shift([SIDE, top - side, 0])
        row = outline(
            (SIDE, top - (query + 1) * step, SIDE + (query + 1) * step, top - query * step),
            theme.QUERY,
        )
        column = outline(
            (SIDE + key * step, top - side, SIDE + (key + 1) * step, top - key * step), theme.KEY
        )
        words = [
            Words(text, theme.STATEMENT, colour).place(
                [SIDE + side + 0.45, top - 0.75 - i * 0.6, 0]
            )
            for i, (text, colour) in enumerate(
                (
                    ("row: a token that looks", theme.QUERY),
                    ("column: a token it sees", theme.KEY),
                    ("bright: a large weight", theme.TEXT),
                )
            )
        ]
        return VGroup(rule, column, row, *words)

    def sink(self) -> None:
        """The head that looks most at the first token; then how many do."""
        run = self.run
        spot = run.spotlight("first")
        if spot is None:
            return
        detail, where, name, what = self.opened(
            spot,
            Claim(
                maths.is_majority,
                (
                    spot.score,
                    derive(maths.total, [spot.score, derive(maths.remainder, [spot.score])]),
                ),
                "looks at the first token",
                "looks at the first token more than others do",
            ),
        )
        first = detail.outline(key=0)
        with self.beat(
            "Look closer at one: {w:.1%} of its weight goes to the first token.",
            w=spot.score,
            hold=1.2,
        ):
            self.open(spot, detail, where, name, what)
            self.play(Create(first), run_time=theme.QUICK)
        lit = np.where(np.asarray(run.array("first")) > float(run.sink_bound), 1.0, theme.DIM)
        none = Claim(
            maths.is_nothing,
            (run.sinks,),
            "None of the {all:,} heads gives most of its weight to it.",
        )
        most = (
            none
            if none.held
            else Claim(
                maths.is_majority,
                (run.sinks, run.heads_in_all),
                "Here {n:,} of {all:,} heads give most of their weight to the first token.",
                "Here only {n:,} of {all:,} heads give most of their weight to the first token.",
            )
        )
        counted = Words(
            "{n:,} of {all:,} heads",
            56,
            theme.ATTENTION,
            align="center",
            n=run.sinks,
            all=run.heads_in_all,
        ).place(NAME - np.array([0, 0.25, 0]), "center")
        with self.beat(most, n=run.sinks, all=run.heads_in_all, hold=1.2):
            self.play(FadeOut(VGroup(where, name, what)), run_time=theme.QUICK)
            self.play(
                Glide(self.grid, lambda: self.grid.set_lit(lit), run_time=theme.MOVE),
                FadeIn(counted),
            )
        if not none.held:
            with self.beat(
                "A row must add up to one: where nothing fits, the weight has to go somewhere."
            ):
                self.play(Circumscribe(first, color=theme.FOCUS, buff=0.05, run_time=theme.SLOW))
        self.play(FadeOut(VGroup(detail, first, counted)), run_time=theme.QUICK)

    def spotlights(self) -> None:
        """Heads that stand out, one after another."""
        run = self.run
        previous = run.spotlight("previous")
        if previous is not None and previous.least is not None:
            always = Claim(
                maths.is_nearly_all,
                (previous.least,),
                "This one looks at the token before: {w:.2f}, every time.",
                "This one looks one token back more than any other head: {w:.2f} on average.",
            )
            value = previous.least if always.held else previous.score
            what = Claim(
                always.predicate, always.inputs, "looks one back", "looks one back now and then"
            )
            self.spotlight(previous, always, what, w=value)
        copy = run.spotlight("duplicate")
        if copy is not None:
            self.spotlight(
                copy,
                "This one finds copies: from {q} back to {k}, {w:.2f}.",
                "finds the same token again",
                w=copy.weight,
            )
        jump = run.spotlight("jump")
        if jump is not None:
            self.spotlight(
                jump,
                "This one ties two tokens together: {q} looks at {k}, {w:.2f}.",
                "ties one token to another",
                w=jump.weight,
            )
        reach = run.spotlight("reach")
        if reach is not None and (
            jump is None or (reach.index, reach.key) != (jump.index, jump.key)
        ):
            self.spotlight(
                reach,
                "And this one reaches far back: from {q} to {k}, {w:.2f}.",
                "looks {n:,} tokens back",
                w=reach.weight,
                n=derive(maths.difference, reach.query, reach.key),
            )

    def spotlight(self, spot, sentence, what: str | Claim, **fields) -> None:
        query, key = self.run.prompt[int(spot.query)], self.run.prompt[int(spot.key)]
        detail, where, name, words = self.opened(spot, what, **fields)
        cell = detail.outline(int(spot.query), int(spot.key))
        with self.beat(sentence, w=fields["w"], q=query, k=key, hold=1.2):
            self.open(spot, detail, where, name, words)
            self.play(Create(cell), run_time=theme.QUICK)
        self.play(FadeOut(VGroup(detail, cell, name, words, where)), run_time=theme.QUICK)

    def opened(self, spot, what: str | Claim, **fields) -> tuple:
        """A head's pattern in full, the frame around it in the picture of all heads, its name and
        what it does."""
        detail = AttentionGrid(
            self.run.prompt, self.run.pattern(*spot.index), width=5.9, height=4.1
        ).shift(DETAIL)
        return (
            detail,
            self.grid.spotlight(*spot.index),
            head_name(spot, theme.TITLE, align="center").place(NAME, "center"),
            Words(what, theme.STATEMENT, theme.SECONDARY, align="center", **fields).place(
                WHAT, "center"
            ),
        )

    def open(self, spot, detail: AttentionGrid, where, name: Words, what: Words) -> None:
        """The head's small pattern opens into the large one; the others are dimmed."""
        self.play(
            Glide(
                self.grid,
                lambda: self.grid.set_lit(self.grid.lit_but(spot.index)),
                run_time=theme.QUICK,
            ),
            Create(where),
        )
        self.play(self.grid.grow(*spot.index, detail), FadeIn(name), FadeIn(what))

    def close(self) -> None:
        """All heads again, those that were shown coloured by what they do, and large beside
        them."""
        run = self.run
        tints, pictures, legend = {}, [], VGroup()
        for kind, colour, words in KINDS:
            spot = run.spotlight(kind)
            if spot is None or spot.index in tints:
                continue
            x, y = SIDE + 1.45 + 3.05 * (len(tints) % 2), 1.9 - 2.5 * (len(tints) // 2)
            tints[spot.index] = colour
            layer, head = spot.index
            picture = HeadGrid(
                run.numbers("pattern")[layer : layer + 1, head : head + 1],
                SMALL,
                SMALL,
                labels=False,
            )
            left, _, right, _ = self.grid.box(*spot.index)
            picture.set_tints({(0, 0): colour}).shift(self.grid.center_of(*spot.index))
            small = (right - left) / picture.width
            pictures.append(
                picture.scale(small).animate.scale(1 / small).move_to(np.array([x, y, 0]))
            )
            if kind == "previous" and spot.least is not None:
                job = Claim(maths.is_nearly_all, (spot.least,), words, "one back, now and then")
            else:
                job = words
            legend.add(
                head_name(spot, color=colour, align="center").place([x, y - 1.05, 0], "center"),
                Words(job, theme.LABEL, align="center").place([x, y - 1.45, 0], "center"),
            )
        frames = VGroup(*[self.grid.spotlight(*index, colour) for index, colour in tints.items()])
        with self.beat("These do different jobs. Nobody assigned them: training did."):
            self.play(
                Glide(
                    self.grid,
                    lambda: self.grid.set_tints(tints).set_lit(self.grid.lit_but(*tints)),
                    run_time=theme.MOVE,
                ),
                FadeIn(frames),
            )
            self.play(*pictures, FadeIn(legend), run_time=theme.MOVE)
        with self.beat(
            "{n:,} heads: {n:,} questions, asked of every token.", n=run.heads_in_all, hold=1.5
        ):
            lit = np.ones((int(run.layers), int(run.heads)))
            self.play(Glide(self.grid, lambda: self.grid.set_lit(lit), run_time=theme.SLOW))

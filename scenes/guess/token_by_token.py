"""What exactly comes out of the model?"""

from manim import (
    DOWN,
    RIGHT,
    UP,
    Create,
    FadeIn,
    FadeOut,
    LaggedStart,
    ReplacementTransform,
    VGroup,
    linear,
)

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Appear, Dim, Follow, Light
from gptviz.drawing.base.text import Run, Words
from gptviz.drawing.chances.bars import ProbabilityBars
from gptviz.drawing.chances.sampling import CumulativeDraw
from gptviz.drawing.chances.scores import ScoreBlock
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.furniture.source import SourceSays
from gptviz.drawing.tokens.flow import Writing, fitted
from gptviz.drawing.tokens.replay import ReplayStrip
from gptviz.drawing.tokens.tokens import TokenStrip, tail
from gptviz.film import Film, Need
from gptviz.recording import published
from gptviz.recording.families import CandidateSets, LogitBlock, Replay, SamplingLoop
from gptviz.recording.number import Claim, Count, derive

WIDTH = theme.RIGHT_EDGE - theme.LEFT_EDGE
LEFT = theme.LEFT_EDGE + 0.1
FIRST_ROW, ROW, BARS = 1.65, 0.5, 2.5
UNIT = WIDTH - BARS - 1.1  # the length of a bar that is all, with its numeral beside it
PAIR = -1.6  # the first of the two rows that are compared
BLOCK_TOP = 1.45  # the middle of the block's first row
STRIP = -1.4
SAID = 58  # type size of two scores side by side


class TokenByToken(Film):
    """What exactly comes out of the model?"""

    block = Need(LogitBlock(prompt="London was", continuation=" a", named=(" a", " no")))
    sets = Need(CandidateSets(prompt="London was", top_k=(5,), top_p=(), named=12))
    loop = Need(
        SamplingLoop(prompt="London was", steps=16, policy="top_k", top_k=5, seed=3), main=True
    )
    replay = Need(
        Replay(
            text="London was one of the few places that had the courage to stand up to the government.",
            prompt="London was",
        )
    )
    greedy = Need(SamplingLoop(prompt="Paris will", steps=28, policy="greedy"))
    settings = {"way": 0.0}
    chains = (("block", "sets", "loop", "replay"),)

    def construct(self) -> None:
        self.block_of = self.block
        self.scores()
        self.chances()
        self.mask_and_draw()
        self.append()
        self.sentence()
        self.tell_greedy()
        self.close()

    def tell_block(self, grown: bool = False) -> ScoreBlock:
        """The block of scores, of the text or of the text grown by a token."""
        rec = self.block_of
        name = "grown_" if grown else ""
        return ScoreBlock(
            rec.grown if grown else rec.prompt,
            rec.numbers(name + "first"),
            rec.numbers(name + "last"),
            rec.tokens("ends"),
            rec.vocab,
            WIDTH - 0.25,
            height=3.2,
            lines=len(rec.grown),
        ).shift([LEFT, BLOCK_TOP, 0])

    def scores(self) -> None:
        """Tokens with their ids; a row of scores for each of them; the last one counts."""
        rec = self.block_of
        strip = in_full(rec.prompt)
        count = Count(rec.prompt, "tokens of the prompt")
        with self.beat(
            "This text goes in as {n:words} tokens, and each token is a number.",
            shows="block",
            n=count,
        ):
            self.play(
                LaggedStart(
                    *[FadeIn(VGroup(box.box, box.text), shift=UP * 0.15) for box in strip],
                    lag_ratio=0.3,
                ),
                run_time=1.2,
            )
            self.play(
                LaggedStart(*[FadeIn(box.id, shift=UP * 0.1) for box in strip], lag_ratio=0.3),
                run_time=1.0,
            )
        block = self.tell_block()
        with self.beat(
            "Out come raw scores: a row for each token here, a column for each token it knows.",
            shows="block",
        ):
            self.to_rows(strip.boxes, block)
        size = Words(
            "{n:,} rows times {v:,} columns: {s:,} scores",
            theme.TITLE,
            theme.SECONDARY,
            n=count,
            v=rec.vocab,
            s=derive(maths.product, [count, rec.vocab]),
        )
        size.place([LEFT, below(block), 0])
        with self.beat(
            "Each row holds {v:,}. Shown are its first {k:words} and its last {k:words}.",
            shows="block",
            v=rec.vocab,
            k=Count(range(rec.numbers("first").shape[1]), "first columns shown"),
        ):
            self.play(FadeIn(size), run_time=theme.QUICK)
        with self.beat(
            "Only the last row says what comes next. The others are not used now.", shows="block"
        ):
            frame = Focus(block.shown[-1])
            self.play(Dim(*block.shown[:-1], *block.heads), Create(frame), run_time=theme.MOVE)
        self.rows, self.gone = block, [size, frame]

    def to_rows(self, boxes, block: ScoreBlock) -> None:
        """Tokens become the names of the rows of a block, and their scores come out."""
        pairs = list(zip(reversed(boxes), reversed(block.rows), strict=False))
        moves = [
            FadeOut(box.text) if row is None else ReplacementTransform(box.text, row.label)
            for box, row in pairs
        ]
        others = [
            FadeIn(row.label) for row in block.shown if not any(row is each for _, each in pairs)
        ]
        self.play(
            *moves,
            *others,
            *[FadeOut(VGroup(box.box, box.id)) for box in boxes],
            run_time=theme.MOVE,
        )
        self.play(
            FadeIn(block.heads),
            FadeIn(block.more),
            LaggedStart(
                *[FadeIn(VGroup(*row[1:]), shift=RIGHT * 0.2) for row in block.shown], lag_ratio=0.4
            ),
            run_time=1.6,
        )
        self.add(block)

    def to_strip(self, block: ScoreBlock, strip: TokenStrip) -> None:
        """The other way: the names of the rows become a line of tokens, and the scores go."""
        pairs = [
            (row, box)
            for row, box in zip(reversed(block.rows), reversed(strip.boxes), strict=False)
            if row
        ]
        others = [box.text for box in strip if not any(box is each for _, each in pairs)]
        names = [row.label for row in block.shown if not any(row is each for each, _ in pairs)]
        self.bring_to_back(*[box.box for box in strip])
        self.play(
            *[FadeOut(each) for each in (*self.gone, block.heads, block.more, *names)],
            *[FadeOut(VGroup(*row[1:])) for row in block.shown],
            *[Appear(box.box) for box in strip],
            *[ReplacementTransform(row.label, box.text) for row, box in pairs],
            *[FadeIn(text) for text in others],
            run_time=theme.MOVE,
        )
        self.remove(block)
        self.add(strip)

    def chances(self) -> None:
        """The last row as chances: the likeliest, and the two that the source compares."""
        rec, sets, chosen = self.block_of, self.sets, self.sets.top_k[0]
        few = int(chosen.size)
        self.strip = TokenStrip(tail(sets.prompt, 12.0), theme.STATEMENT).place(
            theme.LEFT_EDGE, 2.85
        )
        shares = [sets.probability(rank) for rank in range(few)]
        others = Words("{n:,} others", 32, theme.SECONDARY, n=chosen.masked)
        self.bars = ProbabilityBars(
            [sets.token(rank) for rank in range(few)],
            shares,
            derive(maths.remainder, shares),
            others,
            unit=UNIT,
            columns=(0.0, BARS),
            row=ROW,
            size=32,
            limit=11,
            room=UNIT + 0.9,
        ).shift([theme.LEFT_EDGE, FIRST_ROW, 0])
        with self.beat(
            "Softmax turns that row into chances: the {k:words} likeliest, and all the rest.",
            shows="sets",
            k=chosen.size,
        ):
            self.to_strip(self.rows, self.strip)
            self.play(
                LaggedStart(*[FadeIn(row) for row in self.bars.rows], lag_ratio=0.15), run_time=1.4
            )
        if rec.named(0) is None or rec.named(1) is None:
            return
        named = [rec.named(0), rec.named(1)]
        pair = ProbabilityBars(
            named,
            [rec.named_probability(i) for i in range(2)],
            unit=UNIT,
            columns=(0.0, BARS),
            row=ROW,
            size=32,
            limit=11,
            room=UNIT + 0.9,
            spec=".2%",
        )
        pair.shift([theme.LEFT_EDGE, PAIR, 0])
        more = Claim(
            maths.is_larger,
            (rec.named_probability(0), rec.named_probability(1)),
            "Compare two of them: {a} is {x:,.0f} times as likely as {b}.",
            "Compare two of them: {a} is less likely than {b}.",
        )
        with self.beat(
            more,
            shows="block",
            a=named[0],
            b=named[1],
            x=derive(maths.ratio, rec.named_probability(0), rec.named_probability(1)),
        ):
            self.play(Dim(*self.bars.rows), FadeIn(pair, shift=UP * 0.1), run_time=theme.MOVE)
        self.play(FadeOut(pair), Light(*self.bars.rows), run_time=theme.QUICK)

    def mask_and_draw(self) -> None:
        """All but a few are left out; the few share everything; one of them is drawn."""
        chosen, first = self.sets.top_k[0], self.loop.steps[0]
        few, rest = int(chosen.size), self.bars.rows[-1]
        sign = Run("\u2212\u221e", 44, theme.WRONG).place(
            [LEFT + BARS, rest.share.baseline()[1] - 0.03, 0]
        )
        with self.beat(
            "Keep these. The other {m:,} scores are set to minus infinity.",
            shows="sets",
            m=chosen.masked,
        ):
            self.play(FadeOut(VGroup(rest.bar, rest.share)), FadeIn(sign), run_time=theme.MOVE)
        with self.beat(
            "So they get no chance at all, and the {k:words} share everything.",
            shows="sets",
            k=chosen.size,
        ):
            numerals, state = (
                [row.share for row in self.bars.rows[:few]],
                [chosen.share(i) for i in range(few)],
            )
            self.play(*[FadeOut(numeral) for numeral in numerals], run_time=theme.QUICK)
            self.play(
                *[
                    row.bar.animate.set_length(float(share) * UNIT)
                    for row, share in zip(self.bars.rows, state, strict=False)
                ],
                run_time=theme.MOVE,
            )
            self.bars.set_shares(state, derive(maths.remainder, state))
            self.play(*[FadeIn(numeral) for numeral in numerals], run_time=theme.QUICK)
        shares = [first.share(rank) for rank in range(few)]
        draw = CumulativeDraw(
            [first.row.token(rank) for rank in range(few)], shares, None, WIDTH - 0.9, 0.42, 26
        )
        draw.shift([0, STRIP, 0])
        with self.beat(
            "A random number from zero to one picks one of them: {word}.",
            shows="loop",
            word=first.token,
        ):
            copies, laid = (
                [row.bar.copy() for row in self.bars.rows[:few]],
                [draw.lying(i) for i in range(few)],
            )
            self.bring_to_back(*copies)  # they pass behind the numerals of other rows
            self.play(FadeOut(sign), FadeOut(rest.label), run_time=theme.QUICK)
            self.play(
                *[ReplacementTransform(copy, bar) for copy, bar in zip(copies, laid, strict=True)],
                run_time=theme.MOVE,
            )
            self.play(FadeIn(draw), *[FadeOut(bar) for bar in laid], run_time=0.2)
            draw.draw(first.u)
            self.play(draw.slide(run_time=1.4))
            self.play(draw.land(float(first.low), float(first.high), first.token))
        self.draw = draw

    def append(self) -> None:
        """The text grows; the earlier rows come out the same, whatever a source prints."""
        rec = self.block_of
        first = self.loop.steps[0]
        strip = in_full([*self.loop.prompt, first.token])
        landed = self.draw.landed.copy()
        self.add(landed)
        self.clear_stage(landed, self.strip)
        *known, added = strip.boxes
        frame = Focus(added.box)
        with self.beat(
            "It joins the text: {n:words} numbers now. Then everything runs again.",
            shows="loop",
            n=Count([*self.loop.prompt, first.token], "tokens of the longer text"),
        ):
            pairs = list(zip(reversed(self.strip.boxes), reversed(known), strict=False))
            lone = [
                each
                for each in (*self.strip, *known)
                if not any(each is box for pair in pairs for box in pair)
            ]
            self.play(
                *[
                    ReplacementTransform(a, b)
                    for old, new in pairs
                    for a, b in ((old.box, new.box), (old.text, new.text))
                ],
                *[FadeIn(box) if box in known else FadeOut(box) for box in lone],
                FadeIn(added.box),
                run_time=theme.MOVE,
            )
            self.remove(self.strip)
            self.add(*[part for box in known for part in (box.box, box.text)], landed)
            self.play(ReplacementTransform(landed, added.text), run_time=theme.MOVE)
            self.play(*[FadeIn(box.id) for box in strip], Create(frame), run_time=theme.QUICK)
        short, grown = self.tell_block(), self.tell_block(grown=True)
        same = Claim(
            maths.is_same,
            (derive(maths.largest, rec.numbers("row_gaps")),),
            "It gains a row. The earlier rows stay as they were: no token sees ahead.",
            "It gains a row, and the earlier rows have changed.",
        )
        with self.beat("This is how the block of scores looked before.", shows="block"):
            self.play(FadeOut(frame), FadeOut(added), run_time=theme.QUICK)
            self.to_rows(known, short)
        with self.beat(same, shows="block"):
            added = grown.rows[len(short.rows) :]
            if None not in grown.rows:  # the earlier rows stand where they stood
                self.remove(short)
                self.add(grown.heads, *grown.shown[: -len(added)])
                self.play(*[FadeIn(row, shift=UP * 0.3) for row in added], run_time=theme.MOVE)
            else:
                self.play(FadeOut(short), FadeIn(grown), run_time=theme.MOVE)
            self.play(Create(Focus(grown.shown[-1])), run_time=theme.QUICK)
        self.clear_stage()
        says = SourceSays(
            Words(
                "\u201c{a:.4f}\u201d, then \u201c{b:.4f}\u201d",
                SAID,
                a=published.LONDON_FIRST_SCORE,
                b=published.LONDON_FIRST_AGAIN,
            ),
            Words("{a:.4f}, then {b:.4f}", SAID, a=rec.first(0)[0], b=rec.first(0, grown=True)[0]),
            "the very first score, before and after a token is appended",
            Words(published.TOKEN_ARTICLE, theme.LABEL, theme.SECONDARY),
            size=SAID,
            titles=("the article prints", "this model computes"),
        ).shift([0, 0.3, 0])
        with self.beat(
            "One article prints this score twice, and differently. It can only have one value.",
            shows="block",
        ):
            self.play(
                FadeIn(says.what), FadeIn(says.quote), FadeIn(says.source), run_time=theme.MOVE
            )
            self.play(FadeIn(says.truth), run_time=theme.MOVE)
        self.clear_stage()

    def sentence(self) -> None:
        """The loop goes on; and the source's sentence under this model."""
        loop, replay = self.loop, self.replay
        written = ReplayStrip(loop.prompt, loop.steps, WIDTH, 2.45 - theme.STAGE_BOTTOM)
        written.shift([theme.LEFT_EDGE, 2.45, 0])
        note = Words(
            "chances before the cut to {k:words}",
            theme.LABEL,
            theme.SECONDARY,
            k=loop.setting("top_k"),
        )
        note.place([theme.RIGHT_EDGE, 2.85, 0], "right")
        with self.beat(
            "Score, draw, append: {n:,} times, always from the {k:words} likeliest.",
            shows="loop",
            n=Count(loop.chosen, "steps"),
            k=loop.setting("top_k"),
        ):
            self.add(written.reveal(0.0))
            self.play(FadeIn(note), run_time=theme.QUICK)
            self.play(Follow(written, ReplayStrip.reveal, run_time=4.0, rate_func=linear))
        self.clear_stage()
        strip = ReplayStrip(replay.prompt, replay.positions, WIDTH, 2.45 - theme.STAGE_BOTTOM)
        strip.shift([theme.LEFT_EDGE, 2.45, 0])
        with self.beat(
            "The article's model wrote this. How likely does ours find each token?", shows="replay"
        ):
            self.add(strip.reveal(0.0))
            self.play(Follow(strip, ReplayStrip.reveal, run_time=4.0, rate_func=linear))
        worst, best = replay.most_surprising, replay.least_surprising
        with self.beat(
            "The biggest surprise: {word}, in place {p:,} of {v:,}.",
            shows="replay",
            word=worst.token,
            p=worst.place,
            v=replay.vocab,
        ):
            frame = Focus(strip.cell(worst.index))
            self.play(Create(frame), run_time=theme.MOVE)
        with self.beat(
            "Expected most: {word}, with a chance of {p:.2%}.",
            shows="replay",
            word=best.token,
            p=best.probability,
        ):
            self.play(
                ReplacementTransform(frame, Focus(strip.cell(best.index))), run_time=theme.MOVE
            )
        self.clear_stage()

    def tell_greedy(self) -> None:
        """Without a draw a seed plays no part."""
        greedy = self.greedy
        flow = fitted(greedy.prompt, greedy.chosen, WIDTH, 4.6, theme.SECONDARY).shift(
            [theme.LEFT_EDGE, 2.3, 0]
        )
        with self.beat(
            "Or always take the likeliest. No chance is left, so a random seed changes nothing.",
            shows="greedy",
        ):
            self.add(flow)
            self.play(Writing(flow, greedy.chosen, lambda _: theme.TEXT, run_time=4.0))
        self.clear_stage()

    def close(self) -> None:
        """A whole block of scores, one token."""
        rec = self.block_of
        block = self.tell_block()
        count = Count(rec.prompt, "tokens of the prompt")
        tokens = [*self.loop.prompt, self.loop.steps[0].token]
        text = TokenStrip(tail(tokens, WIDTH - 0.2, 44), 44)
        text.place(LEFT, max(below(block) + 0.34, theme.STAGE_BOTTOM + 0.7))
        *known, added = text.boxes
        with self.beat(
            "{s:,} scores come out. One row is read, and one token is chosen.",
            shows=("block", "loop"),
            hold=2.0,
            s=derive(maths.product, [count, rec.vocab]),
        ):
            self.play(FadeIn(block), *[FadeIn(box) for box in known], run_time=theme.MOVE)
            self.play(Dim(*block.shown[:-1], *block.heads), run_time=theme.QUICK)
            self.play(FadeIn(added, shift=DOWN * 0.4), run_time=theme.MOVE)
            self.play(Create(Focus(added)), run_time=theme.QUICK)


def in_full(tokens) -> TokenStrip:
    """Tokens with their ids, as large as one line allows; of a text that is too long the end."""
    size = next(
        (size for size in (88, 64, 44) if len(tail(tokens, WIDTH, size)) == len(tokens)),
        theme.STATEMENT,
    )
    return TokenStrip(tail(tokens, WIDTH, size), size, ids=True).move_to([0, 0.8, 0])


def below(block: ScoreBlock) -> float:
    """The baseline of what stands below a block of scores."""
    return BLOCK_TOP - (block.lines - 0.5) * block.step - 0.62

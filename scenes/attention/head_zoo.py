"""Which heads do what?"""

import numpy as np
from manim import (
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
from gptviz.drawing.base.motion import Follow, Glide
from gptviz.drawing.base.text import Words
from gptviz.drawing.heads import head_kinds, headwork
from gptviz.drawing.heads.attention import AttentionArcs, AttentionGrid
from gptviz.drawing.heads.headgrid import HeadGrid
from gptviz.drawing.heads.headmap import NAME, HeadMap, head_name
from gptviz.drawing.tokens.tokens import TokenStrip, tail
from gptviz.film import Film, Need
from gptviz.recording import published
from gptviz.recording.families import (
    AttentionPatterns,
    HeadAblation,
    HeadComposition,
    HeadScores,
    InductionHeads,
    SinkNorms,
)
from gptviz.recording.number import Claim, Count, derive

GRID, MAP = np.array([-3.75, 0.3, 0]), np.array([3.4, 0.4, 0])
KINDS = {
    "previous": "the token before",
    "first": "the first token",
    "self": "itself",
    "duplicate": "the same token, earlier",
}
GPT2_SMALL = "GPT-2 small"  # whose heads publications name


class HeadZoo(Film):
    """Which heads do what?"""

    scores = Need(
        HeadScores(
            prompts=(
                "Data visualization empowers users to",
                "Artificial Intelligence is transforming the",
                "As the spaceship was approaching the",
            )
        )
    )
    run = Need(AttentionPatterns(prompt="As the spaceship was approaching the"), main=True)
    composition = Need(HeadComposition())
    induction = Need(InductionHeads())
    sink = Need(SinkNorms(prompt="As the spaceship was approaching the"))
    ablation = Need(HeadAblation(prompt="Tom and Lily went to the park. Tom and"))
    chains = (("scores", "run", "composition"), ("induction", "sink", "ablation"))

    def construct(self) -> None:
        self.ids = [token.id for token in self.run.prompt]
        self.others = self.sink.provenance.model != self.scores.provenance.model
        self.by_looks()
        self.all_kinds()
        if self.others:
            self.change(
                "scores",
                "sink",
                "To measure what heads do, we run a model ourselves: from here on, this one.",
            )
        self.tell_sink()
        self.tell_ablation()
        self.random_twice()
        if self.others:
            self.change(
                "sink", "scores", "Has the first model such a head? Back to it, and to its weights."
            )
        self.tell_induction()
        self.readers()

    # What they look at
    # --------------------------------------------------------------------------------------------

    def by_looks(self) -> None:
        """All heads at once; then one number for each, kind by kind."""
        run, scores, best = self.run, self.scores, self.scores.best("previous")
        self.grid = (
            HeadGrid(run.numbers("pattern"), 6.2, 5.1, size=theme.SMALL).shift(GRID).set_revealed(0)
        )
        one = AttentionGrid(
            run.prompt, run.pattern(*best.index), "pattern", 6.4, 4.8, size=theme.LABEL
        )
        opened = VGroup(one.shift([3.4, 0.35, 0]), self.grid.spotlight(*best.index))
        with self.beat(
            "{n:,} heads. In each, a row is a token, and it looks where its row is bright.",
            shows="run",
            n=scores.heads_in_all,
        ):
            self.add(self.grid)
            self.play(
                Follow(
                    self.grid,
                    lambda grid, share: grid.set_revealed(share * (len(run.prompt) + 1)),
                    run_time=1.5,
                    rate_func=linear,
                )
            )
            self.play(FadeIn(opened[1]), self.grid.grow(*best.index, one), run_time=theme.MOVE)
        self.map = (
            HeadMap(scores.scores("previous"), 5.3, 4.45, size=theme.SMALL).shift(MAP).set_come(0)
        )
        self.framed = VGroup(
            self.map.labels,
            self.map.legend(-2.2, size=theme.SMALL, words=("none of it", "all of it")),
        )
        self.shown = VGroup(self.kind("previous"))
        with self.beat(
            "Score each: how much of its attention, on average, goes to the token before?",
            shows=("run", "scores"),
        ):
            self.play(FadeOut(opened), run_time=theme.QUICK)
            self.play(FadeIn(self.framed, self.shown), run_time=theme.QUICK)
            self.add(self.map)
            self.play(Follow(self.map, HeadMap.set_come, run_time=1.8, rate_func=linear))
        always = Claim(
            maths.is_nearly_all,
            (scores.least("previous"),),
            "Layer {l:d}, head {h:d} leads with {s:.2f}. It hardly looks anywhere else.",
            "Layer {l:d}, head {h:d} leads with {s:.2f}.",
        )
        with self.beat(always, shows=("run", "scores"), l=best.layer, h=best.head, s=best.score):
            self.shown = VGroup(*self.shown, more := self.found("previous"))
            self.play(FadeIn(more), run_time=theme.MOVE)
        few, many = scores.fewest_sinks, scores.most_sinks
        none = Claim(
            maths.is_nothing,
            (many,),
            "The first token: no head here gives it most of its attention.",
        )
        some = Claim(
            maths.is_larger,
            (many, few),
            "Depending on the text, {a:,} to {b:,} heads give most attention to the first token.",
            "Heads that give most of their attention to the first token: {a:,}.",
        )
        self.next_kind("first", none if none.held else some, a=few, b=many)
        own, copy = scores.best("self"), scores.best("duplicate")
        self.next_kind(
            "self",
            "The token itself: layer {l:d}, head {h:d} gives it most, {s:.2f} of its attention.",
            l=own.layer,
            h=own.head,
            s=own.score,
        )
        if copy is not None:
            same = Claim(
                maths.is_same,
                (derive(maths.distance, [own.layer, own.head], [copy.layer, copy.head]),),
                "Only rows whose token came before: the same head gives the earlier copy {s:.2f}.",
                "Only rows whose token came before: layer {l:d}, head {h:d} gives the copy {s:.2f}.",
            )
            self.next_kind("duplicate", same, l=copy.layer, h=copy.head, s=copy.score)

    def kind(self, name: str) -> VGroup:
        """What a score counts, as a picture and in words, above the map."""
        return headwork.rule_above(self.map, head_kinds.counted(name, self.ids), KINDS[name])

    def found(self, name: str) -> VGroup:
        """Frames around the head that is best at a score, in both pictures."""
        index = self.scores.best(name).index
        return VGroup(self.grid.spotlight(*index), self.map.outline(*index))

    def next_kind(self, name: str, sentence: str, **fields) -> None:
        """The map turns into that of another score."""
        with self.beat(sentence, shows=("run", "scores"), **fields):
            new = self.kind(name)
            self.play(FadeOut(self.shown), run_time=theme.QUICK)
            self.play(
                FadeIn(new), Glide(self.map, lambda: self.map.set_values(self.scores.scores(name)))
            )
            self.shown = new
            if name != "first":  # there it is many heads that count, not the best
                self.shown = VGroup(new, more := self.found(name))
                self.play(FadeIn(more), run_time=theme.QUICK)

    def all_kinds(self) -> None:
        """The maps side by side."""
        names = [name for name in KINDS if self.scores.best(name) is not None]
        cards = [
            head_kinds.KindCard(
                KINDS[name],
                head_kinds.counted(name, self.ids),
                self.scores.scores(name),
                self.scores.best(name),
                (i - (len(names) - 1) / 2) * 3.35,
            )
            for i, name in enumerate(names)
        ]
        whole, wide = self.scores.heads_in_all, {name: self.scores.wide(name) for name in names}
        common = Claim(
            maths.is_majority,
            (wide.pop("first"), whole),
            "Most heads share one.",
            "Most heads share none.",
        )
        rare = Claim(
            maths.is_far_above,
            (whole, derive(maths.smallest, list(wide.values()))),
            "Some looks are rare.",
            "No look is rare here.",
        )
        with self.beat(
            "{rare} {common}", shows=("run", "scores"), hold=1.3, rare=rare, common=common
        ):
            self.play(
                FadeOut(self.grid),
                FadeOut(self.shown),
                FadeOut(self.framed),
                ReplacementTransform(self.map.heat.cells, cards[-1].map.heat.cells),
                run_time=theme.MOVE,
            )
            self.play(
                LaggedStart(
                    *[FadeIn(card.map) for card in cards[:-1]],
                    *[FadeIn(card.around) for card in cards],
                    lag_ratio=0.2,
                ),
                run_time=1.6,
            )
        self.clear_stage()

    def change(self, before: str, after: str, sentence: str) -> None:
        """Another model takes over: its card beside that of the one before."""
        cards = head_kinds.ModelCards([self.rec[before], self.rec[after]])
        with self.beat(sentence, shows=after):
            self.play(LaggedStart(*[FadeIn(card) for card in cards], lag_ratio=0.4), run_time=1.2)
        self.clear_stage()

    # What they do
    # -------------------------------------------------------------------------------------------------

    def tell_sink(self) -> None:
        """A large weight, what it multiplies, and what is moved."""
        sink = self.sink
        grid = AttentionGrid(sink.prompt, sink.pattern, width=6.4, height=4.6).shift([-3.2, 0.1, 0])
        bars = headwork.sink_bars(sink, 0.9, 2.3)
        with self.beat(
            "On average, layer {l:d}, head {h:d} gives {w:.0%} of its attention to the first token.",
            shows="sink",
            l=sink.best.layer,
            h=sink.best.head,
            w=sink.first[sink.best.index],
        ):
            self.play(FadeIn(grid), run_time=theme.MOVE)
            self.play(Create(grid.outline(key=0)), FadeIn(bars[0]), run_time=theme.MOVE)
        with self.beat(
            "But attention only multiplies a vector. So measure how long that is, too.",
            shows="sink",
        ):
            self.play(FadeIn(bars[1]), run_time=theme.MOVE)
        harmless = sink.harmless(
            "The first token\u2019s is short: of attention times length it keeps {s:.0%}.",
            "The first token\u2019s is no shorter: of attention times length it keeps {s:.0%}.",
        )
        with self.beat(harmless, shows="sink", s=sink.brought[sink.best.index], hold=1.2):
            self.play(FadeIn(bars[2]), run_time=theme.MOVE)
        self.clear_stage()

    def tell_ablation(self) -> None:
        """Heads switched off one at a time, and what is left of a prediction."""
        rec = self.ablation
        shown = tail(rec.prompt, 12.6, 38)
        strip = TokenStrip(shown, 38).place(theme.LEFT_EDGE, 2.0)
        whole = head_kinds.Guesses(rec.row(False), theme.LEFT_EDGE, 0.8, "with all heads")
        with self.beat(
            "Here the model expects {word}: {p:.0%}.",
            shows="ablation",
            word=rec.target,
            p=rec.probability,
        ):
            self.play(LaggedStart(*[FadeIn(box) for box in strip], lag_ratio=0.2), run_time=1.2)
            self.play(FadeIn(whole), run_time=theme.MOVE)
        without, about = headwork.missed(rec, 3.4, -0.13)
        with self.beat(
            "Set one head\u2019s output to zero and ask again. Then the next.", shows="ablation"
        ):
            self.play(FadeIn(without.labels), FadeIn(about), run_time=theme.QUICK)
            self.add(without)
            self.play(Follow(without, HeadMap.set_come, run_time=1.8, rate_func=linear))
        with self.beat(
            "{k:,} of {n:,} heads help, {m:,} do not. Without layer {l:d}, head {h:d} it is {s:.0%}.",
            shows="ablation",
            k=rec.hurt,
            n=rec.heads_in_all,
            l=rec.best.layer,
            h=rec.best.head,
            m=derive(maths.difference, rec.heads_in_all, rec.hurt),
            s=rec.best.score,
        ):
            self.play(Create(frame := without.outline(*rec.best.index)), run_time=theme.MOVE)
        crippled = head_kinds.Guesses(
            rec.row(True), 0.4, 0.8, "without " + NAME, l=rec.best.layer, h=rec.best.head
        )
        key, last = int(np.argmax(rec.pattern.array[-1])), slice(-len(shown), None)
        arcs = AttentionArcs(
            strip.boxes, rec.pattern[last, last], len(shown) - 1, 0.7, written=False
        )
        name = head_name(rec.best, color=theme.ATTENTION)
        name.place([min(strip.get_right()[0] + 0.2, theme.RIGHT_EDGE - name.advance), 2.75, 0])
        with self.beat(
            "It is the head that, at the last token, gives {k} {w:.0%} of its attention.",
            shows="ablation",
            k=rec.prompt[key],
            w=rec.pattern[-1, key],
            hold=1.0,
        ):
            self.play(FadeOut(without), FadeOut(frame), FadeOut(about), run_time=theme.QUICK)
            self.play(FadeIn(crippled), run_time=theme.QUICK)
            self.play(Create(arcs), FadeIn(name), run_time=theme.MOVE)
        self.clear_stage()

    def random_twice(self) -> None:
        """Random tokens, then the same again: does a head look at what came next last time?"""
        rec = self.induction
        text = head_kinds.SaidTwice(rec.repeated, rec.period, theme.LEFT_EDGE, 1.2, 11.0)
        again = self.ablation.followed_before(
            "It looked at what came next the last time. Now random tokens, said twice.",
            "Now a text that makes no sense: random tokens, then the same ones again.",
        )
        with self.beat(again, shows=("ablation", "induction")):
            for line in text.lines:
                self.play(
                    LaggedStart(*[FadeIn(part) for part in line], lag_ratio=0.3), run_time=1.0
                )
        pattern, about = headwork.second_turn(rec, -3.7, -0.35)
        scores = HeadMap(rec.scores, 5.2, 3.3, high=float(rec.scores.array.max()), size=theme.SMALL)
        scores.shift([3.3, -0.2, 0]).set_come(0)
        with self.beat(
            "Which head looks, here too, at what came next the last time?", shows="induction"
        ):
            self.play(FadeIn(look := text.look(2)), run_time=theme.MOVE)
            self.play(VGroup(text, look).animate.shift([0, 1.55, 0]), run_time=theme.MOVE)
            self.play(
                FadeIn(scores.labels),
                FadeIn(scores.legend(-2.2, size=theme.SMALL)),
                run_time=theme.QUICK,
            )
            self.add(scores)
            self.play(Follow(scores, HeadMap.set_come, run_time=1.8, rate_func=linear))
        says = Claim(
            maths.is_far_above,
            (rec.best.score, rec.chance),
            "Layer {l:d}, head {h:d} does: {s:.2f}. Equal shares would give {c:.2f}.",
            "Hardly any does: {s:.3f} at best. Equal shares would give {c:.3f}.",
        )
        with self.beat(
            says,
            shows="induction",
            l=rec.best.layer,
            h=rec.best.head,
            s=rec.best.score,
            c=rec.chance,
        ):
            self.play(
                Create(scores.outline(*rec.best.index)),
                FadeIn(pattern),
                FadeIn(about),
                run_time=theme.MOVE,
            )
            self.play(Create(head_kinds.followed(pattern, int(rec.period))), run_time=theme.MOVE)
        self.clear_stage()

    # How they work together
    # ---------------------------------------------------------------------------------------

    def tell_induction(self) -> None:
        """The two steps, without a model."""
        story = head_kinds.InductionStory(0.1)
        with self.beat("First A, then B. Later, A again. What comes next?", shows="composition"):
            self.play(
                LaggedStart(*[FadeIn(box) for box in story.boxes], lag_ratio=0.4), run_time=1.6
            )
        with self.beat(
            "A first head looks at the token before. At B it leaves a note: A came before.",
            shows="composition",
        ):
            self.play(Create(story.back), FadeIn(story.names[0]), run_time=theme.MOVE)
            self.play(FadeIn(story.note), run_time=theme.QUICK)
        with self.beat(
            "A later head, at the second A, finds that note and copies B: an induction head.",
            shows="composition",
        ):
            self.play(Create(story.found), FadeIn(story.names[1]), run_time=theme.MOVE)
            self.play(
                FadeOut(story.boxes[4][1]),
                TransformFromCopy(story.boxes[1][1], story.answer),
                Create(story.copied),
                run_time=theme.SLOW,
            )
        self.clear_stage()

    def readers(self) -> None:
        """Who reads what the head that looks one back writes, found in the weights alone."""
        rec, writer = self.composition, self.scores.best("previous")
        readers = rec.readers(writer.index)
        if not readers:
            with self.beat(
                "Here no layer comes after that head: nobody can read it.",
                shows="composition",
                hold=1.5,
            ):
                self.play(
                    FadeIn(head_name(writer, 64, align="center").place([0, 0.4, 0], "center"))
                )
            return
        pairs, later = headwork.reads(rec, writer, -4.0, 0.4)
        own = VGroup(pairs.outline(*writer.index), pairs.beside(*writer.index, head_name(writer)))
        formula = VGroup(
            head_kinds.CompositionFormula(3.3, 0.75),
            Words("how much the one reads of the other", theme.STATEMENT, theme.TEXT).place(
                [3.3, 2.2, 0], "center"
            ),
        )
        with self.beat(
            "Layer {l:d}, head {h:d} led on the token before. Which heads of later layers read its note?",
            shows="composition",
            l=writer.layer,
            h=writer.head,
        ):
            self.add(pairs)
            self.play(FadeIn(pairs.labels), FadeIn(own), FadeIn(formula), run_time=theme.MOVE)
            self.play(
                Follow(
                    pairs,
                    lambda heads, share: heads.heat.set_lit(share * later),
                    run_time=theme.SLOW,
                ),
                FadeIn(pairs.legend(-2.2, size=theme.SMALL)),
            )
        shown = readers[: len(published.named_induction_heads())]
        places, values = [rec.place(*reader) for reader, _ in shown], [score for _, score in shown]
        ranking = head_kinds.HeadRanking(
            places,
            values,
            rec.median(),
            "median of all pairs",
            ("layer.head", "how much it reads"),
            2.0,
        ).shift([-0.45, 1.9, 0])
        most = Claim(
            maths.is_twice,
            (values[0], rec.median()),
            "Of {n:,} later heads, these read it most.",
            "Of {n:,} later heads, these read it most. None stands out from a usual pair.",
        )
        with self.beat(
            most, shows="composition", n=Count(readers, "heads of later layers"), hold=1.0
        ):
            self.play(FadeOut(formula), FadeIn(ranking.head), run_time=theme.QUICK)
            self.play(
                LaggedStart(
                    *[
                        FadeIn(VGroup(row, pairs.heat.outline(*reader, theme.KEY)))
                        for row, (reader, _) in zip(ranking.rows, shown, strict=True)
                    ],
                    lag_ratio=0.3,
                ),
                run_time=2.0,
            )
            self.play(FadeIn(ranking.usual), run_time=theme.QUICK)
        self.named(ranking, [reader for reader, _ in shown])
        lit = 0.25 * later
        lit[tuple(np.array([reader for reader, _ in shown]).T)] = 1.0
        end = Claim(
            maths.is_twice,
            most.inputs,
            "Read from the weights: these heads listen to layer {l:d}, head {h:d}.",
            "The weights say this, too: here, no such pair stands out.",
        )
        with self.beat(end, shows="composition", hold=1.0, l=writer.layer, h=writer.head):
            self.play(
                FadeOut(own[1]), Glide(pairs, lambda: pairs.heat.set_lit(lit), run_time=theme.MOVE)
            )
            if end.held:
                self.play(
                    Create(pairs.fan(writer.index, [reader for reader, _ in shown])),
                    run_time=theme.SLOW,
                )

    def named(self, ranking: head_kinds.HeadRanking, readers: list) -> None:
        """Which of them publications name as induction heads: of GPT-2 small's they do."""
        if self.composition.provenance.model != GPT2_SMALL:
            with self.beat(
                "For GPT-2 small, publications name such heads. For this model we have no list.",
                shows="composition",
            ):
                return
        named = published.named_induction_heads()
        hits = Count([reader for reader in readers if reader in named], "of them shown")
        marks = VGroup(
            ranking.mark(None, "named by"),
            *[
                ranking.mark(
                    i,
                    ", ".join(
                        published.authors(source) for source in published.induction_sources(*reader)
                    )
                    or "\u2014",
                )
                for i, reader in enumerate(readers)
            ],
        )
        with self.beat(
            "In this model, {s:words} publications name {n:words} induction heads; {k:words} are here.",
            shows="composition",
            s=Count(published.INDUCTION_HEADS, "publications"),
            n=Count(named, "induction heads that are named"),
            k=hits,
            hold=1.5,
        ):
            self.play(LaggedStart(*[FadeIn(mark) for mark in marks], lag_ratio=0.3), run_time=1.5)

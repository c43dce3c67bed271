"""Which heads do what?"""

import numpy as np
from manim import RIGHT, Create, FadeIn, FadeOut, LaggedStart, ReplacementTransform, TransformFromCopy, VGroup, linear

from gptviz import maths
from gptviz.drawing import theme, zoo
from gptviz.drawing.attention import AttentionArcs, AttentionGrid
from gptviz.drawing.headgrid import HeadGrid
from gptviz.drawing.heatmap import HeatMap
from gptviz.drawing.motion import Follow, Glide
from gptviz.drawing.text import Words
from gptviz.drawing.tokens import TokenStrip, tail
from gptviz.film import Film
from gptviz.recording import published
from gptviz.recording.number import Claim, Count, derive
from gptviz.recording.requests import (
    AttentionPatterns,
    HeadAblation,
    HeadComposition,
    HeadScores,
    InductionHeads,
    SinkNorms,
)

GRID, MAP = np.array([-3.75, 0.3, 0]), np.array([3.4, 0.2, 0])
KINDS = {"previous": "the token before", "first": "the first token", "self": "itself",
         "duplicate": "the same token, earlier"}
GPT2_SMALL = "GPT-2 small"     # whose heads publications name


class HeadZoo(Film):
    """Which heads do what?"""

    needs = {
        "scores": HeadScores(prompts=("Data visualization empowers users to",
                                      "Artificial Intelligence is transforming the",
                                      "As the spaceship was approaching the")),
        "run": AttentionPatterns(prompt="As the spaceship was approaching the"),
        "composition": HeadComposition(),
        "induction": InductionHeads(),
        "sink": SinkNorms(prompt="As the spaceship was approaching the"),
        "ablation": HeadAblation(prompt="Tom and Lily went to the park. Tom and"),
    }
    main = "run"
    chains = (("scores", "run", "composition"), ("induction", "sink", "ablation"))

    def construct(self) -> None:
        self.scores, self.run = self.rec["scores"], self.rec["run"]
        self.ids = [token.id for token in self.run.prompt]
        self.others = self.rec["sink"].provenance.model != self.scores.provenance.model
        self.by_looks()
        self.all_kinds()
        if self.others:
            self.change("scores", "sink", "To see what heads do, we need a model that we can run: here, this one.")
        self.sink()
        self.ablation()
        self.random_twice()
        if self.others:
            self.change("sink", "scores", "Back to the first model, for two heads that work together.")
        self.induction()
        self.readers()

    # What they look at --------------------------------------------------------------------------------------------

    def by_looks(self) -> None:
        """All heads at once; then one number for each, kind by kind."""
        run, scores = self.run, self.scores
        self.grid = HeadGrid(run.numbers("pattern"), width=6.0, height=5.0).shift([0, GRID[1], 0]).set_revealed(0)
        with self.beat("{n:,} heads, and each looks back in its own way.", shows="run", n=scores.heads_in_all):
            self.add(self.grid)
            self.play(Follow(self.grid, lambda grid, share: grid.set_revealed(share * (len(run.prompt) + 1)),
                             run_time=2.4, rate_func=linear))
        self.map = zoo.HeadMap(scores.scores("previous"), 5.0, 4.2).shift(MAP).set_come(0)
        self.shown = VGroup(self.kind("previous"), self.map.legend(-2.2))
        with self.beat("Give each a score: its weight on the token before.", shows=("run", "scores")):
            self.play(self.grid.animate.shift([GRID[0], 0, 0]), run_time=theme.MOVE)
            self.play(FadeIn(self.map.labels), FadeIn(self.shown), run_time=theme.QUICK)
            self.add(self.map)
            self.play(Follow(self.map, zoo.HeadMap.set_come, run_time=1.8, rate_func=linear))
        best = scores.best("previous")
        always = Claim(maths.is_nearly_all, (scores.least("previous"),),
                       "Layer {l:d}, head {h:d} leads with {s:.2f}. It hardly looks anywhere else.",
                       "Layer {l:d}, head {h:d} leads with {s:.2f}.")
        with self.beat(always, shows=("run", "scores"), l=best.layer, h=best.head, s=best.score):
            self.shown = VGroup(*self.shown, more := self.found("previous"))
            self.play(FadeIn(more), run_time=theme.MOVE)
        few, many = (derive(formula, scores.values("sinks")) for formula in (maths.smallest, maths.largest))
        none = Claim(maths.is_nothing, (many,), "The first token: no head here gives it most of its weight.")
        self.next_kind("first", none if none.held else Claim(
            maths.is_larger, (many, few),
            "Depending on the text, {a:,} to {b:,} heads give the first token most of their weight.",
            "The first token: {a:,} heads give it most of their weight."), a=few, b=many)
        for name, sentence in (("self", "Itself: layer {l:d}, head {h:d} leads with {s:.2f}."),
                               ("duplicate", "The same token, earlier: layer {l:d}, head {h:d}, {s:.2f}.")):
            if (best := scores.best(name)) is not None:
                self.next_kind(name, sentence, l=best.layer, h=best.head, s=best.score)

    def kind(self, name: str) -> VGroup:
        """What a score counts, as a picture and in words, above the map."""
        words = Words(KINDS[name], theme.TITLE)
        left = min(self.map.box()[0], theme.RIGHT_EDGE - 0.95 - words.advance)
        icon = zoo.ScoreRule(zoo.counted(name, self.ids)).shift([left, 2.42, 0])
        return VGroup(icon, words.place([left + 0.95, 2.62, 0]))

    def found(self, name: str) -> VGroup:
        """Frames around the head that is best at a score, in both pictures."""
        index = self.scores.best(name).index
        return VGroup(self.grid.spotlight(*index), self.map.outline(*index))

    def next_kind(self, name: str, sentence: str, **fields) -> None:
        """The map turns into that of another score."""
        with self.beat(sentence, shows=("run", "scores"), **fields):
            new = self.kind(name)
            self.play(FadeOut(self.shown), run_time=theme.QUICK)
            self.play(FadeIn(new), Glide(self.map, lambda: self.map.set_values(self.scores.scores(name))))
            self.shown = VGroup(new, *(more := VGroup(self.found(name), self.map.legend(-2.2))))
            self.play(FadeIn(more), run_time=theme.QUICK)

    def all_kinds(self) -> None:
        """The maps side by side."""
        names = [name for name in KINDS if self.scores.best(name) is not None]
        cards = [zoo.KindCard(KINDS[name], zoo.counted(name, self.ids), self.scores.scores(name),
                              self.scores.best(name), (i - (len(names) - 1) / 2) * 3.35)
                 for i, name in enumerate(names)]
        pure = Claim(maths.is_nearly_all, (derive(maths.largest, [self.scores.best(name).score for name in names]),),
                     "Each kind of looking has its own specialists.", "In this model no head does only one of these.")
        with self.beat(pure, shows=("run", "scores"), hold=1.5):
            self.play(FadeOut(self.grid), FadeOut(self.shown), FadeOut(self.map.labels),
                      ReplacementTransform(self.map.heat.cells, cards[-1].map.heat.cells), run_time=theme.MOVE)
            self.play(LaggedStart(*[FadeIn(card.map) for card in cards[:-1]],
                                  *[FadeIn(card.around) for card in cards], lag_ratio=0.2), run_time=1.6)
        self.clear_stage()

    def change(self, before: str, after: str, sentence: str) -> None:
        """Another model takes over: its card beside that of the one before."""
        cards = zoo.ModelCards([self.rec[before], self.rec[after]])
        with self.beat(sentence, shows=after):
            self.play(FadeIn(cards[0]), run_time=theme.QUICK)
            self.play(FadeIn(cards[1]), run_time=theme.MOVE)
        self.clear_stage()

    # What they do -------------------------------------------------------------------------------------------------

    def sink(self) -> None:
        """A large weight, what it multiplies, and what is moved."""
        sink = self.rec["sink"]
        weight, brought = sink.first[sink.best.index], sink.brought[sink.best.index]
        looked, moved = ((share, derive(maths.remainder, [share])) for share in (weight, brought))
        grid = AttentionGrid(sink.prompt, sink.pattern, width=6.4, height=4.6).shift([-3.2, 0.1, 0])
        bars = [zoo.PairOfBars(title, ("first token", "the others"), values, colour, 0.9, 2.3 - i * 1.55, unit)
                for i, (title, values, colour, unit) in enumerate((
                    ("its weight", looked, theme.ATTENTION, 1.0),
                    ("the length of what it gives", (sink.length(0), sink.others()), theme.DATA_HIGH, None),
                    ("weight times length, as a share", moved, theme.VALUE, 1.0)))]
        with self.beat("Layer {l:d}, head {h:d} gives {w:.0%} of its weight to the first token.", shows="sink",
                       l=sink.best.layer, h=sink.best.head, w=weight):
            self.play(FadeIn(grid), run_time=theme.MOVE)
            self.play(Create(grid.outline(key=0)), FadeIn(bars[0]), run_time=theme.MOVE)
        with self.beat("But a weight is only half of it: it multiplies what the token gives.", shows="sink"):
            self.play(FadeIn(bars[1]), run_time=theme.MOVE)
        harmless = sink.harmless("It gives less than the others: {s:.0%} of what this head moves comes from it.",
                                 "Here it gives no less: {s:.0%} of what this head moves comes from it.")
        with self.beat(harmless, shows="sink", s=brought, hold=1.2):
            self.play(FadeIn(bars[2]), run_time=theme.MOVE)
        self.clear_stage()

    def ablation(self) -> None:
        """Heads switched off one at a time, and what is left of a prediction."""
        rec = self.rec["ablation"]
        shown = tail(rec.prompt, 12.0, 30)
        strip = TokenStrip(shown, 30).place(theme.LEFT_EDGE, 2.25)
        whole = zoo.Guesses(rec.row(False), theme.LEFT_EDGE, 1.05, "with all heads")
        with self.beat("Here the model expects {word}: {p:.0%}.", shows="ablation", word=rec.target,
                       p=rec.probability):
            self.play(LaggedStart(*[FadeIn(box) for box in strip], lag_ratio=0.2), run_time=1.2)
            self.play(FadeIn(whole), run_time=theme.MOVE)
        without = zoo.HeadMap(rec.without, 5.2, 3.3, "sequential").shift([3.4, -0.28, 0]).set_come(0)
        about = VGroup(without.legend(-2.2), Words("chance of {word} with one head off", theme.LABEL, theme.SECONDARY,
                                                   word=rec.target).place([without.box()[0], 1.43, 0]))
        with self.beat("Switch off its heads, one at a time, and ask again.", shows="ablation"):
            self.play(FadeIn(without.labels), FadeIn(about), run_time=theme.QUICK)
            self.add(without)
            self.play(Follow(without, zoo.HeadMap.set_come, run_time=2.4, rate_func=linear))
        with self.beat("Losing any one of {k:,} lowers it. Losing layer {l:d}, head {h:d} leaves {s:.0%}.",
                       shows="ablation", k=rec.hurt, l=rec.best.layer, h=rec.best.head, s=rec.best.score):
            frame = without.outline(*rec.best.index)
            self.play(Create(frame), run_time=theme.MOVE)
        crippled = zoo.Guesses(rec.row(True), 0.4, 1.05, "without layer {l:d}, head {h:d}",
                               l=rec.best.layer, h=rec.best.head)
        key, last = int(np.argmax(rec.pattern.array[-1])), slice(-len(shown), None)
        arcs = AttentionArcs(strip.boxes, rec.pattern[last, last], len(shown) - 1, 0.75, written=False)
        with self.beat("It is the head that looks back at {k}, with {w:.0%} of its weight.", shows="ablation",
                       k=rec.prompt[key], w=rec.pattern[-1, key], hold=1.0):
            self.play(FadeOut(without), FadeOut(frame), FadeOut(about), run_time=theme.QUICK)
            self.play(FadeIn(crippled), run_time=theme.QUICK)
            self.play(Create(arcs), run_time=theme.MOVE)
        self.clear_stage()

    def random_twice(self) -> None:
        """Random tokens, then the same again: does a head look at what came next last time?"""
        rec = self.rec["induction"]
        text = zoo.SaidTwice(rec.repeated, rec.period, theme.LEFT_EDGE, 1.2, 11.0)
        with self.beat("Now a text that makes no sense: random tokens, then the same ones again.", shows="induction"):
            for line in text.lines:
                self.play(LaggedStart(*[FadeIn(part) for part in line], lag_ratio=0.3), run_time=1.0)
        pattern = HeatMap(rec.pattern, 2.8, 2.8, "attention", high=float(rec.pattern.array.max()))
        pattern.shift([-3.6, -0.45, 0])
        name = Words("layer {l:d}, head {h:d}", theme.LABEL, theme.FOCUS, align="center", l=rec.best.layer,
                     h=rec.best.head).place([-3.6, -2.2, 0], "center")
        scores = zoo.HeadMap(rec.scores, 4.9, 3.1).shift([3.2, -0.3, 0]).set_come(0)
        with self.beat("A useful head would look at what came next the last time.", shows="induction"):
            self.play(FadeIn(look := text.look(2)), run_time=theme.MOVE)
            self.play(VGroup(text, look).animate.shift([0, 1.5, 0]), run_time=theme.MOVE)
            self.play(*[FadeIn(each) for each in (pattern, name, scores.labels, scores.legend(-2.2))], run_time=0.4)
            self.add(scores)
            self.play(Follow(scores, zoo.HeadMap.set_come, run_time=1.8, rate_func=linear),
                      Create(zoo.followed(pattern, int(rec.period))))
        says = Claim(maths.is_far_above, (rec.best.score, rec.chance),
                     "Layer {l:d}, head {h:d} does: {s:.2f}. Even weights would give {c:.2f}.",
                     "No head here does: {s:.3f} at best. Even weights would give {c:.3f}.")
        with self.beat(says, shows="induction", l=rec.best.layer, h=rec.best.head, s=rec.best.score, c=rec.chance):
            self.play(Create(scores.outline(*rec.best.index)), run_time=theme.MOVE)
        self.clear_stage()

    # How they work together ---------------------------------------------------------------------------------------

    def induction(self) -> None:
        """The two steps, without a model."""
        story = zoo.InductionStory(-0.35)
        with self.beat("A text says A, then B. Later it says A again. What comes next?", shows="composition"):
            self.play(LaggedStart(*[FadeIn(box, shift=RIGHT * 0.15) for box in story.boxes], lag_ratio=0.4),
                      run_time=2.0)
        with self.beat("One head looks one back. At B it leaves a note: before me was A.", shows="composition"):
            self.play(Create(story.back), FadeIn(story.names[0]), run_time=theme.MOVE)
            self.play(FadeIn(story.note), run_time=theme.QUICK)
        with self.beat("A later head, at the second A, looks for that note. It finds B.", shows="composition"):
            self.play(Create(story.found), FadeIn(story.names[1]), run_time=theme.MOVE)
            self.play(FadeOut(story.boxes[4][1]), TransformFromCopy(story.boxes[1][1], story.answer),
                      run_time=theme.MOVE)
        self.clear_stage()

    def readers(self) -> None:
        """Who reads what the head that looks one back writes, found in the weights alone."""
        rec, writer = self.rec["composition"], self.scores.best("previous")
        readers = rec.readers(writer.index)
        if not readers:
            with self.beat("Here no layer comes after that head: nobody can read it.", shows="composition", hold=1.5):
                self.play(FadeIn(Words("layer {l:d}, head {h:d}", 64, theme.FOCUS, align="center", l=writer.layer,
                                       h=writer.head).place([0, 0.4, 0], "center")))
            return
        pairs = zoo.HeadMap(rec.numbers("k")[:, :, *writer.index], 5.4, 4.4, "sequential", 0.0).shift([-3.7, 0.3, 0])
        later = np.ones((int(rec.layers), int(rec.heads)))
        later[:writer.index[0] + 1] = 0
        pairs.heat.set_lit(0 * later)
        own = VGroup(pairs.outline(*writer.index), pairs.beside(*writer.index, Words(
            "layer {l:d}, head {h:d}", theme.LABEL, theme.FOCUS, l=writer.layer, h=writer.head)))
        formula = zoo.CompositionFormula(3.3, 0.75)
        with self.beat("So the second reads what the first wrote. The weights say how much.", shows="composition"):
            self.add(pairs)
            self.play(FadeIn(pairs.labels), FadeIn(own), FadeIn(formula), run_time=theme.MOVE)
            self.play(Follow(pairs, lambda heads, share: heads.heat.set_lit(share * later), run_time=theme.SLOW),
                      FadeIn(pairs.legend(-2.2)))
        shown = readers[:len(published.named_induction_heads())]
        places, values = [rec.place(*reader) for reader, _ in shown], [score for _, score in shown]
        ranking = zoo.HeadRanking(places, values, rec.median(), "median of all pairs",
                                  ("layer.head", "how much it reads")).shift([0.1, 1.75, 0])
        frames = [pairs.outline(*reader, theme.KEY) for reader, _ in shown]
        most = Claim(maths.is_twice, (values[0], rec.median()), "Of {n:,} later heads, these read it most.",
                     "Of {n:,} later heads, these read it most. None stands out from a usual pair.")
        with self.beat(most, shows="composition", n=Count(readers, "heads of later layers"), hold=1.0):
            self.play(FadeOut(formula), FadeIn(ranking.head), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(VGroup(row, frame)) for row, frame in
                                    zip(ranking.rows, frames, strict=True)], lag_ratio=0.3), run_time=2.0)
            self.play(FadeIn(ranking.usual), run_time=theme.QUICK)
        self.named(ranking, [reader for reader, _ in shown])
        lit = 0.25 * later
        for reader, _ in shown:
            lit[reader] = 1.0
        end = Claim(maths.is_twice, most.inputs, "Found in the weights, without a single run. No head works alone.",
                    "The weights say this, too: here, no such pair stands out.")
        with self.beat(end, shows="composition", hold=1.5):
            self.play(Glide(pairs, lambda: pairs.heat.set_lit(lit), run_time=theme.MOVE))

    def named(self, ranking: zoo.HeadRanking, readers: list) -> None:
        """Which of them publications name as induction heads: of GPT-2 small's they do."""
        if self.rec["composition"].provenance.model != GPT2_SMALL:
            with self.beat("For GPT-2 small, publications name such heads. For this model we have no list.",
                           shows="composition"):
                return
        named = published.named_induction_heads()
        hits = [reader for reader in readers if reader in named]
        marks = VGroup(ranking.mark(None, "named by"), *[ranking.mark(i, "\u201c" + "\u201d, \u201c".join(
            published.authors(source) for source in published.induction_sources(*reader)) + "\u201d")
            for i, reader in enumerate(readers) if reader in named])
        with self.beat("Publications name {n:words} induction heads in this model; {k:words} are among these.",
                       shows="composition", n=Count(named, "induction heads that are named"),
                       k=Count(hits, "of them shown"), hold=1.5):
            self.play(LaggedStart(*[FadeIn(mark) for mark in marks], lag_ratio=0.3), run_time=1.5)

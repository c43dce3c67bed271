"""What does temperature do?"""

from __future__ import annotations

from manim import (
    RIGHT,
    UP,
    Create,
    FadeIn,
    FadeOut,
    LaggedStart,
    VGroup,
    smooth,
)
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.formula import Formula
from gptviz.drawing.base.motion import Dim, Follow, Light
from gptviz.drawing.base.text import Words
from gptviz.drawing.furniture.dial import Dial
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.furniture.knob import Knob
from gptviz.drawing.tokens.flow import Writing
from gptviz.drawing.tokens.slot import NextSlot
from gptviz.drawing.tokens.tokens import TokenStrip, tail
from gptviz.film import Film, Need
from gptviz.recording.families import NextToken, SamplingLoop
from gptviz.recording.number import Claim, Count, Quoted, Setting, derive

from .parts import COLDEST, Row, Stories

PANEL = 4.75  # the middle of the right side


class Temperature(Film):
    """What does temperature do?"""

    row = Need(
        NextToken(prompt="As the spaceship was approaching the", top=20, temperatures=True),
        main=True,
    )
    story_cold = Need(
        SamplingLoop(prompt="Once upon a time, there was a", steps=26, temperature=0.0, seed=9)
    )
    story_cool = Need(
        SamplingLoop(prompt="Once upon a time, there was a", steps=26, temperature=0.7, seed=9)
    )
    story_plain = Need(
        SamplingLoop(prompt="Once upon a time, there was a", steps=26, temperature=1.0, seed=9)
    )
    story_warm = Need(
        SamplingLoop(prompt="Once upon a time, there was a", steps=26, temperature=2.0, seed=9)
    )
    story_hot = Need(
        SamplingLoop(prompt="Once upon a time, there was a", steps=26, temperature=5.0, seed=9)
    )
    chains = (("story_cold", "story_cool", "story_plain", "story_warm", "story_hot"),)
    settings = {"temperature": 1.0, "low": 0.2, "zero": 0.0, "high": 2.0, "highest": 5.0}
    cards = True
    tokens = (1, 64)

    def construct(self) -> None:
        self.told = ("story_cold", "story_cool", "story_plain", "story_warm", "story_hot")
        self.loops = [
            self.story_cold,
            self.story_cool,
            self.story_plain,
            self.story_warm,
            self.story_hot,
        ]
        self.knob = Knob("temperature", self.settings["temperature"], 0.01)
        self.five_stories()
        self.one_number()
        self.one_row()
        self.divided()
        self.down()
        self.zero()
        self.up()
        self.highest()
        self.custom()
        self.stories_again()
        self.close()

    # Five stories
    # ---------------------------------------------------------------------------------------------

    def apart(self) -> list[int]:
        """The stories of which half the tokens come from beyond the hundredth place."""
        found = []
        for i, loop in enumerate(self.loops):
            place = derive(maths.place, derive(maths.median, loop.numbers("chosen_ranks")))
            if maths.is_unlikely(float(place)):
                found.append(i)
        return found

    def five_stories(self) -> None:
        """One beginning, five continuations, all written at once."""
        self.stories = stories = Stories(self.loops)
        broken = Count(self.apart(), "stories whose tokens are mostly unlikely")
        fell = Claim(
            maths.is_nothing,
            (broken,),
            "Do all of them hold together?",
            "{k:words} of them fell apart. Why?",
        )
        with self.beat(
            "Here\u2019s one story, told {n:words} times by the same model.",
            fell,
            shows=self.told,
            n=Count(self.loops, "stories"),
            k=broken,
        ) as said:
            self.play(FadeIn(stories.prompt), run_time=theme.QUICK)
            self.add(*stories.flows)
            seconds = max(said.left() - 1.2, 4.0)
            self.play(
                *[
                    Writing(flow, tokens, run_time=seconds)
                    for flow, tokens in zip(stories.flows, stories.tokens, strict=True)
                ]
            )
            kept = [flow for i, flow in enumerate(stories.flows) if i not in self.apart()]
            if broken and kept:
                self.play(Dim(*kept), run_time=0.8)

    def one_number(self) -> None:
        """Their temperatures come in; they become a knob."""
        stories = self.stories
        self.dial = Dial(
            Setting(self.settings["temperature"], "temperature"),
            Setting(0.0, "zero"),
            self.setting("highest"),
            "",
            1.15,
            size=60,
            bend=1.6,
            color=theme.TEXT,
        )
        with self.beat(
            "Only one number was different.",
            "It\u2019s called temperature, and you can turn it like a knob.",
            shows=self.told,
        ) as said:
            self.play(Light(*stories.flows), run_time=theme.QUICK)
            self.play(
                LaggedStart(
                    *[FadeIn(number, shift=RIGHT * 0.5) for number in stories.numbers],
                    lag_ratio=0.25,
                ),
                run_time=1.2,
            )
            said.until(1)
            self.dial.move_to([PANEL, 0.3, 0])
            texts = VGroup(stories.prompt, *stories.flows)
            self.play(FadeOut(texts), FadeIn(self.dial), run_time=0.6)
            self.play(
                *[
                    number.animate.scale(0.3).move_to(self.dial.get_center()).set_opacity(0)
                    for number in stories.numbers
                ],
                run_time=1.0,
            )
            self.remove(*stories.numbers)
            self.play(self.dial.animate.move_to([0, -0.4, 0]), run_time=theme.MOVE)
        self.title_card(self.dial)

    # One row
    # ---------------------------------------------------------------------------------------------

    def one_row(self) -> None:
        """The first tokens of a real row, and all the others."""
        row = self.row
        self.chances = Row(row)
        prompt = TokenStrip(tail(row.prompt, 11.5, 34), 34).place(theme.LEFT_EDGE, 3.42)
        slot = NextSlot(prompt)
        slot[1].set_fill(theme.TEXT)
        self.text = VGroup(prompt, slot)
        chances = self.chances
        with self.beat(
            "Here\u2019s what one model thinks comes next.",
            "You see its first {k:words} choices. The grey part is everything else.",
            shows="row",
            k=Count(chances.bars.rows, "rows shown"),
        ) as said:
            self.play(
                self.dial.animate.move_to([PANEL, 1.6, 0]),
                LaggedStart(*[FadeIn(box) for box in self.text], lag_ratio=0.3),
                run_time=1.0,
            )
            self.play(
                LaggedStart(
                    *[FadeIn(each, shift=RIGHT * 0.3) for each in chances.bars.rows], lag_ratio=0.15
                ),
                run_time=1.4,
            )
            said.until(1)
            self.play(
                LaggedStart(
                    *[FadeIn(part, shift=RIGHT * 0.3) for part in chances.strip.parts],
                    lag_ratio=0.15,
                ),
                FadeIn(VGroup(chances.whole, chances.others)),
                run_time=1.4,
            )
            self.add(chances.bars, chances.strip)

    def divided(self) -> None:
        """Every score is divided by the temperature."""
        self.formula = Formula("p_i prop e^(x_i slash T)", 80).move_to([PANEL, -0.62, 0])
        with self.beat(
            "Each raw score is divided by the temperature.",
            "At one, nothing changes.",
            shows="row",
        ) as said:
            self.play(FadeIn(self.formula, shift=UP * 0.3), run_time=theme.MOVE)
            said.until(1)
            ring = Focus(self.dial.numeral)
            self.play(Create(ring), run_time=0.6)
            self.play(FadeOut(ring), run_time=theme.QUICK)

    def turn(self, target: float, seconds: float) -> None:
        """Turns the knob; bars, strip and dial are computed at every frame."""
        start = float(self.knob.get_value())
        chances = self.chances
        moving = VGroup(self.dial, chances.bars, chances.strip)

        def step(_: VGroup, share: float) -> None:
            value = start + (target - start) * share
            chances.set_temperature(chances.on_grid(value))
            self.dial.set_value(chances.shown(value))

        self.play(Follow(moving, step, seconds, rate_func=smooth))
        self.knob.set_value(target)

    def down(self) -> None:
        row, low = self.row, self.setting("low")
        with self.beat(
            "Turn it down, and the gaps get wider.",
            "Now {word} takes {p:~%}.",
            shows="row",
            word=row.token(0),
            p=row.probability_at(0, float(row.temperature(low))),
        ) as said:
            self.turn(float(low), max(said.span(0) + 0.6, 3.0))
            said.until(1)
            ring = Focus(self.chances.bars.rows[0])
            self.play(Create(ring), run_time=0.6)
            self.play(FadeOut(ring), run_time=theme.QUICK)

    def zero(self) -> None:
        """The limit."""
        with self.beat(
            "At zero, only the first choice is left.",
            "You can\u2019t divide by zero. It\u2019s a limit.",
            shows="row",
            hold=2.2,
        ) as said:
            self.turn(COLDEST, max(said.span(0) - 0.5, 1.4))
            self.turn(0.0, 0.5)
            said.until(1)
            ring = Focus(self.dial.numeral)
            self.play(Create(ring), run_time=0.6)
            self.play(FadeOut(ring), run_time=theme.QUICK)

    def up(self) -> None:
        high = self.setting("high")
        with self.beat(
            "Turn it up, and the gaps close.",
            "We keep the first bar long, or you\u2019d see nothing.",
            "Look at the strip. The grey takes over.",
            shows="row",
            hold=2.2,
        ) as said:
            self.knob.set_value(COLDEST)
            self.turn(1.0, max(said.span(0), 2.0))
            said.until(1)
            self.turn(float(high), max(said.left(1), 2.5))
            said.until(2)
            ring = Focus(self.chances.strip)
            self.play(Create(ring), run_time=0.6)
            self.play(FadeOut(ring), run_time=theme.QUICK)

    def highest(self) -> None:
        row, highest = self.row, self.setting("highest")
        top = float(row.temperature(highest))
        last = len(self.chances.bars.rows) - 1
        level = Claim(
            maths.is_majority,
            (row.probability_at(last, top), row.probability_at(0, top)),
            "At {t:words}, hardly anybody stands out.",
            "At {t:words}, {word} still stands out.",
        )
        with self.beat(
            level,
            "It\u2019s like rolling a die with {n:~} sides.",
            shows="row",
            t=highest,
            word=row.token(0),
            n=derive(maths.sides, row.entropy_at(top)),
        ) as said:
            self.turn(float(highest), max(said.span(0) + 1.0, 3.5))

    def custom(self) -> None:
        """Where a service stops is a custom."""
        two = Quoted(self.settings["high"], "OpenAI, API reference, parameter temperature")
        words = Words("OpenAI\u2019s API stops at \u201c{q:d}\u201d", 36, theme.SECONDARY, q=two)
        words.place([PANEL, -0.3, 0], "center")
        with self.beat(
            "Some services won\u2019t let you go past two.",
            "That\u2019s a custom. The formula goes on.",
            shows="row",
        ) as said:
            self.play(
                self.formula.animate.scale(0.72).move_to([PANEL, -0.95, 0]),
                FadeIn(words, shift=UP * 0.2),
                run_time=theme.MOVE,
            )
            self.turn(float(self.setting("high")), max(said.left(0), 1.4))
            said.until(1)
            self.turn(float(self.setting("highest")), max(said.left(), 1.6))

    # The stories again
    # ---------------------------------------------------------------------------------------------

    def stories_again(self) -> None:
        """The knob is turned once more, and each story lights up at its temperature."""
        stories = Stories(self.loops)
        for flow, tokens in zip(stories.flows, stories.tokens, strict=True):
            flow.extend(tokens)
        broken = self.apart()
        hot = Claim(
            maths.is_nothing,
            (Count(broken, "stories whose tokens are mostly unlikely"),),
            "Hotter, and it gets bolder.",
            "Too hot, and it babbles.",
        )
        going = [each for each in self.stage() if each is not self.dial]
        with self.beat(
            "Now back to the stories.",
            "At zero, you get the same one every time.",
            "A little warmer, and it begins to choose.",
            hot,
            shows=self.told,
        ) as said:
            self.bring_back(stories, going)
            self.light_each(stories, said)
        self.stories = stories
        self.picture = VGroup(stories.prompt, *stories.numbers, *stories.flows)

    def bring_back(self, stories: Stories, going) -> None:
        """The bars go; out of the dial come the temperatures, and beside them their stories."""

        def part(first: float, last: float):
            return rates.squish_rate_func(smooth, first, last)

        homes = [number.get_center() for number in stories.numbers]
        for number in stories.numbers:
            number.move_to(self.dial.get_center()).set_opacity(0)
        self.play(
            *[FadeOut(each, rate_func=part(0.15, 0.5)) for each in going],
            FadeIn(stories.prompt, rate_func=part(0.3, 0.55)),
            FadeOut(self.dial, rate_func=part(0.35, 0.65)),
            *[
                number.animate(rate_func=part(0.35, 0.65)).move_to(home).set_opacity(1)
                for number, home in zip(stories.numbers, homes, strict=True)
            ],
            *[FadeIn(flow, rate_func=part(0.55, 0.85)) for flow in stories.flows],
            run_time=1.1,
        )

    def light_each(self, stories: Stories, said) -> None:
        """Lights the stories in the order of their temperatures; a frame goes down their numbers."""
        rows = list(zip(stories.numbers, stories.flows, strict=True))
        self.ring = Focus(rows[0][0])
        self.play(Dim(*[part for row in rows for part in row]), Create(self.ring), run_time=0.6)
        for sentence, indices in ((1, [0]), (2, [1, 2]), (3, list(range(3, len(rows))))):
            said.until(sentence)
            for index in indices:
                self.play(
                    self.ring.animate.move_to(rows[index][0]), Light(*rows[index]), run_time=0.7
                )

    def close(self) -> None:
        """What temperature does, and what it does not."""
        numbers = self.stories.numbers
        with self.beat(
            "So temperature doesn\u2019t change what the model knows.",
            "It sets how far the dice may stray from its first choice.",
            shows=self.told,
        ) as said:
            self.play(self.ring.animate.move_to(numbers[0]), run_time=1.2)
            said.until(1)
            for number in numbers[1:]:
                self.play(self.ring.animate.move_to(number), run_time=0.7)
        self.add(self.picture)
        self.end_card("It sets how far the dice may stray.", self.picture)

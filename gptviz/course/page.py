"""The course as a page: films with posters and captions, the numbers behind each, the chapters.

Plain HTML, no request to anywhere else. Captions stand in the page itself: a browser reads no
caption file beside a page that was opened as a file.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from gptviz.render.project import About

_STYLE = """
:root { color-scheme: dark; --ground: #0e1116; --panel: #171c24; --line: #2b3340; --text: #e8eaed; --quiet: #9aa6b2; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 17px/1.55 Inter, system-ui, sans-serif; }
main { max-width: 1100px; margin: 0 auto; padding: 2.5rem 1.25rem 5rem; }
h1 { font-size: clamp(1.7rem, 5vw, 2.6rem); line-height: 1.15; margin: 0 0 .6rem; }
h2 { font-size: clamp(1.3rem, 4vw, 1.7rem); margin: 3.2rem 0 .3rem; }
h3 { font-size: 1.1rem; margin: .7rem 0 .1rem; font-weight: 600; }
p, summary { color: var(--quiet); margin: .2rem 0; }
a { color: inherit; }
nav { display: flex; flex-wrap: wrap; gap: .5rem 1.2rem; margin: 1.2rem 0 0; }
.films { display: grid; gap: 1.6rem; margin-top: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); }
article { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; min-width: 0;
  overflow: hidden; }
article > div { padding: .2rem 1rem 1rem; }
video { display: block; width: 100%; aspect-ratio: 16 / 9; background: #000; }
summary { cursor: pointer; margin-top: .5rem; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; font-variant-numeric: tabular-nums;
  margin: .4rem 0 .8rem; }
td { border-top: 1px solid var(--line); padding: .25rem .5rem .25rem 0; vertical-align: top; overflow-wrap: anywhere; }
td:first-child { color: var(--quiet); width: 38%; }
"""


@dataclass(frozen=True)
class FilmOnPage:
    """A film as the page shows it; paths are relative to the page."""

    scene: str
    film: str
    poster: str
    captions: str  #: WebVTT text
    data: dict[str, Any]  #: its published manifest


@dataclass(frozen=True)
class ChapterOnPage:
    """A chapter: its title, its joined film (a path relative to the page), its captions, its
    films."""

    name: str
    title: str
    film: str
    captions: str
    duration: float
    films: Sequence[FilmOnPage]


def page(about: About, chapters: Sequence[ChapterOnPage]) -> str:
    """The whole page as HTML."""
    title = about.title or "A course in films"
    films = sum(len(chapter.films) for chapter in chapters)
    minutes = sum(chapter.duration for chapter in chapters) / 60
    links = "".join(f'<a href="#{escape(c.name)}">{escape(c.title)}</a>' for c in chapters)
    body = "".join(_chapter(chapter) for chapter in chapters)
    return (
        f'<!doctype html>\n<html lang="{escape(about.language)}">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n<main>\n<h1>{escape(title)}</h1>\n"
        f"<p>{films} films, {minutes:.0f} minutes. Every number in them was computed by the model that the film "
        f"names, and recorded; what a publication printed is marked as quoted.</p>\n<nav>{links}</nav>\n"
        f"{body}{_imprint(about)}</main>\n</html>\n"
    )


def _imprint(about: About) -> str:
    told = [about.author and f"By {about.author}.", about.licence and f"Licence: {about.licence}."]
    return f"<footer><p>{escape(' '.join(filter(None, told)))}</p></footer>\n" if any(told) else ""


def _chapter(chapter: ChapterOnPage) -> str:
    films = "".join(_film(film) for film in chapter.films)
    return (
        f'<section id="{escape(chapter.name)}">\n<h2>{escape(chapter.title)}</h2>\n'
        f'<p>{_clock(chapter.duration)} in one go: <a href="{escape(chapter.film)}">the whole chapter</a></p>\n'
        f'<div class="films">\n{films}</div>\n</section>\n'
    )


def _film(film: FilmOnPage) -> str:
    data = film.data
    return (
        f'<article id="{escape(film.scene)}">\n'
        f'<video controls preload="none" poster="{escape(film.poster)}" src="{escape(film.film)}">'
        f'<track kind="captions" srclang="en" label="English" src="{_data(film.captions)}"></video>\n'
        f"<div><h3>{escape(str(data['title']))}</h3>\n<p>{_clock(float(data['video']['duration']))}</p>\n"
        f"<details><summary>The numbers behind it</summary>\n"
        f"{''.join(_recording(need, entry) for need, entry in data['recordings'].items())}</details></div>\n"
        f"</article>\n"
    )


def _recording(need: str, entry: dict[str, Any]) -> str:
    provenance = entry["provenance"]
    rows = [
        ("asked", _asked(entry["request"])),
        ("computed by", _by(provenance)),
        ("digest", str(entry["digest"])[:16]),
    ]
    rows += [
        (key.replace("_", " "), str(provenance[key]))
        for key in ("source", "commit", "licence", "note", "seed")
        if provenance.get(key) not in (None, "")
    ]
    rows += [(key, _value(value)) for key, value in entry["facts"].items()]
    cells = "".join(
        f"<tr><td>{escape(key)}</td><td>{escape(value)}</td></tr>" for key, value in rows
    )
    return f"<p>{escape(need)}</p><table>{cells}</table>\n"


def _asked(request: dict[str, Any]) -> str:
    told = {
        key: value for key, value in request.items() if key != "kind" and value not in ("", None)
    }
    kind = str(request["kind"]).replace("_", " ")
    return f"{kind}: " + ", ".join(f"{key} = {_value(value)}" for key, value in told.items())


def _by(provenance: dict[str, Any]) -> str:
    parameters = provenance.get("parameters")
    return str(provenance["model"]) + (f", {parameters:,} parameters" if parameters else "")


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _data(captions: str) -> str:
    return "data:text/vtt;base64," + base64.b64encode(captions.encode()).decode()


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"

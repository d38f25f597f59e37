"""Pages made up at random, for tests that hold on any page."""

from __future__ import annotations

import random

TAGS = "p div b a i span ul li table tr td h2 form aside figure pre button select option dl dt dd svg main body".split()
ODD = ["<br>", "<img>", "<input>", "<!-- x -->", "<script>1</script>", "<textarea> </textarea>", "\r\n", "<p", "</"]


class Grammar:
    """Pages made up at random: well-formed ones, and a soup of tags. Every word is there once."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.words = 0
        self.inside: set[str] = set()
        self.omit = False

    def text(self) -> str:
        self.words += 3
        return f"w{self.words} w{self.words + 1}{self.draw.choice(['', '.', '&amp;', ' &lt;x&gt;'])} w{self.words + 2}"

    def once(self, name: str, html: str) -> str:
        """An element that may not be inside another of its name; ``{}`` in it is filled with blocks or inline text."""
        if name in self.inside:
            return self.text()
        self.inside.add(name)
        html = html.format(self.flow(4) if name == "form" or "div" in html else self.inline(2))
        self.inside.remove(name)
        return html

    def inline(self, depth: int = 0) -> str:
        made = []
        for _ in range(self.draw.randint(1, 3)):
            kind = self.draw.randint(0, 9) if depth < 3 else 0
            made.append(
                f"<b>{self.inline(depth + 1)}</b>" if kind == 5
                else self.once("a", '<a href="/x?a>b">{}</a>') if kind == 6
                else "<img src=x>" if kind == 7
                else "<!-- <p> -->" if kind == 8
                else f'<span class="c">{self.inline(depth + 1)}</span>' if kind == 9
                else self.text()
            )  # fmt: skip
        return self.draw.choice(["", " "]).join(made)

    def flow(self, depth: int = 0) -> str:
        blocks = (self.block(depth) for _ in range(self.draw.randint(1, 5 if depth < 2 else 2)))
        return "".join(block + self.draw.choice(["", "\n", "\n  "]) for block in blocks)

    def end(self, tag: str) -> str:
        return "" if self.omit and self.draw.random() < 0.3 else f"</{tag}>"

    def block(self, depth: int) -> str:
        kind = self.draw.randint(0, 20) if depth < 5 else 0
        if kind in (4, 5):
            tag = self.draw.choice(["ul", "ol"])
            items = (self.inline() if self.draw.random() < 0.7 else self.flow(depth + 1) for _ in range(2))
            return f"<{tag}>{''.join('<li>' + item + self.end('li') for item in items)}</{tag}>"
        if kind == 6:
            return "".join(f"<tr><td>{self.text()}</td><td>{self.text()}</td></tr>" for _ in range(2)).join(
                ("<table>", "</table>")
            )
        if kind in (7, 8, 9, 10):
            tag = ("div", "aside", "blockquote", "div hidden")[kind - 7]
            return f"<{tag}>{self.flow(depth + 1)}</{tag.split()[0]}>"
        made = {
            11: lambda: f"<h2>{self.inline()}</h2>",
            12: lambda: f"<figure><img src=y><figcaption>{self.inline()}</figcaption></figure>",
            13: lambda: self.once("form", "<form><input type=email name=e>{}<button>Go</button></form>"),
            14: lambda: f"<pre>{self.text()}\n  {self.text()}</pre>",
            15: lambda: "<script>if (a < b) '</p>'</script>",
            16: lambda: f"<dl><dt>{self.inline()}</dt><dd>{self.flow(depth + 1)}</dd></dl>",
            17: lambda: f"{self.inline()}<br>{self.inline()}<br><br>",
            18: lambda: self.once("a", '<a href="/card"><div>{}</div></a>'),
            19: lambda: "<svg><title>x</title><path/></svg><hr>",
            20: self.inline,
        }
        return made[kind]() if kind in made else f"<p>{self.inline()}{self.end('p')}"

    def page(self, *, omit_end_tags: bool = False) -> str:
        self.omit = omit_end_tags
        return f"<!doctype html><html><head><title>t</title></head><body>{self.flow()}</body></html>"

    def soup(self) -> str:
        made = []
        for _ in range(self.draw.randint(3, 40)):
            tag = self.draw.choice(TAGS)
            made.append(self.draw.choice([self.text() + " ", self.text() + " ", f"<{tag}>", f"<{tag}>", f"</{tag}>"]))
            made.append(self.draw.choice(ODD) if self.draw.random() < 0.1 else "")
        return "".join(made)

"""Write ``docs/rules.md``, a page of all rules, from their docstrings and their fixtures: ``make rules``.

The same rules give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc
from itertools import islice
from pathlib import Path

import bodycopy.rules  # noqa: F401 - this fills the table
from bodycopy.cli_examples import examples_of
from bodycopy.document import Label
from bodycopy.evidence import RULES, Rule

PAGE = Path(__file__).resolve().parent / "rules.md"
OPENING = """# The rules

{count} rules look for one thing each. What a rule weighs is fitted, so none decides alone; the features of the learnt model have
no page here. The rules of *body* and *title* speak for what stays, the others for what goes. `bodycopy rules` lists them,
`bodycopy rules ID` shows one with all its examples, which are tests (`fixtures/rules/`). Here are two of each; ▶ marks the blocks
that the rule fires on. This page is made by `make rules`.

{labels}
"""

_SECTION = re.compile(r"^## (Fires|Leaves alone)\n", re.M)
_FENCE = re.compile(r"^(`{3,})\w*\n.*?^\1$", re.M | re.S)


def page() -> str:
    """The whole page."""
    by_label = {label.value: [rule for rule in RULES.values() if rule.label is label] for label in Label}
    links = " · ".join(f"[{label}](#{label})" for label in by_label)
    parts = [OPENING.format(count=len(RULES), labels=links).strip()]
    for label, rules in by_label.items():
        parts.append(f"## {label}")
        for rule in rules:
            parts += _parts(rule)
    return "\n\n".join(parts) + "\n"


def _parts(rule: Rule) -> Iterator[str]:
    """One rule: what its docstring says, what its fixture says, the first example of either kind."""
    yield f"### {rule.id}"
    yield cleandoc(rule.doc).replace("``", "`")
    opening, *sections = _SECTION.split(examples_of(rule.id) or "")
    if opening.strip():
        yield opening.strip()
    for name, text in zip(sections[::2], sections[1::2], strict=True):
        prose = _FENCE.sub("", text).strip()
        yield f"*{name}*" + (f": {prose}" if prose else "")
        yield from (found[0] for found in islice(_FENCE.finditer(text), 1))


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

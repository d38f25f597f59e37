"""The laws of docs/design.md, as functions that hold a result to them; a broken one raises ``AssertionError``."""

from __future__ import annotations

import json
import pickle
import re
from collections import Counter

import bodycopy
from fixture_files import again, folded, output

# The same page as HTML and as plain text: the share of words (counted with repeats, F1) of what stays that must agree.
# Class words, links and forms are half of the evidence, so text is judged by less; this is what is left without them.
AGREEMENT = 0.85
_WORD = re.compile(r"\w+")
SCHEMA_KEYS = frozenset(
    "schema version fingerprint format encoding undecodable url lang title text removed warnings".split()
)
REMOVAL_KEYS = frozenset("label rules reasons confidence text start end line spans".split())


def blocks_are_those_of_the_source(cleaned: bodycopy.Cleaned) -> None:
    """Every block of the document is there once and in order, kept or dropped: what stays is a subsequence."""
    assert [b.block for b in cleaned.blocks] == list(cleaned.document.blocks)
    if cleaned.document.is_html:
        kept, at = "\n".join(folded(b.block.text) for b in cleaned.blocks if b.kept), 0
        for line in filter(None, map(folded, cleaned.text.splitlines())):
            found = kept.find(line, at)
            assert found >= 0, f"not of a kept block, or out of order: {line!r}"
            at = found + len(line)
    else:
        rest = iter(cleaned.document.source)
        assert all(char in rest for char in cleaned.text), "the text is no subsequence of the source"


def dropped_blocks_have_evidence(cleaned: bodycopy.Cleaned) -> None:
    """Nothing goes without a reason, and what goes is part of exactly one removal, whose reasons are given."""
    dropped = [b for b in cleaned.blocks if not b.kept]
    bare = [b.block.text for b in dropped if not b.evidence]
    assert not bare, f"dropped without evidence: {bare}"
    parts = Counter(index for removal in cleaned.removed for index in removal.blocks)
    assert not {b.block.index for b in cleaned.blocks if b.kept} & set(parts), "a kept block is part of a removal"
    twice = [index for index, times in parts.items() if times > 1]
    assert not twice, f"blocks in more than one removal: {twice}"
    missing = [b.block.text for b in dropped if not parts[b.block.index] and b.block.text and not b.block.hidden]
    assert not missing, f"dropped, but in no removal: {missing}"
    for removal in cleaned.removed:
        assert removal.rules and removal.reasons, f"a removal without rule or reason: {removal.text!r}"
        assert 0 <= removal.confidence <= 1, removal.confidence


def removals_replay(cleaned: bodycopy.Cleaned) -> None:
    """The source less the removals' spans is the output, character for character."""
    source, at, kept = cleaned.document.source, 0, []
    for start, end in sorted(span for removal in cleaned.removed for span in removal.spans):
        assert at <= start <= end <= len(source), f"spans overlap or leave the source: {start}:{end} after {at}"
        kept.append(source[at:start])
        at = end
    kept.append(source[at:])
    assert "".join(kept) == output(cleaned)
    for removal in cleaned.removed:
        if removal.spans:  # misplaced text in broken markup has no place to cut
            assert (removal.start, removal.end) == (removal.spans[0].start, removal.spans[-1].end), removal.spans


def survives_pickling(cleaned: bodycopy.Cleaned) -> None:
    """A result that went through another process is the same result."""
    copy = pickle.loads(pickle.dumps(cleaned))
    assert copy == cleaned
    assert copy.to_json() == cleaned.to_json()
    assert output(copy) == output(cleaned)


def json_is_valid(cleaned: bodycopy.Cleaned) -> None:
    """The JSON is strict JSON of the documented keys, and says what the dictionary says."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    result = json.loads(cleaned.to_json(), parse_constant=refuse)
    assert set(result) == SCHEMA_KEYS
    assert result["schema"] == 1
    assert result["text"] == cleaned.text
    assert result == json.loads(json.dumps(cleaned.to_dict(), default=list))
    assert len(result["removed"]) == len(cleaned.removed)
    for row in result["removed"]:
        assert set(row) == REMOVAL_KEYS


def cleaning_twice_changes_nothing(cleaned: bodycopy.Cleaned) -> None:
    """What was cleaned comes through a second cleaning as it is."""
    due = output(cleaned)
    second = again(cleaned, due)
    gone = [removal.text for removal in second.removed if removal.text.strip()]
    assert output(second) == due, f"a second cleaning also takes {gone}"


def agreement(cleaned: bodycopy.Cleaned) -> float:
    """How far the page as text, its visible blocks one a line, keeps the words that the page as HTML keeps: F1.

    A page that hides its article until a script runs is shown with it: what was kept is a visible block too.
    """
    lines = [folded(b.block.text) for b in cleaned.blocks if (b.kept or not b.block.hidden) and b.block.text.strip()]
    as_text = bodycopy.clean("\n".join(lines), format="text")
    one, other = (Counter(_WORD.findall(c.text.lower())) for c in (cleaned, as_text))
    total = sum(one.values()) + sum(other.values())
    return 2 * sum((one & other).values()) / total if total else 1.0


def html_and_text_agree(cleaned: bodycopy.Cleaned) -> None:
    """The same page as HTML and as text agrees on what stays, within :data:`AGREEMENT`."""
    if cleaned.document.is_html:
        share = agreement(cleaned)
        assert share >= AGREEMENT, f"HTML and text agree on {share:.2f} of the words that stay, not {AGREEMENT}"


LAWS = (
    blocks_are_those_of_the_source,
    dropped_blocks_have_evidence,
    removals_replay,
    survives_pickling,
    json_is_valid,
    cleaning_twice_changes_nothing,
    html_and_text_agree,
)

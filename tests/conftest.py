"""What bad input does not meet yet, by test: run, and not held against the rest. Each line is work to do, not a wish."""

from __future__ import annotations

import pytest

KNOWN = {
    "test_tags_nested_100_000_deep_with_a_block_in_each": "lists and definitions take up to 1.25 times the memory that is allowed",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        reason = KNOWN.get(getattr(item, "originalname", item.name))
        if reason:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=False))

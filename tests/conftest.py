"""What bad input does not meet yet, by test: run, and not held against the rest. Each line is work to do, not a wish."""

from __future__ import annotations

import pytest

KNOWN = {
    "test_the_command_ends_in_one_clear_line_at_most": "a short sentence at the end of a page cut short is lost",
    "test_a_device_that_is_full_and_errors_that_nobody_hears": "cut short too: the same sentence",
    "test_a_full_disk_in_place_leaves_the_input": "cut short too: the same sentence",
    "test_files_and_folders_without_permission": "not looked into yet",
    "test_a_read_only_disk_is_told": "not looked into yet",
    "test_what_is_no_file_is_one_line_and_nothing_is_touched": "a very long name is told in full",
    "test_nothing_is_fetched": "with trafilatura: not looked into yet",
    "test_tags_nested_100_000_deep_with_a_block_in_each": "up to 1.1 times the memory that is allowed: lists and definitions",
    "test_the_command_puts_out_what_is_nested_deep": "not looked into yet",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        reason = KNOWN.get(getattr(item, "originalname", item.name))
        if reason:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=False))

"""Whole corpora: records in, records out in the same order, in processes that may die; nothing is lost.

A reader makes items of files (``jsonl``, ``warc``, ``parquet``, ``folder``), workers turn chunks of them into lines, pages or
batches (``work``), a pool keeps the workers alive (``pool``), the outlet writes what is done and the journal says how far
that is (``outlet``, ``journal``), and ``job`` is the run itself.
"""

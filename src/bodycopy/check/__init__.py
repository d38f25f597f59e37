"""The linter: what `clean` would still remove from a corpus, as findings with places; baseline, cache, formats, mending."""

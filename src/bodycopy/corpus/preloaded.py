"""Imported by the server that workers are forked from, and nowhere else: it loads weights and models once for all of them."""

from __future__ import annotations

from bodycopy.corpus.pool import warm
from bodycopy.options import Options

warm(Options())

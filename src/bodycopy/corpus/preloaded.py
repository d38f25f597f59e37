"""Imported by the server that workers are forked from, and nowhere else: it loads weights and models once for all of them."""

from __future__ import annotations

from bodycopy.corpus.pool import quiet, warm
from bodycopy.options import Options

quiet()  # a worker whose parent is gone before it has begun says nothing either
warm(Options())

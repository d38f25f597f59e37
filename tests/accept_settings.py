"""Write the JSON schema of the settings into the package, from the settings themselves: ``python tests/accept_settings.py``."""

from __future__ import annotations

import json
from pathlib import Path

from bodycopy.settings import schema

PLACE = Path(__file__).resolve().parent.parent / "src" / "bodycopy" / "data" / "settings.schema.json"

if __name__ == "__main__":
    PLACE.write_text(json.dumps(schema(), indent=2) + "\n", encoding="utf-8")

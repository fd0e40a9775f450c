"""Writes the software bill of materials of a locked installation, from what cyclonedx-py tells of it.

    cyclonedx-py environment --output-reproducible --pyproject pyproject.toml ENVIRONMENT |
        python tools/bill_of_materials.py fluxtui.cdx.json

Adds the version of the program, which pyproject.toml leaves to the package, and leaves out descriptions and
links, which are for people.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = ("description", "externalReferences", "evidence")


def program_version() -> str:
    """Return the version that the package's source says."""
    source = (ROOT / "fluxtui" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', source, re.MULTILINE)
    if found is None:
        raise SystemExit("fluxtui/__init__.py tells no version.")
    return found[1]


def completed(bill: dict[str, Any], version: str) -> dict[str, Any]:
    """Return a bill of materials with the program's version and without what is for people alone."""
    program = {name: value for name, value in bill["metadata"]["component"].items() if name not in LEFT_OUT}
    program |= {"version": version, "purl": f"pkg:pypi/{program['name']}@{version}"}
    components = [
        {name: value for name, value in component.items() if name not in LEFT_OUT}
        for component in bill["components"]
    ]
    return {**bill, "metadata": {**bill["metadata"], "component": program}, "components": components}


def main() -> None:
    """Complete the bill on standard input into the file that is named."""
    bill = completed(json.load(sys.stdin), program_version())
    Path(sys.argv[1]).write_text(json.dumps(bill, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""The abstract tests of OGC API - Features, Parts 1 to 3, and of Tiles, against a service.

    python tests/clients/ogc BASE
"""

import sys
from pathlib import Path

import core  # noqa: F401  Each registers its tests, in this order.
import items  # noqa: F401
import representations  # noqa: F401
import crs  # noqa: F401
import filters  # noqa: F401
import tiles  # noqa: F401
from service import Service
from suite import run

expected = {}
for line in (Path(__file__).parent / "skips.txt").read_text().splitlines():
    if line and not line.startswith("#"):
        identifier, _, reason = line.partition(": ")
        expected[identifier] = reason
sys.exit(not run(Service(sys.argv[1]), expected))

"""What the clients are held to: the layers as the service's own figures and, of the real sample, the
source files tell them."""

import argparse
from pathlib import Path

import geopandas
import requests

GRID = "EPSG:27700"


class Source:
    """The layers of a service, and the files of the real sample if it serves them."""

    def __init__(self, base, data):
        self.base = base
        self.layers = requests.get(f"{base}/v1/layers", timeout=30).json()["layers"]
        self.data = Path(data) if data else None

    def counts(self):
        return {layer["id"]: layer["count"] for layer in self.layers}

    def areas(self):
        """The layers of areas."""
        return [layer["id"] for layer in self.layers if layer["kind"] == "areas"]

    def files(self):
        """Layers with their source: file, column of codes, whether it is on the grid by OSTN15."""
        if self.data is None:
            return []
        return [
            ("ward", self.data / "wards_2022.geojson", "WD22CD", False),
            ("ward_2013", self.data / "wards_2013_bng.gpkg", "WD13CD", True),
            ("lsoa", self.data / "lsoas_2021.geojson", "LSOA21CD", False),
            ("output_area", self.data / "output_areas_2011.geojson", "OA11CD", False),
            ("local_authority", self.data / "local_authorities_2024.geojson", "LAD24CD", False),
        ]

    def frame(self, path, code):
        return geopandas.read_file(path).set_index(code)


def arguments():
    """The source, from the command line: BASE [DATA]."""
    parser = argparse.ArgumentParser()
    parser.add_argument("base")
    parser.add_argument("data", nargs="?")
    known = parser.parse_args()
    return Source(known.base, known.data)


class Judge:
    """Counts what held and tells what did not."""

    def __init__(self):
        self.held, self.faults = 0, 0

    def hold(self, truth, what):
        if truth:
            self.held += 1
        else:
            self.faults += 1
            print(f"FAULT {what}")

    def close(self, ours, theirs, relative, what):
        apart = abs(ours - theirs) / max(abs(theirs), 1e-300)
        self.hold(apart <= relative, f"{what}: {ours} against {theirs}, {apart:.1e} apart")

    def done(self):
        print(f"{self.held} passed, {self.faults} failed")
        return 1 if self.faults or not self.held else 0

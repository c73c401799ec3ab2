"""What a world holds, as far as questions need it: layers, codes, postcodes and positions."""

import csv
import io
import random
from urllib.parse import quote

from service import Request

# Of a whole boundary as WKT.
csv.field_size_limit(1 << 30)

DAYS = ["1990-01-01", "2013-12-31", "2014-05-01", "2021-03-31", "2021-04-01", "2024-05-01", "2025-05-01"]
FORMATS = ["json", "geojson", "csv", "fgb", "gpkg", "parquet", "html", "shp", "kml", "xml"]


class Facts:
    """Read from the service itself, so that any world can be recorded."""

    def __init__(self, service, prefix, postcodes):
        self.prefix = prefix
        self.layers = service.json("/v1/layers")["layers"]
        self.areas = [layer["id"] for layer in self.layers if layer["kind"] == "areas"]
        self.points = [layer["id"] for layer in self.layers if layer["kind"] != "areas"]
        self.codes, self.names = {}, {}
        for layer in self.areas + self.points:
            rows = self.rows(service, layer)
            self.codes[layer] = [row["code"] for row in rows]
            self.names[layer] = [row.get("name", "") for row in rows]
        # Two layers whose areas overlap each other in interesting ways.
        self.layer = "ward" if "ward" in self.areas else self.areas[0]
        self.other = "lap" if "lap" in self.areas else self.areas[-1]
        self.vintage = next((one for one in self.areas if one.startswith("ward_")), self.layer)
        self.code = self.codes[self.layer][0]
        self.postcodes = postcodes + self.searched_postcodes(service)
        self.postcode = self.postcodes[0]
        self.read_positions(service)
        self.area_id = service.json(f"/mapit/postcode/{quote(self.postcode)}").get("areas", {})
        self.area_ids = sorted(self.area_id, key=int) or ["1"]

    @staticmethod
    def rows(service, layer):
        rows, offset = [], 0
        while True:
            target = f"/collections/{layer}/items?f=csv&limit=10000&offset={offset}"
            status, _, body = service.ask(Request(target))
            if status != 200:
                raise SystemExit(f"{target}: status {status}: {body[:300]!r}")
            page = list(csv.DictReader(io.StringIO(body.decode())))
            rows += page
            offset += 10000
            if len(page) < 10000:
                return rows

    def searched_postcodes(self, service):
        found = []
        for district in range(1, 20):
            for sector in range(10):
                query = quote(f"{self.prefix}{district} {sector}")
                answer = service.json(f"/postcodes-io/postcodes?q={query}&limit=100")
                found += [one["postcode"] for one in answer["result"] or []]
        found = sorted(set(found))
        return found[:: max(1, len(found) // 400)]

    def read_positions(self, service):
        """Positions on the grid: spread over the world, and vertices of boundaries."""
        grid = quote("http://www.opengis.net/def/crs/EPSG/0/27700", safe="")
        features = service.json(f"/collections/{self.layer}/items?limit=10000&crs={grid}")["features"]
        self.vertices = []
        for feature in features[:12]:
            ring = feature["geometry"]["coordinates"]
            while isinstance(ring[0][0], list):
                ring = ring[0]
            self.vertices += [tuple(ring[0]), tuple(ring[len(ring) // 2])]
        everywhere = [
            position for feature in features for position in flat(feature["geometry"]["coordinates"])
        ]
        easts, norths = [e for e, _ in everywhere], [n for _, n in everywhere]
        self.bounds = (min(easts), min(norths), max(easts), max(norths))
        chance = random.Random(17)
        spread = lambda low, high: round(chance.uniform(low - 500, high + 500), 1)
        self.positions = [
            (spread(min(easts), max(easts)), spread(min(norths), max(norths))) for _ in range(400)
        ]
        features = service.json(f"/collections/{self.layer}/items?limit=10000")["features"]
        everywhere = [
            position for feature in features for position in flat(feature["geometry"]["coordinates"])
        ]
        lons, lats = [lon for lon, _ in everywhere], [lat for _, lat in everywhere]
        self.box = (min(lons), min(lats), max(lons), max(lats))
        self.degrees = [
            (round(chance.uniform(min(lons), max(lons)), 6), round(chance.uniform(min(lats), max(lats)), 6))
            for _ in range(400)
        ]
        self.centre = ((self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2)


def flat(coordinates):
    """The positions of a geometry, however deep they stand."""
    if isinstance(coordinates[0], (int, float)):
        yield coordinates[:2]
    else:
        for part in coordinates:
            yield from flat(part)

#!/usr/bin/env bash
# The tiles of the real sample against Mapbox's decoder, GDAL's and GEOS.
#
#     tests/oracles/tiles.sh DATA PYTHON
#
# DATA is the folder of the real sample, PYTHON one with shapely. Needs node, npm and ogr2ogr.
set -euo pipefail
data=$1
python=$2
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
npm ci --silent --no-audit --no-fund --prefix "$here"
cargo build --locked --quiet -p lapwing-tiles --examples
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for layer in wards_2022:WD22CD wards_2013:WD13CD; do
    file=$data/${layer%:*}.geojson
    field=${layer#*:}
    echo "-- tiles of ${layer%:*}, every zoom"
    # shellcheck disable=SC2046
    target/debug/examples/tile_tree "$file" "$field" "$work/$field" $(seq 0 14) 2>/dev/null
    "$python" "$here/tiles_check.py" "$work/$field" "$file" "$field"
    echo "-- the arcs of ${layer%:*}, simplified"
    "$python" "$here/tiles_simplify.py" target/debug/examples/simplify "$file"
done

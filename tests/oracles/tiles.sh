#!/usr/bin/env bash
# Tiles against Mapbox's decoder, the reader of PMTiles' makers, GDAL and GEOS.
#
#     tests/oracles/tiles.sh DATA PYTHON
#
# DATA is the folder of the real sample (without it only Lyonesse is checked), PYTHON one with
# shapely and pyogrio. Needs node, npm and ogr2ogr. LAPWING and SIMPLIFY name programs that are built
# already.
set -euo pipefail
data=$1
python=$2
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
npm ci --silent --no-audit --no-fund --prefix "$here"
[ -n "${LAPWING:-}" ] || cargo build --locked --quiet
[ -n "${SIMPLIFY:-}" ] || cargo build --locked --quiet -p lapwing-tiles --example simplify
lapwing=${LAPWING:-target/debug/lapwing}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Every tile of every zoom of one layer, from the archive that `lapwing tiles` writes.
check() { # SNAPSHOT LAYER
    echo "-- $2 of ${1##*/}: every tile of every zoom"
    rm -rf "$work/tiles"
    "$lapwing" export "$1" "$2" -o "$work/$2.geojson"
    "$lapwing" -q tiles "$1" -o "$work/$2.pmtiles" --layers "$2"
    node "$here/tiles_unpack.mjs" "$work/$2.pmtiles" "$work/tiles"
    "$python" "$here/tiles_check.py" "$work/tiles" "$work/$2.geojson" code "$2"
    "$python" "$here/tiles_archive.py" "$work/$2.pmtiles" "$2" "$work/$2.geojson"
    if [[ $2 == ward* ]]; then
        echo "-- the arcs of $2 of ${1##*/}, simplified"
        "$python" "$here/tiles_simplify.py" "${SIMPLIFY:-target/debug/examples/simplify}" "$work/$2.geojson"
    fi
}

for layer in ward parish lap; do
    check lyonesse $layer
done
if [ -e "$data/wards_2022.geojson" ]; then
    "$lapwing" -q build boundaries/catalogues/northamptonshire/sample.toml --data "$data" \
        -o "$work/county.lapwing"
    for layer in ward ward_2013; do
        check "$work/county.lapwing" $layer
    done
else
    echo "SKIPPED: the real sample data are not at $data"
fi

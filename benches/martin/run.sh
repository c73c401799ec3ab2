#!/usr/bin/env bash
# The same layer as tiles, served by Lapwing and by Martin (from a PMTiles archive and from
# PostGIS), asked for the same tiles by the same wrk in the same run.
#
#     benches/martin/run.sh LAPWING MARTIN [SECONDS] [ROUNDS]
#
# LAPWING is a release build, MARTIN the program of
#     cargo install martin --version 1.14.0 --locked --no-default-features --features postgres,pmtiles
# Wants wrk, ogr2ogr, python3, and Debian's postgresql-15-postgis-3 (a cluster of its own is made and
# thrown away); and wards_uk_2022.geojson.gz in the folder that LAPWING_SHARED names, else in
# ../shared/data.
#
# Prints a table, medians of all rounds, then `ratio NAME VALUE`: how many times as many requests a
# second Lapwing answers.
set -euo pipefail
lapwing=$(realpath "$1") martin=$(realpath "$2")
seconds=${3:-8} rounds=${4:-3}
here=$(cd "$(dirname "$0")" && pwd)
data=$(realpath "${LAPWING_SHARED:-$here/../../../shared/data}")

# PostgreSQL runs under a cluster made for this run alone.
if [ -z "${LAPWING_IN_CLUSTER:-}" ]; then
    LAPWING_IN_CLUSTER=1 exec pg_virtualenv -o shared_buffers=512MB -o fsync=off "$0" "$@"
fi

work=$(mktemp -d)
servers=()
finish() {
    for server in "${servers[@]}"; do kill "$server" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

say() { printf '%s\n' "$*" >&2; }

say "The layer: in a snapshot, an archive and a table"
gunzip -c "$data/wards_uk_2022.geojson.gz" >"$work/wards.geojson"
cat >"$work/catalogue.toml" <<'TOML'
title = "Wards of the United Kingdom"
[[layer]]
id = "ward"
title = "Wards, December 2022"
source = "wards.geojson"
code = "WD22CD"
name = "WD22NM"
resolution = "BSC"
TOML
"$lapwing" -q build "$work/catalogue.toml" -o "$work/wards.lapwing"
"$lapwing" -q tiles "$work/wards.lapwing" -o "$work/ward.pmtiles"
"$lapwing" -q export "$work/wards.lapwing" ward -o "$work/ward.gpkg" --crs EPSG:27700
createdb wards
psql -q -d wards -c 'CREATE EXTENSION postgis' >/dev/null
# As Martin's users are told to: in the tiles' own CRS, indexed, analysed, in the order of the index.
ogr2ogr -f PostgreSQL "PG:dbname=wards" "$work/ward.gpkg" -nln ward -t_srs EPSG:3857 \
    -nlt MULTIPOLYGON -lco GEOMETRY_NAME=geom -lco SPATIAL_INDEX=GIST
psql -q -d wards -c 'CLUSTER ward USING ward_geom_geom_idx' -c 'VACUUM ANALYZE ward'
python3 "$here/choose.py" "$work/wards.geojson" 1800 1 6 14 >"$work/tiles"
say "$(wc -l <"$work/tiles") tiles of zooms 6 to 14"

# Martin, with so many megabytes for tiles; the archive's directory is kept in either case.
martin_config() { # PORT TILE_MB
    cat <<YAML
listen_addresses: "127.0.0.1:$1"
cache:
  size_mb: 512
  tile_size_mb: $2
postgres:
  connection_string: "postgresql://$PGUSER:$PGPASSWORD@$PGHOST:$PGPORT/wards"
  auto_publish: false
  tables:
    postgis:
      schema: public
      table: ward
      layer_id: ward
      srid: 3857
      geometry_column: geom
      geometry_type: MULTIPOLYGON
      properties: { code: varchar, name: varchar }
pmtiles:
  sources:
    pmtiles: $work/ward.pmtiles
YAML
}

serve() { # LOG COMMAND…
    local log=$1
    shift
    "$@" >"$work/$log.log" 2>&1 &
    servers+=($!)
}
answers() { # URL
    for _ in $(seq 100); do
        curl -fs -o /dev/null "$1" && return
        sleep 0.2
    done
    say "nothing answers at $1"
    tail -n 20 "$work"/*.log >&2
    exit 1
}
first=$(head -n 1 "$work/tiles")
martin_config 7311 256 >"$work/cached.yaml"
martin_config 7312 0 >"$work/uncached.yaml"
serve martin_cached "$martin" --config "$work/cached.yaml"
serve martin_uncached "$martin" --config "$work/uncached.yaml"
serve lapwing_cached "$lapwing" -q serve "$work/wards.lapwing" --listen 127.0.0.1:7301 \
    --tile-cache-mb 256
serve lapwing_uncached "$lapwing" -q serve "$work/wards.lapwing" --listen 127.0.0.1:7302 \
    --tile-cache-mb 0
for port in 7301 7302; do answers "http://127.0.0.1:$port/tiles/ward/$first"; done
for port in 7311 7312; do
    for source in pmtiles postgis; do answers "http://127.0.0.1:$port/$source/$first"; done
done
version=$(curl -fs http://127.0.0.1:7301/tiles/ward.json | grep -o '[?]v=[0-9a-f-]*' | head -n 1)

ask() { # PORT PREFIX SUFFIX SECONDS
    PREFIX=$2 SUFFIX=$3 TILES=$work/tiles \
        wrk -t 1 -c 16 -d "$4" --timeout 30s -s "$here/ask.lua" "http://127.0.0.1:$1" \
        2>&1 >/dev/null | tail -n 1
}
# NAME PORT PREFIX SUFFIX
asked=(
    "lapwing_cached 7301 /tiles/ward/ $version"
    "martin_pmtiles_cached 7311 /pmtiles/ "
    "martin_postgis_cached 7311 /postgis/ "
    "lapwing_uncached 7302 /tiles/ward/ $version"
    "martin_pmtiles_uncached 7312 /pmtiles/ "
    "martin_postgis_uncached 7312 /postgis/ "
)
say "Each once through every tile"
for server in "${asked[@]:0:3}"; do
    read -r name port prefix suffix <<<"$server "
    while read -r tile; do
        printf 'url = "http://127.0.0.1:%s%s%s%s"\noutput = /dev/null\n' \
            "$port" "$prefix" "$tile" "$suffix"
    done <"$work/tiles" | curl -fs --parallel --parallel-max 4 -H 'accept-encoding: gzip' \
        -w '%{http_code}\n' -K - 2>/dev/null | sort | uniq -c >"$work/statuses"
    # wrk counts no redirect and no empty answer as wrong.
    [ "$(awk '{ print $2 }' "$work/statuses")" = 200 ] || {
        say "$name does not answer every tile:" "$(cat "$work/statuses")"
        exit 1
    }
done
for round in $(seq "$rounds"); do
    for server in "${asked[@]}"; do
        read -r name port prefix suffix <<<"$server "
        result=$(ask "$port" "$prefix" "$suffix" "$seconds")
        say "round $round: $name: $result"
        echo "$name $result" >>"$work/results"
    done
done

python3 - "$work/results" <<'PY'
import statistics
import sys

seen = {}
for line in open(sys.argv[1]):
    name, *numbers = line.split()
    seen.setdefault(name, []).append([float(number) for number in numbers])
medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in seen.items()}
print("| server | requests/s | bytes | median ms | p99 ms |\n|---|---|---|---|---|")
for name, (rate, size, middle, p99, wrong) in medians.items():
    if wrong:
        sys.exit(f"{name}: {wrong:.0f} requests went wrong")
    print(f"| {name} | {rate:.0f} | {size:.0f} | {middle:.2f} | {p99:.2f} |")
for kind in ("cached", "uncached"):
    for source in ("pmtiles", "postgis"):
        ours, theirs = medians[f"lapwing_{kind}"][0], medians[f"martin_{source}_{kind}"][0]
        print(f"ratio tile_{kind}_vs_martin_{source} {ours / theirs:.2f}")
PY

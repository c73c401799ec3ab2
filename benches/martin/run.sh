#!/usr/bin/env bash
# The same layer as tiles, served by Lapwing and by Martin (from a PMTiles archive and from
# PostGIS), asked for the same tiles by the same wrk in the same run.
#
#     benches/martin/run.sh LAPWING MARTIN [SECONDS] [ROUNDS]
#
# LAPWING is a build of the profile dist, MARTIN the program of
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
. "$here/../support/common.sh"
in_cluster "$0" "$@"

say "The layer: in a snapshot, an archive and a table"
build_wards "$lapwing"
"$lapwing" -q tiles "$work/wards.lapwing" -o "$work/ward.pmtiles"
# As Martin's users are told to: in the tiles' own CRS.
load_wards -t_srs EPSG:3857
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
        note "$name" "$(ask "$port" "$prefix" "$suffix" "$seconds")"
    done
done

ratios=()
for kind in cached uncached; do
    for source in pmtiles postgis; do
        ratios+=("tile_${kind}_vs_martin_$source=lapwing_$kind/martin_${source}_$kind")
    done
done
wrk_medians "${ratios[@]}"

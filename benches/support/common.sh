# What the benchmarks in shell share; each sources it when it has set `-euo pipefail`. It gives them
#
#   root data   the project, and the folder of files that are not part of it: what LAPWING_SHARED
#               names, else ../shared/data
#   work        a folder that goes when the script ends, as do the servers that `serve` started
shared=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(realpath "$shared/../..")
data=$(realpath "${LAPWING_SHARED:-$root/../shared/data}")
work=$(mktemp -d)
servers=()
finish() {
    for server in "${servers[@]}"; do kill "$server" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

say() { printf '%s\n' "$*" >&2; }

# Runs the script again, with PostgreSQL in a cluster made for that run alone.
in_cluster() { # SCRIPT [ARGUMENT…]
    [ -z "${LAPWING_IN_CLUSTER:-}" ] || return 0
    rm -rf "$work"
    LAPWING_IN_CLUSTER=1 exec pg_virtualenv -o shared_buffers=512MB -o fsync=off "$@"
}

# Starts a server, whose process is then `$server`; what it says goes to LOG.log.
serve() { # LOG COMMAND…
    local log=$1
    shift
    "$@" >"$work/$log.log" 2>&1 &
    server=$!
    servers+=("$server")
}

# Waits until something answers.
answers() { # URL
    for _ in $(seq 100); do
        curl -fs -o /dev/null "$1" && return
        sleep 0.2
    done
    say "nothing answers at $1"
    tail -n 20 "$work"/*.log >&2
    exit 1
}

# Makes wards.lapwing and ward.gpkg of the 8,483 wards of the country.
build_wards() { # LAPWING
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
    "$1" -q build "$work/catalogue.toml" -o "$work/wards.lapwing"
    "$1" -q export "$work/wards.lapwing" ward -o "$work/ward.gpkg" --crs EPSG:27700
}

# Puts the wards into the database `wards` as those who know PostGIS would: indexed, in the order of
# the index, analysed.
load_wards() { # [OGR2OGR OPTION…]
    createdb wards
    psql -q -d wards -c 'CREATE EXTENSION postgis' >/dev/null
    ogr2ogr -f PostgreSQL "PG:dbname=wards" "$work/ward.gpkg" -nln ward -nlt MULTIPOLYGON \
        -lco GEOMETRY_NAME=geom -lco SPATIAL_INDEX=GIST "$@"
    psql -q -d wards -c 'CLUSTER ward USING ward_geom_geom_idx' -c 'VACUUM ANALYZE ward'
}

# Notes the numbers of a round in $work/results.
note() { # NAME NUMBERS…
    say "round $round: $*"
    echo "$*" >>"$work/results"
}

# Prints the medians of all rounds of what wrk told, and ratios of requests a second.
wrk_medians() { # [RATIO=NAME/NAME…]
    python3 "$shared/medians.py" wrk "$work/results" "$@"
}

#!/usr/bin/env bash
# Points to wards by Lapwing and by PostGIS, from the same layer in the same run: one at a time over
# a local socket, and 200,000 at once, anywhere in the extent of the layer (two thirds of that is sea)
# and where people live (as many in each ward, which are drawn to have about as many voters). Both
# join them twice: for the ward's code alone, and for all that a row of Lapwing's answer says, the
# distance to the nearest boundary too.
#
#     benches/postgis/run.sh LAPWING [SECONDS] [ROUNDS]
#
# LAPWING is a build of the profile dist. Wants wrk, curl, ogr2ogr, python3, and Debian's postgresql-15-postgis-3
# (a cluster of its own is made and thrown away); and wards_uk_2022.geojson.gz in the folder that
# LAPWING_SHARED names, else in ../shared/data.
#
# What is asked of a server, of PostgreSQL or over HTTP, is timed by its client, psql or curl, from
# asking to the last byte of the answer: who asks a server does not start a process for it. A match is
# timed as the command that it is.
#
# Prints medians of all rounds, then `ratio NAME VALUE`: how many times as fast Lapwing is.
set -euo pipefail
lapwing=$(realpath "$1")
seconds=${2:-5} rounds=${3:-3}
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../support/common.sh"
in_cluster "$0" "$@"
points=200000

say "The layer: in a snapshot and in a table"
build_wards "$lapwing"
load_wards

# The extent of Great Britain's wards, in metres of the National Grid.
east="90000 655000" north="10000 1215000"
python3 - "$work" "$points" $east $north <<'PY'
import random, sys
work, points = sys.argv[1], int(sys.argv[2])
west, east, south, north = map(int, sys.argv[3:])
random.seed(4711)
with open(f"{work}/anywhere.csv", "w") as out, open(f"{work}/queries", "w") as queries:
    out.write("id,easting,northing\n")
    for number in range(points):
        x, y = random.randint(west, east), random.randint(south, north)
        out.write(f"{number},{x},{y}\n")
        queries.write(f"easting={x}&northing={y}&layers=ward\n")
PY
# In no order that a machine could make use of.
psql -q -d wards -c "COPY (
    SELECT row_number() OVER () - 1 AS id, round(ST_X(p)) AS easting, round(ST_Y(p)) AS northing
    FROM (SELECT (ST_Dump(ST_GeneratePoints(geom, $points / 8000, 4711))).geom AS p FROM ward) AS drawn
    ORDER BY md5(p::text) LIMIT $points) TO STDOUT CSV HEADER" >"$work/inhabited.csv"
for kind in anywhere inhabited; do
    psql -q -d wards <<SQL
CREATE TABLE $kind (id integer, easting float8, northing float8);
\\copy $kind FROM '$work/$kind.csv' CSV HEADER
ALTER TABLE $kind ADD geom geometry(Point, 27700);
UPDATE $kind SET geom = ST_SetSRID(ST_MakePoint(easting, northing), 27700);
VACUUM FULL ANALYZE $kind;
SQL
done
# Boundaries in pieces, in the order of their index, so that the nearest is found among few vertices.
psql -q -d wards <<'SQL'
CREATE TABLE boundary AS SELECT ST_Subdivide(ST_Boundary(geom), 16) AS geom FROM ward;
CREATE INDEX boundary_geom ON boundary USING gist (geom);
CLUSTER boundary USING boundary_geom;
VACUUM ANALYZE boundary;
SQL
cat >"$work/point.sql" <<SQL
\\set x random(${east/ /, })
\\set y random(${north/ /, })
SELECT code, name FROM ward WHERE ST_Intersects(geom, ST_SetSRID(ST_MakePoint(:x, :y), 27700));
SQL
socket=$(psql -At -d wards -c 'SHOW unix_socket_directories' | cut -d, -f1)
# Over the socket one is known by the name one has on the system.
me=$(id -un)
psql -q -d wards -c "CREATE ROLE \"$me\" SUPERUSER LOGIN" 2>/dev/null || true
over_socket() { PGHOST=$socket PGUSER=$me "$@"; }

serve lapwing "$lapwing" -q serve "$work/wards.lapwing" --listen 127.0.0.1:7501
answers http://127.0.0.1:7501/health/ready

join() { # KIND
    echo "SELECT p.id, w.code FROM $1 p JOIN ward w ON ST_Intersects(w.geom, p.geom)"
}
join_whole() { # KIND
    echo "SELECT p.id, w.code, w.name, round(b.metres::numeric, 1) AS metres FROM $1 p
        LEFT JOIN ward w ON ST_Intersects(w.geom, p.geom)
        CROSS JOIN LATERAL (SELECT p.geom <-> boundary.geom AS metres FROM boundary
            ORDER BY p.geom <-> boundary.geom LIMIT 1) b"
}
matched() { # KIND [OPTION…]
    local kind=$1
    shift
    # As PostgreSQL: to standard output, which nobody waits to see on the disk.
    "$lapwing" -q match "$work/wards.lapwing" "$work/$kind.csv" -o - --layers ward "$@" \
        >"$work/matched.csv"
}
# Sent as it is read from the file; tells the seconds.
posted() { # KIND [MORE OF THE QUERY]
    curl -fsS -w '%{time_total}\n' -o "$work/posted.csv" -X POST -T "$work/$1.csv" \
        -H 'content-type: text/csv' -H 'expect:' "http://127.0.0.1:7501/v1/lookup?layers=ward${2:-}"
}
# Tells the seconds.
joined() { # SQL
    over_socket psql -q -d wards -c '\timing on' -c "COPY ($1) TO STDOUT CSV" >"$work/joined.csv"
    tail -n 1 "$work/joined.csv" | awk '/^Time: / { found = $2 / 1000 } END { if (!found) exit 1; print found }'
}
are_same() { # FILE FILE
    cmp -s "$work/$1" "$work/$2" || { say "$1 is not $2"; exit 1; }
}

# Both answer every point with the same wards, and the same distances.
for kind in anywhere inhabited; do
    psql -At -F, -d wards -c "$(join $kind) ORDER BY 1, 2" >"$work/theirs"
    psql -q -d wards -c "COPY ($(join_whole $kind) ORDER BY 1, 2) TO STDOUT CSV" >"$work/theirs_whole"
    matched "$kind"
    python3 - "$work" "$kind" <<'PY' >&2
import csv, sys
work, kind = sys.argv[1:]
theirs = {}
for identifier, code in csv.reader(open(f"{work}/theirs")):
    theirs.setdefault(identifier, []).append(code)
rows = list(csv.DictReader(open(f"{work}/matched.csv")))
wrong = [row for row in rows if ";".join(theirs.get(row["id"], [])) != row["ward_code"]]
print(f"{kind}: {len(theirs)} of {len(rows)} points lie in wards; {len(wrong)} answers differ")
if len(wrong) > 2:
    sys.exit(f"Lapwing and PostGIS do not agree: {wrong[:3]}")
whole = {}
for identifier, code, name, metres in csv.reader(open(f"{work}/theirs_whole")):
    whole.setdefault(identifier, []).append((code, name, float(metres)))
far, otherwise = [], 0
for row in rows:
    codes, names, metres = zip(*whole[row["id"]])
    # Either rounds, and theirs may be half up where ours is half down.
    off = abs(metres[0] - float(row["boundary_distance_m"]))
    otherwise += off > 0.01
    if off > 0.11 or ";".join(names) != row["ward_name"] and row not in wrong:
        far.append((row, metres))
print(f"{kind}: {otherwise} distances are rounded otherwise; names or distances differ in {len(far)}")
if far:
    sys.exit(f"Lapwing and PostGIS do not agree: {far[:3]}")
PY
    posted "$kind" >/dev/null
    are_same posted.csv matched.csv
    # No cell of these files is in quotes but names, which stand after the code.
    cut -d, -f1-5 "$work/matched.csv" >"$work/codes.csv"
    matched "$kind" --add code
    are_same matched.csv codes.csv
    posted "$kind" '&add=code' >/dev/null
    are_same posted.csv codes.csv
done

timed() { # COMMAND…
    local from
    from=$(date +%s.%N)
    "$@"
    awk -v a="$from" -v b="$(date +%s.%N)" 'BEGIN { printf "%.4f\n", b - a }'
}
for round in $(seq "$rounds"); do
    theirs=$(over_socket pgbench -n -M prepared -c 16 -j 1 -T "$seconds" -f "$work/point.sql" \
        wards 2>/dev/null | awk '/^tps/ { print $3 }')
    ours=$(QUERIES=$work/queries wrk -t 1 -c 16 -d "$seconds" --timeout 30s \
        -s "$here/../http/ask.lua" http://127.0.0.1:7501 2>&1 >/dev/null | tail -n 1)
    read -r ours _ _ _ wrong <<<"$ours"
    [ "$wrong" = 0 ] || { say "$wrong requests went wrong"; exit 1; }
    times="$theirs $ours"
    for kind in anywhere inhabited; do
        joined=$(joined "$(join $kind)") joined_whole=$(joined "$(join_whole $kind)")
        times+=" $joined $joined_whole $(timed matched "$kind") $(posted "$kind")"
        times+=" $(timed matched "$kind" --add code) $(posted "$kind" '&add=code')"
    done
    echo "$times" | tee -a "$work/results" >&2
done
python3 - "$work/results" <<'PY'
import statistics, sys
rows = [[float(number) for number in line.split()] for line in open(sys.argv[1])]
theirs, ours, *joins = (statistics.median(column) for column in zip(*rows))
print("| asked | PostGIS | Lapwing |\n|---|---|---|")
print(f"| points a second over a local socket | {theirs:.0f} | {ours:.0f} |")
print_later = [f"ratio point_vs_postgis {ours / theirs:.2f}"]
for kind, of_kind in {"anywhere": joins[:6], "inhabited": joins[6:]}.items():
    ward, whole, match, post, match_code, post_code = of_kind
    print(f"| 200,000 points {kind}, all | {whole:.2f} s | {match:.3f} s by match, {post:.3f} s over HTTP |")
    print(
        f"| 200,000 points {kind}, the code | {ward:.2f} s | "
        f"{match_code:.3f} s by match, {post_code:.3f} s over HTTP |"
    )
    for what, theirs, by_match, by_http in (
        ("join_whole", whole, match, post),
        ("join_code", ward, match_code, post_code),
        # More is asked of Lapwing than of PostGIS.
        ("join_whole_against_code", ward, match, post),
    ):
        print_later.append(f"ratio {what}_{kind}_match_vs_postgis {theirs / by_match:.1f}")
        print_later.append(f"ratio {what}_{kind}_http_vs_postgis {theirs / by_http:.1f}")
print("\n".join(print_later))
PY

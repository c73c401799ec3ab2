#!/usr/bin/env bash
# One lookup over HTTP through all that stands round it (limits, log, tags, compression, counters),
# against a bare axum route that answers a constant of the same size; and bulk lookups over HTTP and
# by `lapwing match`. All in the same run, by clients in processes of their own.
#
#     benches/http/run.sh LAPWING BARE [SECONDS] [ROUNDS] [ROWS]
#
# LAPWING and BARE are release builds: cargo build --release --bin lapwing --example bare
# Wants wrk, curl, python3, and the sample of Northamptonshire in the folder that LAPWING_SHARED
# names, else in ../shared/data.
set -euo pipefail
lapwing=$(realpath "$1") bare=$(realpath "$2")
seconds=${3:-5} rounds=${4:-3} rows=${5:-1000000}
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
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
answers() { # URL
    for _ in $(seq 100); do
        curl -fs -o /dev/null "$1" && return
        sleep 0.2
    done
    say "nothing answers at $1"
    exit 1
}

catalogue=$root/boundaries/catalogues/northamptonshire/sample.toml
"$lapwing" -q build "$catalogue" --data "$data" -o "$work/county.lapwing"
python3 - "$data/codepoint_nn_2025.csv" "$work" "$rows" <<'PY'
import csv, random, sys, urllib.parse
path, work, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
random.seed(4711)
postcodes = [row[0] for row in csv.reader(open(path)) if row and row[0][:2].isalpha() and row[0] != "Postcode"]
with open(f"{work}/queries", "w") as out:
    for postcode in postcodes:
        out.write(f"postcode={urllib.parse.quote(postcode)}\n")
with open(f"{work}/rows.csv", "w") as out, open(f"{work}/rows.ndjson", "w") as lines:
    out.write("id,postcode,note\n")
    for number in range(rows):
        postcode = random.choice(postcodes)
        out.write(f"{number},{postcode},as it came\n")
        lines.write(f'{{"id":{number},"postcode":"{postcode}"}}\n')
PY
"$lapwing" -q serve "$work/county.lapwing" --listen 127.0.0.1:7401 >"$work/log" 2>&1 &
service=$!
servers+=("$service")
first=$(head -n 1 "$work/queries")
answers "http://127.0.0.1:7401/v1/lookup?$first"
size=$(shuf -n 200 --random-source="$work/rows.csv" "$work/queries" |
    sed 's|^|url = "http://127.0.0.1:7401/v1/lookup?|; s|$|"|; s|$|\noutput = /dev/null|' |
    curl -fs -w '%{size_download}\n' -K - | awk '{ all += $1 } END { printf "%d", all / NR }')
say "a lookup has $size bytes"
"$bare" serve 127.0.0.1:7402 "$size" &
servers+=($!)
answers "http://127.0.0.1:7402/v1/lookup"

ask() { # PORT CONNECTIONS SECONDS
    QUERIES=$work/queries wrk -t 1 -c "$2" -d "$3" --timeout 30s -s "$here/ask.lua" \
        "http://127.0.0.1:$1" 2>&1 >/dev/null | tail -n 1
}
note() { # NAME NUMBERS…
    say "round $round: $*"
    echo "$*" >>"$work/results"
}
for round in $(seq "$rounds"); do
    note bare "$(ask 7402 32 "$seconds")"
    result=$(ask 7401 32 "$seconds")
    note lookup "$result"
    note lookup_gzip "$(GZIP=1 ask 7401 32 "$seconds")"
    # At half the load: of 64 connections each asks so often.
    pace=$(awk '{ printf "%.2f", 64 / ($1 / 2) * 1000 }' <<<"$result")
    note lookup_half_load "$(PACE=$pace ask 7401 64 "$seconds")"
    note bare_half_load "$(PACE=$pace ask 7402 64 "$seconds")"
done
python3 - "$work/results" <<'PY'
import statistics, sys
seen = {}
for line in open(sys.argv[1]):
    name, *numbers = line.split()
    seen.setdefault(name, []).append([float(number) for number in numbers])
medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in seen.items()}
print("| asked | requests/s | bytes | median ms | p99 ms |\n|---|---|---|---|---|")
for name, (rate, size, middle, p99, wrong) in medians.items():
    if wrong:
        sys.exit(f"{name}: {wrong:.0f} requests went wrong")
    print(f"| {name} | {rate:.0f} | {size:.0f} | {middle:.2f} | {p99:.2f} |")
print(f"ratio http_vs_bare {medians['lookup'][0] / medians['bare'][0]:.2f}")
PY

# The rows alone, read and written by the csv crate on one thread: what a core can do.
copied=$("$bare" copy "$work/rows.csv")
awk -v s="$copied" -v rows="$rows" \
    'BEGIN { printf "csv crate: %.3f s, %.0f rows/s on one core\n", s, rows / s }'
say "$rows rows"
peak() { awk '/VmHWM/ { print $2 / 1024 }' "/proc/$1/status"; }
before=$(peak "$service")
seconds_of() { # COMMAND…
    local from
    from=$(date +%s.%N)
    "$@"
    echo "$(date +%s.%N) $from" | awk '{ printf "%.2f", $1 - $2 }'
}
per_row() { # NAME SECONDS
    awk -v name="$1" -v s="$2" -v rows="$rows" -v cores="$(nproc)" -v copied="$copied" 'BEGIN {
        printf "%s: %.2f s, %.0f rows/s, %.0f a core\n", name, s, rows / s, rows / s / cores
        sub(/ .*/, "", name)
        printf "ratio %s_vs_csv %.2f\n", name, copied / s / cores
    }'
}
post() { # TYPE FILE [CURL OPTION…]
    local type=$1 file=$2
    shift 2
    curl -fsS -o "$work/out" -H "content-type: $type" -H 'expect:' -T "$file" -X POST "$@" \
        "http://127.0.0.1:7401/v1/lookup?layers=lap,ward"
}
per_row "bulk_http_csv" "$(seconds_of post text/csv "$work/rows.csv")"
per_row "bulk_http_ndjson" "$(seconds_of post application/x-ndjson "$work/rows.ndjson")"
gzip -1 -k "$work/rows.csv"
per_row "bulk_http_csv_gzip_in" \
    "$(seconds_of post text/csv "$work/rows.csv.gz" -H 'content-encoding: gzip')"
per_row "bulk_http_csv_gzip_both" "$(seconds_of post text/csv "$work/rows.csv.gz" \
    -H 'content-encoding: gzip' -H 'accept-encoding: gzip')"
echo "service: peak memory $before MB before the bulk requests, $(peak "$service") MB after"
matched() { # OUT IN
    /usr/bin/env python3 - "$lapwing" "$work/county.lapwing" "$1" "$2" <<'PY'
import resource, subprocess, sys, time
lapwing, snapshot, out, rows = sys.argv[1:]
start = time.time()
subprocess.run([lapwing, "-q", "match", snapshot, rows, "-o", out, "--layers", "lap,ward"], check=True)
took = time.time() - start
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(f"{took:.2f} {peak:.0f}")
PY
}
for kind in csv csv.gz ndjson; do
    read -r took peak <<<"$(matched "$work/matched.$kind" "$work/rows.$kind")"
    per_row "match_$kind (peak memory $peak MB)" "$took"
done

#!/usr/bin/env bash
# One lookup over HTTP through all that stands round it (limits, log, tags, compression, counters),
# against a bare axum route that answers a constant of the same size; and bulk lookups over HTTP and
# by `lapwing match`, of which flat NDJSON has the same columns as the CSV; and an axum route that
# receives and sends as many bytes as each of these, nothing more. All in the same run, by clients in
# processes of their own.
#
#     benches/http/run.sh LAPWING BARE [SECONDS] [ROUNDS] [ROWS]
#
# LAPWING and BARE: cargo build --profile dist --bin lapwing --example bare
# Wants wrk, curl, python3, and the sample of Northamptonshire in the folder that LAPWING_SHARED
# names, else in ../shared/data.
set -euo pipefail
lapwing=$(realpath "$1") bare=$(realpath "$2")
seconds=${3:-5} rounds=${4:-3} rows=${5:-1000000}
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../support/common.sh"

catalogue=$root/boundaries/catalogues/northamptonshire/sample.toml
"$lapwing" -q build "$catalogue" --data "$data" -o "$work/county.lapwing"
python3 - "$data/codepoint_nn_2025.csv" "$data/epraccur_northamptonshire.csv" "$work" "$rows" <<'PY'
import csv, random, sys, urllib.parse
path, practices, work, rows = *sys.argv[1:4], int(sys.argv[4])
random.seed(4711)
postcodes = [row[0] for row in csv.reader(open(path)) if row and row[0][:2].isalpha() and row[0] != "Postcode"]
with open(f"{work}/queries", "w") as out:
    for postcode in postcodes:
        out.write(f"postcode={urllib.parse.quote(postcode)}\n")
with (
    open(f"{work}/rows.csv", "w") as out,
    open(f"{work}/rows.ndjson", "w") as lines,
    open(f"{work}/flat.ndjson", "w") as flat,
):
    out.write("id,postcode,note\n")
    for number in range(rows):
        postcode = random.choice(postcodes)
        out.write(f"{number},{postcode},as it came\n")
        lines.write(f'{{"id":{number},"postcode":"{postcode}"}}\n')
        flat.write(f'{{"id":{number},"postcode":"{postcode}","note":"as it came"}}\n')
# Everyday rows: the practices of the NHS, 27 cells each and all of them in quotes, again and again.
names = [f"column {number}" for number in range(1, 28)]
names[9] = "postcode"
lines = open(practices, encoding="latin-1", newline="").read().splitlines()
with open(f"{work}/practices.csv", "w", encoding="latin-1") as out:
    out.write(",".join(f'"{name}"' for name in names) + "\n")
    for number in range(rows):
        out.write(lines[number % len(lines)] + "\n")
PY
serve lapwing "$lapwing" -q serve "$work/county.lapwing" --listen 127.0.0.1:7401
service=$server
first=$(head -n 1 "$work/queries")
answers "http://127.0.0.1:7401/v1/lookup?$first"
size=$(shuf -n 200 --random-source="$work/rows.csv" "$work/queries" |
    sed 's|^|url = "http://127.0.0.1:7401/v1/lookup?|; s|$|"|; s|$|\noutput = /dev/null|' |
    curl -fs -w '%{size_download}\n' -K - | awk '{ all += $1 } END { printf "%d", all / NR }')
say "a lookup has $size bytes"
serve bare "$bare" serve 127.0.0.1:7402 "$size"
mover=$server
answers "http://127.0.0.1:7402/v1/lookup"

ask() { # PORT CONNECTIONS SECONDS
    QUERIES=$work/queries wrk -t 1 -c "$2" -d "$3" --timeout 30s -s "$here/ask.lua" \
        "http://127.0.0.1:$1" 2>&1 >/dev/null | tail -n 1
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
wrk_medians http_vs_bare=lookup/bare
rm "$work/results"

say "$rows rows"
# Each of the rest is timed by the clock, and by what it took of all cores: curl shares them.
cpu_of() { # PROCESS
    awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*[)] /, ""); print ($12 + $13) / tick }' "/proc/$1/stat"
}
peak_of() { awk '/VmHWM/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"; }
post() { # NAME TYPE FILE [CURL OPTION…]
    local name=$1 type=$2 file=$3 from cpu
    shift 3
    from=$(date +%s.%N) cpu=$(cpu_of "${of:-$service}")
    # Read and thrown away: the baseline's rows go to memory, and not to a file either.
    curl -fsS -o "${out:-/dev/null}" -H "content-type: $type" -H 'expect:' -T "$file" -X POST "$@" \
        "http://127.0.0.1:${port:-7401}/v1/lookup?layers=lap,ward${flat:+&flat=true}${code:+&add=code}${bytes:+&bytes=$bytes}"
    note "$name" "$(awk -v a="$from" -v b="$(date +%s.%N)" -v c="$cpu" \
        -v d="$(cpu_of "${of:-$service}")" 'BEGIN { printf "%.3f %.3f", b - a, d - c }')" \
        "$(peak_of "${of:-$service}")"
}
moved() { # NAME FILE ANSWER'S BYTES
    of=$mover port=7402 bytes=$3 post "$1" application/octet-stream "$2"
}
timed() { # COMMAND…
    # What others wrote is not brought to the disk meanwhile.
    sync -f "$work"
    python3 - "$@" <<'PY'
import resource, subprocess, sys, time
start = time.time()
subprocess.run(sys.argv[1:], check=True)
took = time.time() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{took:.3f} {used.ru_utime + used.ru_stime:.3f} {used.ru_maxrss / 1024:.0f}")
PY
}
matched() { # FILE
    timed "$lapwing" -q match "$work/county.lapwing" "$work/$1" -o "$work/matched.${1#*.}" \
        --layers lap,ward ${flat:+--flat} ${code:+--add code}
}
# Both answer with the same bytes; and what is made once has been made before the rounds.
declare -A answered
for file in rows.csv practices.csv rows.ndjson flat.ndjson; do
    type=text/csv flat=
    [ "${file#*.}" = csv ] || type=application/x-ndjson
    [ "$file" != flat.ndjson ] || flat=yes
    round=0 out=$work/posted post "warm_$file" "$type" "$work/$file"
    matched "$file" >/dev/null
    cmp "$work/posted" "$work/matched.${file#*.}"
    answered[$file]=$(stat -c %s "$work/posted")
done
flat=
rm "$work/posted" "$work/results"
gzip -1 -k "$work/rows.csv"
packed=(-H 'content-encoding: gzip')
for round in $(seq "$rounds"); do
    # The rows alone, read and written by the csv crate on one thread: what a core can do.
    note csv_crate "$("$bare" copy "$work/rows.csv")"
    post bulk_http_csv text/csv "$work/rows.csv"
    post bulk_http_csv_gzip_in text/csv "$work/rows.csv.gz" "${packed[@]}"
    post bulk_http_csv_gzip_both text/csv "$work/rows.csv.gz" "${packed[@]}" \
        -H 'accept-encoding: gzip'
    post bulk_http_ndjson application/x-ndjson "$work/rows.ndjson"
    # The same columns as those of the CSV, as members.
    flat=yes post bulk_http_flat_ndjson application/x-ndjson "$work/flat.ndjson"
    moved moved_csv "$work/rows.csv" "${answered[rows.csv]}"
    moved moved_ndjson "$work/rows.ndjson" "${answered[rows.ndjson]}"
    moved moved_flat_ndjson "$work/flat.ndjson" "${answered[flat.ndjson]}"
    # The codes alone.
    code=yes post bulk_http_csv_code text/csv "$work/rows.csv"
    code=yes flat=yes post bulk_http_flat_ndjson_code application/x-ndjson "$work/flat.ndjson"
    # From file to file, as `match`.
    note copied_by_csv_crate "$(timed "$bare" copy "$work/rows.csv" "$work/copied.csv")"
    for kind in csv csv.gz; do note "match_${kind/./_}" "$(matched "rows.$kind")"; done
    note match_flat_ndjson "$(flat=yes matched flat.ndjson)"
    note match_csv_code "$(code=yes matched rows.csv)"
    note match_flat_ndjson_code "$(code=yes flat=yes matched flat.ndjson)"
    note csv_crate_practices "$("$bare" copy "$work/practices.csv")"
    post bulk_http_practices text/csv "$work/practices.csv"
    note match_practices "$(matched practices.csv)"
    # The longest file last, and gone before the next round: bringing it to the disk slows others.
    note match_ndjson "$(matched rows.ndjson)"
    rm -f "$work"/matched.* "$work/copied.csv"
    sync
done
python3 "$shared/medians.py" rows "$work/results" "$rows" "$(nproc)"

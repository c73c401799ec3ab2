#!/usr/bin/env bash
# A guard against slow drift: the instructions that callgrind counts for an item of some works, held
# to those that are kept in `kept.txt`. Counts, not times, so that a busy machine does not matter;
# but compilers, C libraries and processors differ in some, hence the allowance.
#
#     tests/counts/run.sh             fails where a count is more than kept, or much less
#     tests/counts/run.sh --keep      keeps the counts as they are now
#
# Wants valgrind.
set -euo pipefail
cd "$(dirname "$0")/../.."
kept=tests/counts/kept.txt
# The C library chooses its routines by processor: `to_degrees` takes 1,271 instructions on one machine
# and 1,505 on another, with the same code.
allowed_percent=25

cargo build --profile dist --locked --quiet --example counted
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
valgrind --tool=callgrind --callgrind-out-file="$work/out" --collect-atstart=no \
    --toggle-collect='counted::counted_*' target/dist/examples/counted \
    >"$work/items" 2>"$work/log" || { cat "$work/log"; exit 1; }
# A function's instructions are those of all it calls, too.
callgrind_annotate --inclusive=yes --threshold=100 "$work/out" >"$work/functions"
while read -r name items; do
    awk -v name="$name" -v items="$items" '
        $0 ~ ":counted::counted_" name "( |$)" {
            gsub(",", "", $1)
            printf "%s %.0f\n", name, $1 / items
            exit
        }' "$work/functions"
done <"$work/items" | tee "$work/counts"

if [ "${1:-}" = --keep ]; then
    cp "$work/counts" "$kept"
    exit
fi
# Far less is a gain to be kept, or work that is no longer done.
awk -v allowed="$allowed_percent" '
    NR == FNR { kept[$1] = $2; next }
    { counted[$1] = 1 }
    !($1 in kept) { print "NOT KEPT: " $1; wrong = 1; next }
    {
        change = ($2 - kept[$1]) / kept[$1] * 100
        if (change > allowed || change < -3 * allowed || $2 == 0) {
            printf "DRIFTED: %s takes %d instructions, %+.1f %% of the %d kept\n", $1, $2, change, kept[$1]
            wrong = 1
        }
    }
    END {
        for (name in kept) if (!(name in counted)) { print "NOT COUNTED: " name; wrong = 1 }
        if (wrong) {
            print "If that is meant, keep the new counts: tests/counts/run.sh --keep"
            exit 1
        }
    }' "$kept" "$work/counts"

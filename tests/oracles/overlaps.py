"""Compares a lookup table of Lapwing with GEOS, pair by pair.

    python overlaps.py TABLE.csv FROM.geojson FROM_CODE TO.geojson TO_CODE

TABLE.csv is what `lapwing overlaps --slivers` wrote. Every pair of every area of either
file is intersected by GEOS; both shares must agree within 1e-6, pairs that are not in the table
with zero.
"""

import csv
import sys

import shapely

import ground


def main(table, from_file, from_code, to_file, to_code):
    first = ground.read(from_file, from_code)
    second = ground.read(to_file, to_code)
    with open(table, newline="") as file:
        rows = {(row["from_code"], row["to_code"]): row for row in csv.DictReader(file)}
    unknown = [pair for pair in rows if pair[0] not in first or pair[1] not in second]
    if unknown:
        sys.exit(f"the table names areas that the files do not have: {unknown[:3]}")

    worst = (0.0, None)
    failures = []
    shared = ground.shared(first, second)
    for code, other_code in rows | shared:
        row, common = rows.get((code, other_code)), shared.get((code, other_code))
        ours = [float(row[c]) for c in ("share_of_from", "share_of_to")] if row else [0.0, 0.0]
        m2 = common.area if common else 0.0
        theirs = [m2 / first[code].area, m2 / second[other_code].area]
        apart = max(abs(a - b) for a, b in zip(ours, theirs))
        worst = max(worst, (apart, (code, other_code)), key=lambda w: w[0])
        if apart > ground.AGREEMENT:
            failures.append(f"{code} in {other_code}: {ours} here, {theirs} by GEOS")
    pairs = len(first) * len(second)
    print(f"GEOS {shapely.geos_version_string}: {pairs} pairs, {len(rows)} of them in the table")
    print(f"largest difference of a share: {worst[0]:.2e} at {worst[1]}")
    ground.report(failures)


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])

#!/usr/bin/env bash
# Tests the map page in Chromium, on the demonstration county and, if its data exist, on a real county.
# Requires Node.js with npm, and Chromium (CHROMIUM names one other than /usr/bin/chromium).
# PICTURES=FOLDER saves screenshots there. LAPWING names a program that is already built.
set -euo pipefail
cd "$(dirname "$0")/../.."

npm ci --prefix src/web --prefer-offline --silent
npm run check --prefix src/web --silent
npm ci --prefix tests/web --prefer-offline --silent
[ -n "${LAPWING:-}" ] || cargo build --locked --quiet

data=${LAPWING_SHARED:-../shared/data}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -e "$data/wards_2013.geojson" ]; then
    "${LAPWING:-target/debug/lapwing}" --quiet build boundaries/catalogues/northamptonshire/sample.toml \
        --data "$data" -o "$work/county.lapwing" >/dev/null 2>&1
    export COUNTY="$work/county.lapwing"
else
    echo "SKIPPED on the real county: its data are not at $data"
fi
cd tests/web
npm test --silent

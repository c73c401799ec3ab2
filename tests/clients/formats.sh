#!/usr/bin/env bash
# Every file format of a running service, read back by GDAL, geopandas, pyarrow and DuckDB.
#
#     formats.sh BASE PYTHON [DATA]
set -euo pipefail
base=$1 python=$2
shift 2
exec "$python" "$(dirname "$0")/formats.py" "$base" "$@"

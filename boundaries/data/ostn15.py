"""Makes ostn15.bin from Ordnance Survey's OSTN15_OSGM15_DataFile.txt.

    python3 ostn15.py OSTN15_OSGM15_DataFile.txt ostn15.bin
"""

import csv
import decimal
import struct
import sys

COLUMNS, ROWS = 701, 1251
BASE_MM = (80_000, -90_000)


def main(source, target):
    nodes = bytearray()
    with open(source, newline="", encoding="utf-8-sig") as file:
        for at, row in enumerate(csv.DictReader(file)):
            place = (int(row["ETRS89_Easting"]) // 1000, int(row["ETRS89_Northing"]) // 1000)
            if place != (at % COLUMNS, at // COLUMNS):
                sys.exit(f"{source}: node {row['Point_ID']} is out of order")
            for base_mm, column in zip(BASE_MM, ("ETRS89_OSGB36_EShift", "ETRS89_OSGB36_NShift")):
                shift_mm = decimal.Decimal(row[column]) * 1000
                if shift_mm != int(shift_mm):
                    sys.exit(f"{source}: node {row['Point_ID']}: {column} is not whole millimetres")
                nodes += struct.pack("<H", int(shift_mm) - base_mm)
    if len(nodes) != COLUMNS * ROWS * 4:
        sys.exit(f"{source}: {len(nodes) // 4} nodes instead of {COLUMNS * ROWS}")
    with open(target, "wb") as file:
        file.write(nodes)


main(*sys.argv[1:])

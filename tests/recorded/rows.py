"""Rows of every format, right and wrong, for `POST /v1/lookup` and `lapwing match`."""

import csv
import io
import json
import random


class Rows:
    """Rows made of a world's postcodes and positions, with wrong ones among them."""

    def __init__(self, facts):
        self.facts = facts
        chance = random.Random(5)
        self.postcodes = []
        for number, postcode in enumerate(facts.postcodes):
            written = [
                postcode,
                postcode.lower(),
                postcode.replace(" ", ""),
                f" {postcode} ",
                postcode.replace(" ", "  "),
            ]
            self.postcodes.append(written[number % 5])
            if number % 9 == 0:
                self.postcodes.append(
                    chance.choice(
                        ["", "nonsense", "ZZ99 9ZZ", "NN1", "SW1A 1AA", "LY99 9ZZ", "é", "N N 1 1 E D"]
                    )
                )
        numbers = ["", "x", "NaN", "inf", "1e999", "-0", "99999999", "0x10", "1,5", " 1 "]
        self.grid = [(f"{e}", f"{n}") for e, n in facts.positions + facts.vertices]
        self.grid += [(number, "260000") for number in numbers] + [("260000", number) for number in numbers]
        self.grid += [(f"{e:.0f}", f"{n:.0f}.") for e, n in facts.vertices] + [
            (f"{e:e}", f"+{n}") for e, n in facts.vertices
        ]
        self.degrees = [(f"{lon}", f"{lat}") for lon, lat in facts.degrees]
        self.degrees += (
            [(number, "52.2") for number in numbers]
            + [("-0.9", number) for number in numbers]
            + [("52.2", "-0.9"), ("12", "41")]
        )

    def csv_bodies(self):
        """Each with a name."""
        rows = list(enumerate(self.postcodes))
        plain = table(["id", "postcode"], rows)
        one = self.facts.postcode
        east, north = self.facts.positions[0]
        lon, lat = self.facts.centre
        header = "id,postcode,note"
        yield "postcodes", plain
        yield "positions on the grid", table(["easting", "northing"], self.grid)
        yield (
            "positions in degrees",
            table(["n", "lat", "lon"], [(n, lat, lon) for n, (lon, lat) in enumerate(self.degrees)]),
        )
        yield (
            "positions behind 30 columns",
            table(
                [*"abcdefghijklmnopqrstuvwxyz1234", "easting", "northing"],
                [[*["x"] * 30, e, n] for e, n in self.grid[:99]],
            ),
        )
        yield "CRLF", plain.replace(b"\n", b"\r\n")
        yield "CR", plain.replace(b"\n", b"\r")
        yield "byte order mark", b"\xef\xbb\xbf" + plain
        yield "no last line end", plain.rstrip(b"\n")
        yield "all quoted", table(["id", "postcode"], rows, csv.QUOTE_ALL)
        notes = [
            "a,b",
            'say "x"',
            "two\nlines",
            "two\r\nlines",
            " spaced ",
            "é€😀",
            "",
            "'",
            ";",
            "\t",
            '""',
            "x" * 5000,
        ]
        yield (
            "odd notes",
            table(["note", "postcode", "more"], [(notes[n % 12], p, notes[(n + 5) % 12]) for n, p in rows]),
        )
        yield "spaces and blank lines", f"{header}\n\n1,{one},a\n\n  \n2,{one},b\n\n".encode()
        yield "short and long rows", f"{header}\n1\n1,{one}\n1,{one},a,b,c\n,,\n1,{one},a\n".encode()
        yield (
            "quotes within",
            f'{header}\n1,"{one}",a"b\n2,{one[0]}"{one[1:]}",x\n3,"{one}"x,y\n4,"{one}",z\n'.encode(),
        )
        yield "quote never closed", f'{header}\n1,{one},a\n2,{one},"b\n3,{one},c\n'.encode()
        yield "quoted header", f'"id","Post""code","postcode"\n1,x,{one}\n'.encode()
        yield "header in capitals", f"ID,POSTCODE\n1,{one}\n".encode()
        yield "header with spaces", f"id, postcode \n1,{one}\n".encode()
        yield (
            "names that answers have",
            f"status,{self.facts.other}_code,confidence,postcode\na,b,c,{one}\n".encode(),
        )
        yield "no UTF-8", f"{header}\n1,{one},".encode() + b"\xff\xfe\n2,\xff,x\n"
        yield "NUL", f"{header}\n1,{one},a\0b\n".encode()
        yield "semicolons", f"id;postcode\n1;{one}\n".encode()
        yield "tabs", f"id\tpostcode\n1\t{one}\n".encode()
        yield "no place", b"name,age\na,1\n"
        yield "half a place", b"lon,name\n1,x\n"
        yield "empty", b""
        yield "header alone", b"postcode\n"
        yield "header without end", b"postcode"
        yield "line ends alone", b"\n\n\n"
        yield "column twice", f"postcode,postcode\n{one},{one}\n".encode()
        yield (
            "several places",
            f"postcode,lon,lat,easting,northing\n{one},{lon},{lat},{east},{north}\n".encode(),
        )

    def ndjson_bodies(self):
        line = lambda **members: json.dumps(members, separators=(",", ":"))
        lines = [line(id=n, postcode=p) for n, p in enumerate(self.postcodes)]
        one = self.facts.postcode
        east, north = self.facts.positions[0]
        lon, lat = self.facts.centre
        join = lambda some: ("\n".join(some) + "\n").encode()
        yield "postcodes", join(lines)
        yield (
            "positions on the grid",
            join(line(easting=float(e), northing=float(n)) for e, n in self.grid[:400]),
        )
        yield (
            "positions in degrees",
            join(
                line(lat=float(lat), lon=float(lon), n=n) for n, (lon, lat) in enumerate(self.degrees[:400])
            ),
        )
        yield "numbers as texts", join(line(easting=e, northing=n) for e, n in self.grid[-60:])
        yield (
            "spaces",
            join(
                json.dumps({"id": n, "postcode": p}, indent=None, separators=(" , ", " : "))
                for n, p in enumerate(self.postcodes[:50])
            ),
        )
        yield "CRLF", join(lines[:50]).replace(b"\n", b"\r\n")
        yield "byte order mark", b"\xef\xbb\xbf" + join(lines[:5])
        yield "no last line end", join(lines[:5]).rstrip()
        yield "blank lines", join(["", lines[0], "", "  ", lines[1], ""])
        yield (
            "escapes",
            join(
                [
                    '{"id":"\\u00e9\\n\\"","postcode":"'
                    + one[:2]
                    + "\\u00"
                    + f"{ord(one[2]):02x}"
                    + one[3:]
                    + '"}',
                    line(id="é€😀", postcode=one),
                ]
            ),
        )
        yield (
            "members of every kind",
            join(
                [
                    line(
                        id={"a": [1, None]},
                        postcode=one,
                        x=None,
                        y=True,
                        z=1.50,
                        status="s",
                        error="e",
                        empty="",
                    )
                ]
            ),
        )
        yield (
            "numbers",
            join(
                [
                    f'{{"id":{n},"postcode":"{one}"}}'
                    for n in ["1e2", "-0", "1.0", "12345678901234567890", "1E-7", "0.1000"]
                ]
            ),
        )
        yield (
            "wrong lines",
            join(
                [
                    "{",
                    "[]",
                    "1",
                    '"x"',
                    "null",
                    "{}",
                    '{"postcode":5}',
                    '{"postcode":null}',
                    '{"postcode":"x","lon":1}',
                    '{"lon":1}',
                    '{"lon":1,"lat":"x"}',
                    '{"lon":1,"lat":1e999}',
                    f'{{"postcode":"{one}"}} x',
                    f'{{"postcode":"{one}","postcode":"{one}"}}',
                    f'{{"Postcode":"{one}"}}',
                    '{"postcode":"\\ud800"}',
                    line(postcode=one),
                ]
            ),
        )
        yield "several places", join([line(postcode=one, lon=lon, lat=lat, easting=east, northing=north)])
        yield (
            "shapes that change",
            join(
                [
                    line(id=1, postcode=one),
                    line(postcode=one, id=1),
                    line(id=1, postcode=one, x=2),
                    line(lon=lon, lat=lat),
                    line(id=1, postcode=one),
                ]
            ),
        )
        yield "no UTF-8", b'{"postcode":"\xff"}\n' + lines[0].encode() + b"\n"
        yield (
            "layers in a line",
            join([line(postcode=one, layers=["ward"]), line(postcode=one, date="2014-05-01")]),
        )
        yield "empty", b""

    def json_bodies(self):
        one, points = self.facts.postcode, [[lon, lat] for lon, lat in self.facts.degrees[:200]]
        yield "postcodes", {"postcodes": self.postcodes}
        yield "points", {"points": points + [[0, 0], [1], ["a", 1], None, [52, 0]]}
        yield "layers", {"postcodes": self.postcodes[:20], "layers": self.facts.areas[:2]}
        yield "a day", {"postcodes": self.postcodes[:20], "date": "2014-05-01"}
        yield "wrong rows", {"postcodes": [one, 5, None, {}, "", "x"]}
        yield "both", {"postcodes": [], "points": []}
        yield "neither", {}
        yield "empty", {"postcodes": []}
        yield "unknown member", {"postcodes": [one], "x": 1}
        yield "unknown layer", {"postcodes": [one], "layers": ["nil"]}
        yield "wrong day", {"postcodes": [one], "date": "x"}
        yield "no list", {"postcodes": one}


def table(header, rows, quoting=csv.QUOTE_MINIMAL):
    text = io.StringIO()
    writer = csv.writer(text, quoting=quoting, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()

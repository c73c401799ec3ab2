"""Masks for what differs from one recording to the next although no answer has changed."""

import gzip
import hashlib
import re
import sqlite3
import tempfile
from datetime import datetime, timezone

# Headers that say nothing about the answer.
UNRECORDED = {"date", "connection", "keep-alive", "transfer-encoding", "content-length"}

TIME_OF_DAY = r"[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"
MADE_REQUEST_ID = re.compile(r"\b[0-9a-f]{32}\b")
ETAG = re.compile(r'"[^"]*"')
VERSION_OF_TILES = re.compile(r"(?<=[?&]v=)[0-9a-f]{8,}")
# How long work took, as progress lines say.
DURATION = re.compile(r"(?<![=\d.])\b\d+(\.\d+)? ?(s|ms|µs|seconds)\b")
MILLISECONDS = re.compile(r'("ms":|\bms=)[\d.e-]+')
PORT = re.compile(r"(127\.0\.0\.1|localhost):\d+")


class Masks:
    """The masks of one world: its snapshot id and build time, today, and folders."""

    def __init__(self, snapshot_id="", built="", folders=()):
        self.snapshot_id, self.built = snapshot_id, built
        self.folders = [str(folder) for folder in folders]
        self.today = datetime.now(timezone.utc).strftime("%Y-%m-%d")

    def text(self, text):
        """Masks a text body, a header value or the output of a command."""
        for number, folder in enumerate(self.folders):
            text = text.replace(folder, f"<folder {number}>")
        if self.snapshot_id:
            text = text.replace(self.snapshot_id, "<snapshot>")
            text = text.replace(self.snapshot_id[:16], "<snapshot, 16 digits>")
            text = text.replace(self.snapshot_id[:12], "<snapshot, 12 digits>")
        if self.built:
            for written in (self.built, self.http_date(), self.date_of_pages()):
                text = text.replace(written, "<built>")
        text = PORT.sub(r"\1:<port>", text)
        text = re.sub(r"urn:lapwing:request:[0-9a-f]{32}", "urn:lapwing:request:<id>", text)
        # Of today's: other times are data.
        text = re.sub(self.today + TIME_OF_DAY, "<time>", text)
        text = VERSION_OF_TILES.sub("<version>", text)
        return text.replace(self.today, "<today>")

    def build_time(self):
        return datetime.fromisoformat(self.built.replace("Z", "+00:00"))

    def http_date(self):
        """The build time as an HTTP header writes it."""
        return self.build_time().strftime("%a, %d %b %Y %H:%M:%S GMT")

    def date_of_pages(self):
        """The build time as pages write it."""
        return f"{self.build_time().day} {self.build_time():%B %Y, %H:%M} UTC"

    def header(self, name, value):
        if name == "etag":
            # Derived from the snapshot's id, the version and the day.
            return ETAG.sub('"<tag>"', value)
        if name == "x-request-id":
            return MADE_REQUEST_ID.sub("<request id>", value)
        return self.text(value)

    def console(self, text):
        """Masks the output of a command: also times of day, durations, and request ids of a log."""
        text = MADE_REQUEST_ID.sub("<request id>", DURATION.sub("<duration>", self.text(text)))
        return MILLISECONDS.sub(r"\1<duration>", text)

    def raw(self, data):
        """Masks answers as they came over the wire, with their heads."""
        text = data.decode("utf-8", "backslashreplace")
        text = re.sub(r"(?im)^(date|transfer-encoding|content-length): .*\r?\n", "", text)
        text = re.sub(r"(?im)^(etag: )(.*)$", lambda found: found[1] + ETAG.sub('"<tag>"', found[2]), text)
        return MADE_REQUEST_ID.sub("<request id>", self.text(text))

    def binary(self, data):
        """Describes a file: its length, and the hash of its bytes with the volatile ones blanked."""
        # A part of one, as a range asks for it, is no database.
        if data[:16] == b"SQLite format 3\0" and len(data) % 4096 == 0:
            return {"bytes": len(data), "tables": self.tables(data)}
        if data[:2] == b"\x1f\x8b":
            data = gunzip_all(data)
            return {"gzip of": self.binary(data)}
        if data[:7] == b"PMTiles" and len(data) > 127:
            return self.pmtiles(data)
        return {"bytes": len(data), "sha256": self.sha256(data)}

    def sha256(self, data):
        volatile = [self.snapshot_id, self.snapshot_id[:16], self.built, self.built.rstrip("Z")]
        for word in volatile:
            if word:
                data = data.replace(word.encode(), b"_" * len(word))
        return hashlib.sha256(data).hexdigest()

    def tables(self, data):
        """A hash of each table of a GeoPackage: its bytes hold the time at which it was written."""
        hashes = {}
        with tempfile.NamedTemporaryFile(suffix=".gpkg") as file:
            file.write(data)
            file.flush()
            database = sqlite3.connect(file.name)
            query = "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'trigger', 'index') ORDER BY name"
            for name, sql in database.execute(query).fetchall():
                hashes[f"sql of {name}"] = hashlib.sha256((sql or "").encode()).hexdigest()[:16]
            names = database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
            )
            for (name,) in names.fetchall():
                rows = database.execute(f'SELECT * FROM "{name}"')
                columns = [column[0] for column in rows.description]
                digest = hashlib.sha256(repr(columns).encode())
                for row in rows:
                    kept = [
                        value
                        for column, value in zip(columns, row)
                        if column not in ("last_change", "timestamp")
                    ]
                    digest.update(self.text(repr(kept)).encode())
                hashes[name] = digest.hexdigest()[:32]
            database.close()
        return hashes

    def pmtiles(self, data):
        """The metadata of a PMTiles archive as text, the rest as a hash."""
        word = lambda at: int.from_bytes(data[at : at + 8], "little")
        start, length = word(24), word(32)
        metadata = data[start : start + length]
        rest = data[127:start] + data[start + length :]
        return {
            "header": data[96:127].hex(),
            "metadata": self.text(gunzip_all(metadata).decode()),
            "bytes without metadata": len(rest),
            "sha256 without metadata": hashlib.sha256(rest).hexdigest(),
        }


def gunzip_all(data):
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data

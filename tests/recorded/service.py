"""A running `lapwing serve`, and one connection to it."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time
import zlib
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from masks import UNRECORDED

# Sent as Host, so that links in answers do not hold the port.
HOST = "lapwing.test"
TOKEN = "recorded-token"

TEXT = re.compile(
    r"^(text/|application/([a-z0-9.-]+\+)?json|application/x-ndjson|application/schema|"
    r"application/vnd\.google-earth\.kml|application/([a-z0-9.-]+\+)?xml|application/javascript|application/openmetrics-text)"
)


@dataclass
class Request:
    """One request. `label` tells apart requests of one address."""

    target: str
    method: str = "GET"
    headers: dict = field(default_factory=dict)
    body: bytes = None
    label: str = ""
    # Repeat with the ETag of the first answer, and record the second.
    conditional: str = ""

    def keep(self):
        """What to keep of the body."""
        if self.target.startswith("/metrics"):
            return "names"
        return "shape" if "/random/" in self.target else "whole"

    def name(self):
        shown = self.target if len(self.target) < 300 else f"{self.target[:120]}… ({len(self.target)} bytes)"
        headers = "".join(f" [{name}: {value}]" for name, value in self.headers.items())
        conditional = f" [{self.conditional}: its tag]" if self.conditional else ""
        label = f" {{{self.label}}}" if self.label else ""
        return f"{self.method} {shown}{headers}{conditional}{label}"


def ask(path, query=(), method="GET", headers=(), body=None, **more):
    text = urlencode(query, quote_via=quote, safe=",:/") if query else ""
    return Request(path + ("?" + text if text else ""), method, dict(headers), body, **more)


class Service:
    """Starts the service on a free port and stops it again."""

    def __init__(self, binary, arguments, log, options=(), folder=None):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = open(log, "wb")
        command = [binary, "serve", *arguments, "--listen", f"127.0.0.1:{self.port}", *options]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LAPWING_")}
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=self.log, env=environment, cwd=folder
        )
        self.connection = None
        self.wait_until_ready()

    def wait_until_ready(self, seconds=120):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise SystemExit(f"lapwing serve ended with {self.process.returncode}: see {self.log.name}")
            try:
                if self.ask(Request("/health/ready"))[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise SystemExit(f"lapwing serve was not ready after {seconds} s: see {self.log.name}")

    def stop(self):
        if self.connection:
            self.connection.close()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        self.log.close()
        return code

    def ask(self, request):
        """Sends a request; returns status, headers as pairs, and body."""
        for attempt in range(2):
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            try:
                return self.send(request)
            except (http.client.HTTPException, ConnectionError):
                self.connection.close()
                self.connection = None
                if fresh or attempt:
                    raise

    def send(self, request):
        connection = self.connection
        connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        headers = {"Host": HOST, **request.headers}
        if request.body is not None:
            headers["Content-Length"] = str(len(request.body))
        for name, value in headers.items():
            connection.putheader(name, value)
        try:
            connection.endheaders(request.body)
        except (BrokenPipeError, ConnectionResetError):
            # Refused before the body was sent; the answer may be there already.
            pass
        response = connection.getresponse()
        headers = [(name.lower(), value) for name, value in response.getheaders()]
        try:
            body = response.read()
        except http.client.IncompleteRead as error:
            body = error.partial
            headers.append(("recorded", "the answer was broken off"))
        if (
            response.will_close
            or not response.isclosed()
            or ("recorded", "the answer was broken off") in headers
        ):
            connection.close()
            self.connection = None
        return response.status, headers, body

    def raw(self, data):
        """Sends bytes as they are; returns all that comes back until the service closes."""
        received = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as stream:
            try:
                stream.sendall(data)
                while piece := stream.recv(65536):
                    received += piece
            except TimeoutError:
                received += b"(left open)"
            except ConnectionError:
                received += b"(broken off)"
        return received

    def json(self, target):
        status, _, body = self.ask(Request(target))
        if status != 200:
            raise SystemExit(f"{target}: status {status}: {body[:300]!r}")
        return json.loads(body)


def record(service, request, masks):
    """Asks, and returns the line of the recording."""
    if request.conditional:
        _, headers, _ = service.ask(request)
        tag = dict(headers).get("etag", '"none"')
        request.headers, kept = {**request.headers, request.conditional: tag}, request.headers
        status, headers, body = service.ask(request)
        request.headers = kept
    else:
        status, headers, body = service.ask(request)
    line = {"name": masks.text(request.name()), "status": status}
    line["headers"] = sorted(
        [name, masks.header(name, value)] for name, value in headers if name not in UNRECORDED
    )
    said = dict(headers)
    if request.method == "HEAD" and request.keep() == "whole":
        line["headers"].append(["content-length", said.get("content-length", "none")])
    line["body"] = body_of(request, said, body, masks)
    return line


def body_of(request, headers, body, masks):
    if headers.get("content-encoding") == "gzip":
        body = gunzip(body)
    elif headers.get("content-encoding"):
        # Brotli, which the standard library cannot unpack.
        return "(packed)" if body else ""
    if not body:
        return ""
    if not TEXT.match(headers.get("content-type", "")):
        return masks.binary(body)
    if "javascript" in headers["content-type"] or "text/css" in headers["content-type"]:
        return masks.binary(body)
    text = body.decode("utf-8", "backslashreplace")
    if request.keep() == "names" and text.startswith("#"):
        return metric_names(text)
    if request.keep() == "shape":
        return json.dumps(shape(json.loads(text)))
    return masks.text(text)


def gunzip(data):
    """What can be unpacked of a stream that may have been broken off."""
    return zlib.decompressobj(wbits=31).decompress(data) if data else data


def metric_names(text):
    """The lines of help and type, and each series without its number."""
    lines = [line if line.startswith("#") else line.rsplit(" ", 1)[0] for line in text.splitlines()]
    return "\n".join(dict.fromkeys(line for line in lines if "{" not in line or "le=" not in line))


def shape(value):
    """JSON without its values."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    return [] if isinstance(value, list) else "…"

"""Every HTML page of the service, by the Nu HTML checker: valid, and every link within alive.

    pages.py BASE

Pages are found by their links, from the landing page on; of pages that differ only by layer or code
a few are taken. Needs java, and vnu-jar brought by npm beside this file.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
from lxml import html

BASE = sys.argv[1]
# Pages of one kind: enough to see an empty one, a first, a middle and a last.
OF_A_KIND = 12
MOST = 400

session = requests.Session()
session.headers["accept"] = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"


def kind(url):
    """Which pages are made by the same template: the same path but for names and numbers."""
    parts = urlsplit(url)
    path = re.sub(r"(/collections/|/items/|/problems/|/areas/)[^/]+", r"\1…", parts.path)
    return path, re.sub(r"=[^&]*", "", parts.query)


def crawl():
    """Pages by address, and the links that lead nowhere."""
    waiting, seen, counts, pages, dead = [BASE + "/"], set(), {}, {}, []
    while waiting and len(seen) < MOST:
        url = waiting.pop(0)
        if url in seen:
            continue
        counts[kind(url)] = counts.get(kind(url), 0) + 1
        if counts[kind(url)] > OF_A_KIND:
            continue
        seen.add(url)
        answer = session.get(url, timeout=60, stream=True)
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        if answer.status_code != 200:
            dead.append(f"{url}: {answer.status_code}")
        elif is_page:
            pages[url] = answer.content
            for _, _, link, _ in html.document_fromstring(answer.content).iterlinks():
                link = urljoin(url, link).split("#")[0]
                if link.startswith(BASE + "/"):
                    waiting.append(link)
        answer.close()
    return pages, dead


def main():
    pages, faults = crawl()
    # What a page says of what is not there is a page, too.
    for wrong in ("/collections/nil", "/collections?nil=1", "/nil"):
        answer = session.get(BASE + wrong, timeout=60)
        if answer.headers["content-type"].startswith("text/html"):
            pages[BASE + wrong] = answer.content
    with tempfile.TemporaryDirectory() as work:
        names = {}
        for number, (url, content) in enumerate(pages.items()):
            name = Path(work) / f"{number}.html"
            name.write_bytes(content)
            names[name.resolve().as_uri()] = url
        jar = Path(__file__).parent / "node_modules/vnu-jar/build/dist/vnu.jar"
        command = ["java", "-jar", jar, "--format", "json", "--exit-zero-always", work]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        for message in json.loads(done.stderr)["messages"]:
            if message["type"] != "info" or message.get("subType") == "warning":
                where = names.get(message.get("url", "").replace("file:/", "file:///").replace("file://///", "file:///"), message.get("url"))
                faults.append(f"{where}: {message['message']} {message.get('extract', '')[:120]!r}")
    for fault in faults[:30]:
        print(f"FAULT {fault}")
    print(f"{len(pages)} pages of {len({kind(url) for url in pages})} kinds, {len(faults)} faults")
    return 1 if faults or len(pages) < 5 else 0


sys.exit(main())

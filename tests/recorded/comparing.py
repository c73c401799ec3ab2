"""Differences between two recordings, grouped by request."""

import difflib
import gzip
import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

MASK = "…"
# Members whose text is for people, in JSON of any kind.
WORDING = {"description", "summary", "detail", "advice"}
LONGEST_DIFF = 4000


def compare(before, after, ignore_text, context, most):
    """Prints the differences and returns how many entries differ."""
    differing = 0
    worlds = sorted({path.name for folder in (before, after) for path in Path(folder).glob("*.jsonl.gz")})
    if not worlds:
        raise SystemExit(f"no recording in {before} or {after}")
    for world in worlds:
        old, new = read(Path(before) / world), read(Path(after) / world)
        kinds = Counter()
        shown = 0
        for name in [*old, *(name for name in new if name not in old)]:
            if name not in new or name not in old:
                found = ["only before" if name in old else "only after"]
            else:
                found = differences(old[name], new[name], ignore_text, context)
            if not found:
                kinds["equal"] += 1
                continue
            differing += 1
            kinds[found[0] if len(found) == 1 and found[0].startswith("only") else "different"] += 1
            shown += 1
            if shown <= most:
                print(f"\n=== {world.removesuffix('.jsonl.gz')}: {name}")
                print("\n".join(found))
        if shown > most:
            print(
                f"\n… and {shown - most} more in {world.removesuffix('.jsonl.gz')} (--most {shown} shows all)"
            )
        print(
            f"\n{world.removesuffix('.jsonl.gz')}: "
            + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        )
    return differing


def read(path):
    """The entries of a recording by name. A name that comes again gets a number."""
    entries, seen = {}, Counter()
    if not path.exists():
        return entries
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = [json.loads(text) for text in file]
    for entry in lines:
        body = entry.get("body")
        if isinstance(body, dict) and "as in line" in body:
            entry["body"] = lines[body["as in line"]]["body"]
        seen[entry["name"]] += 1
        number = seen[entry["name"]]
        entries[entry["name"] + (f" (time {number})" if number > 1 else "")] = entry
    return entries


def differences(old, new, ignore_text, context):
    """What differs between two entries, as lines to print."""
    found = []
    for part in dict.fromkeys([*old, *new]):
        if part == "name" or old.get(part) == new.get(part):
            continue
        one, two = (lines_of(entry.get(part), part, entry, ignore_text) for entry in (old, new))
        if one != two:
            found += [f"--- {part}", *diff(one, two, context)]
        elif not ignore_text and old.get(part) != new.get(part):
            one, two = (as_it_is(entry.get(part)) for entry in (old, new))
            found += [f"--- {part}: the same content, written differently", *diff(one, two, context)]
    return found


def lines_of(value, part, entry, ignore_text):
    """A part of an entry as lines, in which text may be masked."""
    if part in ("status", "exit code"):
        return [str(value)]
    if part == "headers":
        return [f"{name}: {mask_header(name, text) if ignore_text else text}" for name, text in value or []]
    if part == "files":
        return [
            f"{path}: {line}"
            for path, text in (value or {}).items()
            for line in lines_of_text(text, "", ignore_text, path)
        ]
    media_type = dict(entry.get("headers", [])).get("content-type", "")
    if ignore_text and part == "stderr":
        return [MASK] if value else []
    return lines_of_text(value, media_type, ignore_text, entry["name"])


def lines_of_text(value, media_type, ignore_text, name):
    if not isinstance(value, str):
        return json.dumps(value, indent=1, sort_keys=True).splitlines()
    if "html" in media_type or value.startswith("<!DOCTYPE html"):
        return Page.lines(value, ignore_text)
    stripped = value.lstrip()
    if stripped.startswith(("{", "[")):
        parsed = parsed_json(value)
        if parsed is not None:
            if ignore_text:
                parsed = [mask_json(document, media_type, name) for document in parsed]
            return [
                line for one in parsed for line in json.dumps(one, indent=1, ensure_ascii=False).splitlines()
            ]
    if ignore_text and name.startswith("lapwing "):
        return prose(value, name)
    if ignore_text and value.startswith("# "):
        return [line for line in value.splitlines() if not line.startswith("# HELP")]
    return value.splitlines() or [""]


def as_it_is(value):
    return value.splitlines() if isinstance(value, str) else json.dumps(value, indent=1).splitlines()


def parsed_json(text):
    """One JSON document, or one a line; `None` for what is neither."""
    # Numbers stay as they are written: 1.50 is not 1.5.
    read = lambda text: json.loads(text, parse_float=lambda number: f"<{number}>")
    try:
        return [read(text)]
    except ValueError:
        pass
    try:
        return [read(line) for line in text.splitlines() if line.strip()]
    except ValueError:
        return None


def mask_json(value, media_type, name):
    """Masks the wording: descriptions everywhere, titles of problems, of links and of the API."""
    is_api = '"openapi"' in json.dumps(value)[:200] if isinstance(value, dict) else False
    every_title = (
        is_api or "problem+json" in media_type or "schema+json" in media_type or "queryables" in name
    )
    every_error = "application/x-ndjson" in media_type or "/v1/lookup" in name or "match" in name

    def masked(value):
        if isinstance(value, list):
            return [masked(one) for one in value]
        if not isinstance(value, dict):
            return value
        is_link = "href" in value and "rel" in value
        made = {}
        for key, member in value.items():
            hide = (
                key in WORDING
                or key == "title"
                and (every_title or is_link)
                or key == "error"
                and every_error
            )
            # `properties` of a schema may have a member of such a name.
            made[key] = MASK if hide and isinstance(member, str) else masked(member)
        return made

    return masked(value)


def mask_header(name, text):
    """Links have titles; challenges have words."""
    return re.sub(r'title="[^"]*"', f'title="{MASK}"', text) if name == "link" else text


def prose(text, name):
    """The facts in a text for people: of help the options and values, else what holds a digit or stands in quotes."""
    if "help" in name or " -h" in name:
        facts = r"--?[a-z][a-z_-]*|<[A-Z…,._|-]+>|\[(?:default|env|possible values): [^\]]*\]"
    else:
        facts = r"\S*\d\S*|\"[^\"]*\"|\b[a-z]+_[a-z_]+\b"
    return re.findall(facts, text)


class Page(HTMLParser):
    """A page as one line for each tag and text. Without text: what is in cells, code and definitions, links and fields."""

    KEPT = {"td", "code", "pre", "dd"}
    WORDY = {"title", "alt", "placeholder", "aria-label", "content", "aria-description"}
    VOID = {"meta", "link", "input", "br", "img", "hr", "source", "wbr"}

    def __init__(self, ignore_text):
        super().__init__(convert_charrefs=True)
        self.ignore_text, self.lines_, self.stack = ignore_text, [], []

    @classmethod
    def lines(cls, text, ignore_text):
        page = cls(ignore_text)
        page.feed(text)
        return page.lines_

    def handle_starttag(self, tag, attributes):
        if tag not in self.VOID:
            self.stack.append(tag)
        shown = []
        for name, value in sorted(attributes, key=lambda pair: pair[0]):
            if self.ignore_text and name in self.WORDY:
                value = MASK
            shown.append(name if value is None else f'{name}="{value}"')
        self.lines_.append("<" + " ".join([tag, *shown]) + ">")

    def handle_endtag(self, tag):
        if tag in self.stack:
            while self.stack.pop() != tag:
                pass
        self.lines_.append(f"</{tag}>")

    def handle_data(self, data):
        text = " ".join(data.split())
        if not text:
            return
        kept = not self.ignore_text or self.KEPT & set(self.stack)
        self.lines_.append(text if kept else MASK)


def diff(one, two, context):
    """A short unified diff. What is equal at both ends is cut off first: difflib is slow on long texts."""
    start = 0
    while start < min(len(one), len(two)) and one[start] == two[start]:
        start += 1
    end = 0
    while end < min(len(one), len(two)) - start and one[-1 - end] == two[-1 - end]:
        end += 1
    low = max(0, start - context)
    one, two = one[low : len(one) - end + context], two[low : len(two) - end + context]
    if len(one) + len(two) > LONGEST_DIFF:
        cut = LONGEST_DIFF // 4
        found = [
            f"{len(one)} lines before, {len(two)} after; the first of them:",
            *(f"-{line}" for line in one[:10]),
            *(f"+{line}" for line in two[:10]),
        ]
        return [line[:300] for line in found[:cut]]
    found = list(difflib.unified_diff(one, two, lineterm="", n=context))[2:]
    shown = [line if len(line) < 300 else line[:300] + "…" for line in found[:60]]
    return shown + ([f"… {len(found) - 60} more lines"] if len(found) > 60 else [])

"""Commands that need no snapshot of a county: help, wrong usage, catalogues with faults, the log of `serve`."""

import json

from service import Request, Service

SUBCOMMANDS = [
    "serve",
    "new",
    "fetch",
    "build",
    "check",
    "locate",
    "overlaps",
    "changes",
    "match",
    "export",
    "tiles",
    "inspect",
]


def every(commands, sample):
    """What needs no world of its own: help, wrong usage, catalogues."""
    run, folder = commands.run, commands.folder
    for arguments in [
        ["--help"],
        ["-h"],
        ["--version"],
        ["-V"],
        ["help"],
        ["nil"],
        ["locat"],
        ["--nil"],
        ["inspect"],
        ["locate", "x"],
    ]:
        run(*arguments)
    for command in SUBCOMMANDS:
        run(command, "--help")
        run(command, "-h")
        run(command, "--nil")
        if command != "serve":
            run(command)
    (folder / "text.lapwing").write_text("nonsense")
    (folder / "cut.lapwing").write_bytes(b"LAPWING\0" + bytes(100))
    (folder / "other.toml").write_text('title = "x"\n')
    for file in ["none.lapwing", "text.lapwing", "cut.lapwing", "other.toml", "."]:
        run("inspect", file)
        run("serve", file, "--listen", "127.0.0.1:0")
    for wrong in [
        ["--listen", "x"],
        ["--log", "xml"],
        ["--basemap-attribution", "x"],
        ["--basemap-url", "x"],
        ["--admin-token", "a b"],
        ["--max-bulk-mb", "0"],
        ["--max-bulk-mb", "5000"],
        ["--config", "none.toml"],
        ["--config", "bad.toml"],
    ]:
        (folder / "bad.toml").write_text('listn = "0.0.0.0:80"\nseed = "many"\nlog = true\nconfig = "x"\n')
        run("serve", "lyonesse", *wrong)
    run("serve", "lyonesse", "--listen", "x", environment={"LAPWING_LISTN": "y"}, name="misspelt variable")
    catalogues(commands, sample)


def catalogues(commands, sample):
    run, folder = commands.run, commands.folder
    catalogue, data = sample
    run("check", catalogue, "--data", data, "-q", "--report", "faults.json")
    run("check", catalogue, "--data", data, "-q", "--postcodes", "--date", "2026-01-01")
    run("check", catalogue, "-q")
    run("build", catalogue, "--data", data)
    run("build", catalogue, "--data", data, "-o", "no/x.lapwing")
    run("build", catalogue, "--data", data, "-o", "-")
    run("fetch", catalogue, "--offline")
    for arguments in [
        ["--authority", "E06000062", "-o", "west"],
        ["--authority", "E06000062", "-o", "west"],
        ["northamptonshire", "-o", "county"],
        [
            "--authority",
            "Milton Keynes",
            "--authority",
            "E06000055",
            "--wards",
            "2025-05",
            "--wards",
            "2022-12",
            "--resolution",
            "BFC",
            "-o",
            "mk",
        ],
        ["--authority", "E06999999", "-o", "x"],
        ["--authority", "Northampton", "-o", "x"],
        ["nil", "-o", "x"],
        ["--authority", "E06000062", "--wards", "1999-01", "-o", "x"],
    ]:
        run("new", *arguments)
    for made in ["west", "county", "mk"]:
        run("fetch", f"{made}/catalogue.toml", "--offline")
        run("check", f"{made}/catalogue.toml", "-q")
    run("fetch", "west/catalogue.toml", "--offline", "--force")
    run("fetch", "west/catalogue.toml", "--only", "nil")
    run("fetch", "west/catalogue.toml", "--only", "ward", "--mirror", "http://127.0.0.1:9", "--retries", "0")
    for name, (text, features) in bad_catalogues().items():
        place = folder / name
        place.mkdir()
        (place / "catalogue.toml").write_text(text)
        (place / "wards.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        run("check", f"{name}/catalogue.toml", "--report", f"{name}/faults.json")
        run("build", f"{name}/catalogue.toml", "-o", f"{name}/out.lapwing", "-q")


def bad_catalogues():
    """Catalogues with faults, and one without."""
    head = 'title = "Squares"\n[[layer]]\nid = "ward"\ntitle = "Wards"\nsource = "wards.geojson"\ncode = "code"\ncrs = "EPSG:27700"\n'
    square = lambda x, y=260_000, size=900: [
        [x, y],
        [x + size, y],
        [x + size, y + size],
        [x, y + size],
        [x, y],
    ]

    def feature(code, *rings, **more):
        return {
            "type": "Feature",
            "properties": {"code": code, **more},
            "geometry": {"type": "Polygon", "coordinates": list(rings)},
        }

    bow_tie = [
        [477_000, 260_000],
        [477_900, 260_900],
        [477_900, 260_000],
        [477_000, 260_900],
        [477_000, 260_000],
    ]
    good = [feature("W1", square(475_000)), feature("W2", square(475_900))]
    bad = [
        feature("W1", square(475_000)),
        feature("W2", bow_tie),
        feature("W1", square(479_000)),
        feature(None, square(481_000)),
        feature("W4", square(482_000)[:2]),
        feature("W5", square(483_000)[:-1]),
        feature("W6", square(484_000), square(499_000)),
        feature("W7", [[0, 0], [float(1e12), 0], [0, 5], [0, 0]]),
        {"type": "Feature", "properties": {"code": "W8"}, "geometry": None},
        {
            "type": "Feature",
            "properties": {"code": "W9"},
            "geometry": {"type": "Point", "coordinates": [1, 2]},
        },
    ]
    apart = [feature("W1", square(475_000)), feature("W2", square(475_890)), feature("W3", square(476_850))]
    wrong = (
        head
        + 'colour = "red"\nvalid_from = 2020-01-01\nvalid_to = 2019-01-01\nresolution = "fine"\n[[layer]]\nid = "Ward"\nsource = "none.csv"\n[postcode]\n'
    )
    return {
        "good": (head, good),
        "bad": (head, bad),
        "apart": (head + "coverage = true\n", apart),
        "wrong": (wrong, good),
        "no-toml": ("title = \n", good),
        "no-crs": (head.replace('crs = "EPSG:27700"\n', ""), good),
        "no-column": (head.replace('"code"\n', '"cod"\n'), good),
        "no-layer": ('title = "x"\n', good),
    }


def log_of_service(binary, folder, masks):
    """What `serve` logs from its start to its end, with two requests between."""
    lines = []
    for form in ["text", "json"]:
        log = folder / f"{form}.log"
        service = Service(binary, ["good/out.lapwing"], log, ["--log", form], folder)
        for target in ["/v1/lookup?easting=475100&northing=260100", "/v1/areas/nil/1", "/nil"]:
            service.ask(Request(target))
        code = service.stop()
        name = f"lapwing serve good/out.lapwing --log {form}"
        # How often readiness was asked is chance.
        logged = [line for line in masks.console(log.read_text()).splitlines() if "/health/ready" not in line]
        lines.append(
            {"name": name, "exit code": code, "stdout": "\n".join(logged), "stderr": "", "files": {}}
        )
    return lines

"""postcodes-io-api, as it is published, with its `base_url`.

    client_postcodes_io.py BASE
"""

import sys

import postcodes_io_api
import requests

from source import Judge

base = sys.argv[1]
judge = Judge()
api = postcodes_io_api.Api(base_url=f"{base}/postcodes-io")


def said(postcode):
    return requests.get(f"{base}/v1/lookup", params={"postcode": postcode}, timeout=30).json()


drawn = [api.get_random_postcode()["result"] for _ in range(20)]
# As many as it takes for one of them to have a position, which a few postcodes have not.
while all(one["longitude"] is None for one in drawn):
    drawn.append(api.get_random_postcode()["result"])
placed = next(one for one in drawn if one["longitude"] is not None)
some = [one["postcode"] for one in drawn]
print("drawn:", ", ".join(some))
for postcode in some:
    told = api.get_postcode(postcode)
    judge.hold(told["status"] == 200, f"{postcode}: {told}")
    result = told["result"]
    # Of a postcode without a position nothing is said.
    names = [area["name"] for area in said(postcode).get("areas", {"lap": []})["lap"]]
    judge.hold(result["lap"] in (names or [None]), f"{postcode}: {result['lap']} of {names}")
    judge.hold(api.is_postcode_valid(postcode), f"{postcode} is valid")
    judge.hold(not api.is_postcode_terminated(postcode), f"{postcode} is not terminated")
    if result["longitude"] is None:
        continue
    near = api.get_nearest_postcodes_for_postcode(postcode=postcode, limit=3, radius=500)["result"]
    judge.hold(postcode in [one["postcode"] for one in near] or len(near) == 3, f"near {postcode}")
    at = api.get_nearest_postcodes_for_coordinates(
        latitude=result["latitude"], longitude=result["longitude"], limit=100)["result"]
    # More than a hundred, the most that are told, may have the same position, as large users have.
    is_told = postcode in [one["postcode"] for one in at]
    same = [one for one in at if one["distance"] < 1]
    judge.hold(is_told or len(same) == 100, f"at {postcode}")
    halves = api.get_nearest_outcodes_for_coordinates(
        latitude=result["latitude"], longitude=result["longitude"], radius=25000)["result"]
    judge.hold(halves, f"outcodes near {postcode}")

bulk = api.get_bulk_postcodes([*some, "nonsense"])["result"]
judge.hold([one["query"] for one in bulk] == [*some, "nonsense"], "bulk order")
judge.hold(bulk[-1]["result"] is None, "bulk nonsense")
position = {"longitude": placed["longitude"], "latitude": placed["latitude"]}
reverse = api.get_bulk_reverse_geocode({"geolocations": [position, {**position, "limit": 1}]})["result"]
judge.hold(len(reverse) == 2 and len(reverse[1]["result"]) == 1, "bulk reverse geocode")
outcode = placed["outcode"]
judge.hold(len(api.get_autocomplete_postcode(postcode=outcode, limit=1)["result"]) == 1, "autocomplete")
judge.hold(api.get_outcode(outcode)["result"]["outcode"] == outcode, "outcode")
judge.hold(api.get_nearest_outcodes_for_outcode(outcode=outcode)["result"][0]["outcode"] == outcode, "outcodes")
judge.hold(api.get_postcode("ZZ1 1ZZ") == {"status": 404, "error": "Postcode not found"}, "unknown")
judge.hold(api.get_postcode("nonsense") == {"status": 404, "error": "Invalid postcode"}, "no postcode")
judge.hold(not api.is_postcode_valid("ZZ1 1ZZ"), "unknown is not valid")

sys.exit(judge.done())

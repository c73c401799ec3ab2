-- Asks for lookups by the queries in the file QUERIES, one a line, in random order. With PACE, each
-- connection waits about so many milliseconds before it asks again, so that the load is less than
-- the server can bear. With GZIP, compressed answers are taken.

local queries = {}
local threads = 0
local pace = tonumber(os.getenv("PACE") or "")

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function init()
    local headers = { ["Host"] = wrk.host }
    if os.getenv("GZIP") then headers["Accept-Encoding"] = "gzip" end
    for line in io.lines(os.getenv("QUERIES")) do
        queries[#queries + 1] = wrk.format("GET", "/v1/lookup?" .. line, headers)
    end
    math.randomseed(4711 + number)
end

function request()
    return queries[math.random(#queries)]
end

if pace then
    function delay()
        return math.floor(-math.log(1 - math.random()) * pace + 0.5)
    end
end

-- One line for who called: requests a second, bytes a response with its head, median and 99th
-- percentile in milliseconds, and how many went wrong, which must be none.
function done(summary, latency)
    local errors = summary.errors
    local wrong = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.stderr:write(string.format("%.0f %.0f %.3f %.3f %d\n",
        summary.requests / summary.duration * 1e6, summary.bytes / summary.requests,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000, wrong))
end

-- Asks wrk's server for the tiles that the file TILES lists, one "z/x/y" a line, each thread from a
-- place of its own, round and round. PREFIX and SUFFIX make addresses of them.

local tiles, at = {}, 0
local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function init()
    local prefix, suffix = os.getenv("PREFIX"), os.getenv("SUFFIX") or ""
    for line in io.lines(os.getenv("TILES")) do
        tiles[#tiles + 1] = wrk.format("GET", prefix .. line .. suffix,
            { ["Accept-Encoding"] = "gzip", ["Host"] = wrk.host })
    end
    at = number * 997
end

function request()
    at = at + 1
    return tiles[at % #tiles + 1]
end

-- One line for who called: requests a second, bytes a response, median and 99th percentile in
-- milliseconds, and how many went wrong, which must be none.
function done(summary, latency)
    local errors = summary.errors
    local wrong = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.stderr:write(string.format("%.0f %.0f %.2f %.2f %d\n",
        summary.requests / summary.duration * 1e6, summary.bytes / summary.requests,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000, wrong))
end

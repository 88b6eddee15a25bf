-- wrk script of scripts/bench: sends DEPTH requests in one write, prints the counts as JSON.
function init(arguments)
  local depth = tonumber(arguments[1]) or 1
  local one = wrk.format()
  local all = {}
  for i = 1, depth do all[i] = one end
  batch = table.concat(all)
end

function request() return batch end

function done(summary)
  local e = summary.errors
  io.write(string.format('{"requests": %d, "bytes": %d, "seconds": %.6f, "errors": %d}\n', summary.requests, summary.bytes,
    summary.duration / 1e6, e.connect + e.read + e.write + e.status + e.timeout))
end

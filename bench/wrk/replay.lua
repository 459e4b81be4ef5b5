-- Sends the requests of a file, one after the other and then again from the beginning. Each line is a request: method,
-- path, body and headers (`name: value`), with tabs between them. All are built before the run, so that wrk has as
-- little as possible to do while it measures. Prints one line of JSON at the end.
--   wrk -s replay.lua URL -- FILE

local threads = 0

function setup(thread)
  thread:set("thread_number", threads)
  threads = threads + 1
end

local function build(line)
  local parts = {}
  for part in (line .. "\t"):gmatch("([^\t]*)\t") do parts[#parts + 1] = part end
  local headers = {}
  for i = 4, #parts do
    local name, value = parts[i]:match("^(.-): (.*)$")
    headers[name] = value
  end
  local body = parts[3]
  if body == "" then body = nil end
  return wrk.format(parts[1], parts[2], headers, body)
end

function init(args)
  prepared = {}
  for line in io.lines(args[1]) do prepared[#prepared + 1] = build(line) end
  -- Threads begin at different places, so that they do not ask for the same object at the same time.
  position = (thread_number * 7919) % #prepared
end

function request()
  position = position % #prepared + 1
  return prepared[position]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"bytes":%d,"status":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.bytes,
    errors.status, errors.connect, errors.read, errors.write, errors.timeout))
end

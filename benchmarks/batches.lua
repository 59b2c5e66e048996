-- Twenty page views a request, as a program sends them; every event id new, one visitor in ten new.
local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end
function init(args)
  run = args[1] or "r"
  token = os.getenv("BENCH_TOKEN")
  sent = 0
  math.randomseed(number * 7919)
  paths = {"/", "/pricing", "/about", "/blog/sorting-at-night", "/blog/ten-thousand-apples", "/case-studies/orchard", "/careers", "/white-papers"}
end
function request()
  local events = {}
  for place = 1, 20 do
    sent = sent + 1
    local visitor
    if math.random() < 0.1 then visitor = run .. "n" .. number .. "-" .. sent else visitor = run .. "v" .. math.random(1, 2000) end
    events[place] = '{"id":"' .. run .. number .. "-" .. sent .. '","on":"page","visitor":"' .. visitor ..
      '","url":"https://shop.example' .. paths[math.random(1, #paths)] .. "?utm_source=newsletter&utm_medium=email&utm_campaign=spring" ..
      '","referrer":"https://www.search.example/results?q=fruit+sorting+machines","title":"Fruit sorting machines that never sleep - Verger et Fils"' ..
      ',"props":{"plan":"pro"}}'
  end
  return wrk.format("POST", "/api/events", {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. token},
    "[" .. table.concat(events, ",") .. "]")
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"us":%d,"p50":%d,"p99":%d,"failed":%d}\n', summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end

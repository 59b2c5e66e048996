-- One page view a request, about 400 bytes, every event id new; one visitor in ten is new.
local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end
function init(args)
  run = args[1] or "r"
  pause = tonumber(args[2] or "0")
  site = args[3] or ""
  sent = 0
  math.randomseed(number * 7919)
  paths = {"/", "/pricing", "/about", "/blog/sorting-at-night", "/blog/ten-thousand-apples", "/case-studies/orchard", "/careers", "/white-papers"}
end
function delay()
  return pause
end
local agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
function request()
  sent = sent + 1
  local visitor
  if math.random() < 0.1 then visitor = run .. "n" .. number .. "-" .. sent else visitor = run .. "v" .. math.random(1, 2000) end
  local now = string.format("%d", os.time() * 1000 - sent % 1000)
  local body = '{"s":"' .. site .. '","v":"' .. visitor .. '","t":' .. now .. ',"e":[{"i":"' .. run .. number .. "-" .. sent ..
    '","n":"page","u":"https://shop.example' .. paths[math.random(1, #paths)] .. "?utm_source=newsletter&utm_medium=email&utm_campaign=spring" ..
    '","r":"https://www.search.example/results?q=fruit+sorting+machines","h":"Fruit sorting machines that never sleep - Verger et Fils","a":' .. now ..
    ',"p":{"plan":"pro"}}]}'
  body = body:gsub('"s":"",', "")
  return wrk.format("POST", "/e", {["Content-Type"] = "text/plain", ["User-Agent"] = agent}, body)
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"us":%d,"p50":%d,"p99":%d,"failed":%d}\n', summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end

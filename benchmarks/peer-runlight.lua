-- What load.lua sends, as runlight's own script would: one page view a request, one visitor in ten new, an address each.
local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end
function init(args)
  run = args[1] or "r"
  sent = 0
  math.randomseed(number * 7919)
  paths = {"/", "/pricing", "/about", "/blog/sorting-at-night", "/blog/ten-thousand-apples", "/case-studies/orchard", "/careers", "/white-papers"}
end
local agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
function request()
  sent = sent + 1
  local visitor
  if math.random() < 0.1 then visitor = number * 1000000 + sent else visitor = math.random(1, 2000) end
  local address = "10." .. math.floor(visitor / 65536) % 256 .. "." .. math.floor(visitor / 256) % 256 .. "." .. visitor % 256
  local body = '{"k":"pageview","i":"' .. run .. number .. "x" .. sent .. '","u":"https://shop.example' .. paths[math.random(1, #paths)] ..
    "?utm_source=newsletter&utm_medium=email&utm_campaign=spring" .. '","r":"https://www.search.example/results?q=fruit+sorting+machines' ..
    '","t":"Fruit sorting machines that never sleep - Verger et Fils","w":1280,"h":800,"l":"en"}'
  local headers = {["Content-Type"] = "text/plain", ["User-Agent"] = agent, ["X-Forwarded-For"] = address}
  return wrk.format("POST", "/e", headers, body)
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"us":%d,"p50":%d,"p99":%d,"failed":%d}\n', summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end

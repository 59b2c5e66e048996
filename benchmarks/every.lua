-- What every load has: threads with a number and a chance of their own, pages to see, and what is told at the end.
agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
title = "Fruit sorting machines that never sleep - Verger et Fils"
referrer = "https://www.search.example/results?q=fruit+sorting+machines"
paths = {"/", "/pricing", "/about", "/blog/sorting-at-night", "/blog/ten-thousand-apples", "/case-studies/orchard", "/careers", "/white-papers"}
local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end
function init(args)
  run, sent = args[1] or "r", 0
  math.randomseed(number * 7919)
end
-- One visitor in ten is new, the others come again and again.
function somebody()
  if math.random() < 0.1 then return run .. "n" .. number .. "-" .. sent end
  return run .. "v" .. math.random(1, 2000)
end
function any_path()
  return paths[math.random(1, #paths)]
end
function any_page()
  return "https://shop.example" .. any_path() .. "?utm_source=newsletter&utm_medium=email&utm_campaign=spring"
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"us":%d,"p50":%d,"p99":%d,"failed":%d}\n', summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end

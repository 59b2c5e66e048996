-- One page view a request, of somebody the database knows; one visitor in ten is new. ARGS: run, pause (ms), keys file.
dofile(debug.getinfo(1, "S").source:match("^@(.-)[^/]*$") .. "every.lua")
agent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
paths = {"/", "/pricing", "/about", "/blog/first-steps", "/blog/five-mistakes", "/case-studies/bakery", "/careers", "/white-papers"}
local begin = init
function init(args)
  begin(args)
  pause, keys = tonumber(args[2]), {}
  for key in io.lines(args[3]) do keys[#keys + 1] = key end
  math.randomseed(number * 7919 + os.time())
end
-- Each sender at moments of its own: a pause alike for all would make them come all at once.
function delay()
  return math.random(0, 2 * pause)
end
function request()
  sent = sent + 1
  local id, visitor = run .. number .. "-" .. sent, keys[math.random(1, #keys)]
  if math.random() < 0.1 then visitor = "n" .. id end
  local now = string.format("%d", os.time() * 1000 - sent % 1000)
  local body = '{"s":"site2","v":"' .. visitor .. '","t":' .. now .. ',"e":[{"i":"' .. id .. '","n":"page","u":"https://www.verger-fils.example' ..
    any_path() .. '","r":"https://www.google.com/","h":"Pricing · Verger & Fils","a":' .. now .. '}]}'
  return wrk.format("POST", "/e", {["Content-Type"] = "text/plain", ["User-Agent"] = agent}, body)
end

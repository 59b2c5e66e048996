-- One page view a request, about 400 bytes, every event id new. ARGS: run, pause (ms), site.
dofile(debug.getinfo(1, "S").source:match("^@(.-)[^/]*$") .. "every.lua")
local begin = init
function init(args)
  begin(args)
  pause, site = tonumber(args[2] or "0"), args[3] or ""
end
function delay()
  return pause
end
function request()
  sent = sent + 1
  local visitor, now = somebody(), string.format("%d", os.time() * 1000 - sent % 1000)
  local body = '{"s":"' .. site .. '","v":"' .. visitor .. '","t":' .. now .. ',"e":[{"i":"' .. run .. number .. "-" .. sent ..
    '","n":"page","u":"' .. any_page() .. '","r":"' .. referrer .. '","h":"' .. title .. '","a":' .. now .. ',"p":{"plan":"pro"}}]}'
  body = body:gsub('"s":"",', "")
  return wrk.format("POST", "/e", {["Content-Type"] = "text/plain", ["User-Agent"] = agent}, body)
end

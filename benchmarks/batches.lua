-- Twenty page views a request, as a program sends them; every event id new. ARGS: run.
dofile(debug.getinfo(1, "S").source:match("^@(.-)[^/]*$") .. "every.lua")
local headers = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN")}
function request()
  local events = {}
  for place = 1, 20 do
    sent = sent + 1
    local visitor = somebody()
    events[place] = '{"id":"' .. run .. number .. "-" .. sent .. '","on":"page","visitor":"' .. visitor .. '","url":"' .. any_page() ..
      '","referrer":"' .. referrer .. '","title":"' .. title .. '","props":{"plan":"pro"}}'
  end
  return wrk.format("POST", "/api/events", headers, "[" .. table.concat(events, ",") .. "]")
end

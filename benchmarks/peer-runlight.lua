-- What load.lua sends, as runlight's own script would, each visitor from an address of their own. ARGS: run.
dofile(debug.getinfo(1, "S").source:match("^@(.-)[^/]*$") .. "every.lua")
function request()
  sent = sent + 1
  local visitor
  if math.random() < 0.1 then visitor = number * 1000000 + sent else visitor = math.random(1, 2000) end
  local address = "10." .. math.floor(visitor / 65536) % 256 .. "." .. math.floor(visitor / 256) % 256 .. "." .. visitor % 256
  local body = '{"k":"pageview","i":"' .. run .. number .. "x" .. sent .. '","u":"' .. any_page() .. '","r":"' .. referrer ..
    '","t":"' .. title .. '","w":1280,"h":800,"l":"en"}'
  local headers = {["Content-Type"] = "text/plain", ["User-Agent"] = agent, ["X-Forwarded-For"] = address}
  return wrk.format("POST", "/e", headers, body)
end

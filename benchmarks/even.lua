-- The load of `make bench`, each sender at moments of its own: so events come from the visitors of a site.
dofile(debug.getinfo(1, "S").source:match("^@(.-)[^/]*$") .. "load.lua")
function delay()
  return math.random(0, 2 * pause)
end

-- Casts one ballot a request, each person in turn. args: tokens-file vote-slug; a line of the file is
-- a session's token, a tab, and the token its forms need.
local me = 0
function setup(thread) thread:set("me", me); me = me + 1 end
function init(args)
  sessions, forms, k = {}, {}, 0
  local n = 0
  for line in io.lines(args[1]) do
    local s, f = line:match("^([^\t]+)\t(.+)$")
    if n % 2 == me % 2 then sessions[#sessions + 1] = s; forms[#forms + 1] = f end
    n = n + 1
  end
  path = "/votes/" .. args[2] .. "/cast"
  math.randomseed(os.time() * 2 + me)
  headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }
end
local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
local function id()
  local t = {}
  for i = 1, 21 do local r = math.random(1, 64); t[i] = digits:sub(r, r) end
  return table.concat(t) .. "A"
end
function request()
  k = k + 1
  local i = k % #sessions + 1
  headers["Cookie"] = "sid=" .. sessions[i]
  local choice = ("abc"):sub(k % 3 + 1, k % 3 + 1)
  return wrk.format("POST", path, headers, "csrf=" .. forms[i] .. "&q0=" .. choice .. "&form=" .. id())
end
bad = 0
function response(status) if status ~= 303 then bad = bad + 1; wrk.thread:set("bad", bad) end end

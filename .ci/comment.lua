-- Posts one comment a request, each person in turn. args: tokens-file thing-id
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
  path = "/things/" .. args[2] .. "/comments"
  headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }
end
function request()
  k = k + 1
  local i = k % #sessions + 1
  headers["Cookie"] = "sid=" .. sessions[i]
  return wrk.format("POST", path, headers, "csrf=" .. forms[i] .. "&body=Me+parece+bien%2C+pero+falta+sombra+en+la+esquina+" .. k)
end

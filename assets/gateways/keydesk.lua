-- The action `lua.keydesk` for haproxy.cfg: asks keydesk's verifier about a request, and lets through what it allows.
-- HAProxy 2.6 and later (`dst` and `timeout` of core.httpclient).
--
-- VERIFIER is the verifier's socket, as HAProxy sees it inside its chroot, if it has one. haproxy.cfg says what it takes to
-- reach it.
local VERIFIER = "unix@/run/keydesk/verifier.sock"
-- For one attempt; HAProxy 2.6 makes four of them before it gives up.
local MILLISECONDS = 1000

-- Set by the verifier on every request that it allows.
local IDENTITY = {
  "x-keydesk-credential", "x-keydesk-kind", "x-keydesk-account", "x-keydesk-name", "x-keydesk-body",
}

-- Fields of one hop, and those that the question has of its own.
local NOT_ASKED = {
  ["connection"] = true, ["keep-alive"] = true, ["proxy-connection"] = true, ["te"] = true, ["trailer"] = true,
  ["upgrade"] = true, ["expect"] = true, ["host"] = true, ["content-length"] = true, ["transfer-encoding"] = true,
}

-- The client's fields, each value on its own and in its order: the verifier must see a repeated field as one.
local function fields_of_client(txn)
  local fields = {}
  for name, values in pairs(txn.http:req_get_headers()) do
    if not NOT_ASKED[name] and not name:find("^x[-_]original[-_]") then
      local list, at = {}, 0
      while values[at] do
        at = at + 1
        list[at] = values[at - 1]
      end
      fields[name] = list
    end
  end
  return fields
end

local function question(txn)
  local see = txn.sf
  local version = see:req_ver()
  local fields = fields_of_client(txn)
  local function tell(name, value)
    fields["x-original-" .. name] = { value }
  end
  tell("method", see:method())
  -- HTTP/2 has no request line; HAProxy writes an absolute one for it.
  tell("uri", version:sub(1, 2) == "1." and see:url() or see:pathq())
  tell("proto", "HTTP/" .. version)
  tell("host", see:req_fhdr("host"))
  tell("scheme", txn.f:ssl_fc() == 1 and "https" or "http")
  tell("client", tostring(txn.f:src()))
  tell("framing", "cl=" .. see:req_fhdr("content-length") .. ";te=" .. see:req_fhdr("transfer-encoding"))
  return fields
end

-- One line in ten seconds at most: each request that comes meanwhile fails as well.
local said = -10
local function unanswered(answer)
  local now = core.now().sec
  if now - said >= 10 then
    said = now
    local status = tostring(answer and answer.status)
    core.Alert("keydesk: the verifier at " .. VERIFIER .. " does not answer (" .. status .. "), so nothing gets through. "
      .. "Is it up and ready, and can HAProxy's group reach it?")
  end
end

local function refuse(txn, status, fields)
  local reply = txn:reply()
  reply:set_status(status)
  reply:add_header("cache-control", "no-store")
  -- In the verifier's order, Basic first; HAProxy counts from zero.
  local at = 0
  while fields and fields[at] do
    reply:add_header("www-authenticate", fields[at])
    at = at + 1
  end
  txn:done(reply)
end

core.register_action("keydesk", { "http-req" }, function(txn)
  local fields = question(txn)
  for name in pairs(txn.http:req_get_headers()) do
    -- X_Keydesk_Name is X-Keydesk-Name to many applications.
    if name:find("^x[-_]keydesk[-_]") then
      txn.http:req_del_header(name)
    end
  end
  local answer = core.httpclient():get({
    url = "http://keydesk/v1/authz/nginx",
    dst = VERIFIER,
    headers = fields,
    timeout = MILLISECONDS,
  })
  if not answer or answer.status ~= 200 then
    if answer and answer.status == 401 then
      return refuse(txn, 401, answer.headers["www-authenticate"])
    end
    unanswered(answer)
    return refuse(txn, 503)
  end
  for _, name in ipairs(IDENTITY) do
    local values = answer.headers[name]
    if not values or not values[0] or values[1] then
      return refuse(txn, 503)
    end
    txn.http:req_set_header(name, values[0])
  end
  txn.http:req_del_header("authorization")
  txn.http:req_del_header("proxy-authorization")
  -- The rule after this one lets nothing through without it, should this action break off.
  txn:set_var("txn.keydesk", true)
end, 0)

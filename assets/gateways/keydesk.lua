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

-- Fields of one hop. None gets to the API: one that is let through as the start of another protocol is not asked about
-- again, and a next proxy drops what `Connection` names, who is calling too.
local ONE_HOP = {
  "connection", "upgrade", "http2-settings", "keep-alive", "proxy-connection", "te", "trailer",
}

-- Fields that the question has of its own.
local NOT_ASKED = {
  ["expect"] = true, ["host"] = true, ["content-length"] = true, ["transfer-encoding"] = true,
}

-- Fields that a client may send. With those of the question there are fewer than the verifier takes, and fewer than
-- tune.http.maxhdr: beyond that number HAProxy 2.6 does not refuse to ask, but crashes. Never set it below its default, 101.
local MOST_FIELDS = 88
-- The Host of a request that came without one, for the verifier and the API alike.
local NAMELESS = "localhost"

-- The client's fields, each value on its own and in its order: the verifier must see a repeated field as one. And how many
-- there are, asked about or not.
local function fields_of_client(txn)
  local fields, count = {}, 0
  for name, values in pairs(txn.http:req_get_headers()) do
    local list, at = {}, 0
    while values[at] do
      at = at + 1
      list[at] = values[at - 1]
    end
    count = count + at
    if not NOT_ASKED[name] and not name:find("^x[-_]original[-_]") then
      fields[name] = list
    end
  end
  return fields, count
end

-- An extended CONNECT of HTTP/2 looks like GET with a field that HTTP/2 does not have. The verifier refuses CONNECT.
local function method_of(txn)
  local extended = txn.f:fc_http_major() ~= 1 and txn.sf:req_fhdr("upgrade") ~= ""
  return extended and "CONNECT" or txn.sf:method()
end

-- All that is said of Transfer-Encoding, each value with a comma: one that is empty hides none of the others, nor itself.
local function codings(txn)
  local values, all, at = txn.http:req_get_headers()["transfer-encoding"], "", 0
  while values and values[at] do
    all = all .. values[at] .. ","
    at = at + 1
  end
  return all
end

-- The Host of a request that came without one: of its target, if that names one.
local function host_of(target)
  local named = target:match("^%a[%w+.-]*://([^/?]+)")
  return named or NAMELESS
end

-- What the verifier is asked, or the status of a request that it is not asked about.
local function question(txn, method)
  local see = txn.sf
  local version = see:req_ver()
  -- What an HTTP/1 line says of itself is the client's word.
  local line = txn.f:fc_http_major() == 1
  if line and version ~= "1.0" and version ~= "1.1" then
    return nil, 400
  end
  local host = see:req_fhdr("host")
  if host == "" then
    if version == "1.1" and not txn.http:req_get_headers()["host"] then
      return nil, 400
    end
    host = host_of(see:url())
    txn.http:req_set_header("host", host)
    if see:req_fhdr("host") ~= host then
      return nil, 431
    end
  end
  local fields, count = fields_of_client(txn)
  if count > MOST_FIELDS then
    return nil, 431
  end
  local function tell(name, value)
    fields["x-original-" .. name] = { value }
  end
  tell("method", method)
  -- HTTP/2 has no request line; HAProxy writes an absolute one for it.
  tell("uri", line and see:url() or see:pathq())
  tell("proto", "HTTP/" .. version)
  tell("host", host)
  tell("scheme", txn.f:ssl_fc() == 1 and "https" or "http")
  tell("client", tostring(txn.f:src()))
  tell("framing", "cl=" .. see:req_fhdr("content-length") .. ";te=" .. codings(txn))
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

-- Writes who is calling, or says with what status the request is refused. HAProxy keeps silent where a field does not fit
-- beside the others any more; the last one makes sure that there is room for what the rules after this one write.
local function identify(txn, told)
  local wanted = { ["x-keydesk-room"] = string.rep("x", 160 + #txn.sf:req_fhdr("host")) }
  for _, name in ipairs(IDENTITY) do
    local values = told[name]
    if not values or not values[0] or values[1] then
      return 503
    end
    wanted[name] = values[0]
  end
  for name, value in pairs(wanted) do
    txn.http:req_set_header(name, value)
  end
  local there = txn.http:req_get_headers()
  for name, value in pairs(wanted) do
    if not there[name] or there[name][0] ~= value then
      return 431
    end
  end
  txn.http:req_del_header("x-keydesk-room")
end

core.register_action("keydesk", { "http-req" }, function(txn)
  local method = method_of(txn)
  for _, name in ipairs(ONE_HOP) do
    txn.http:req_del_header(name)
  end
  local fields, wrong = question(txn, method)
  if not fields then
    return refuse(txn, wrong)
  end
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
    elseif answer and (answer.status == 400 or answer.status == 431) then
      -- HAProxy takes more than the verifier does.
      return refuse(txn, answer.status)
    end
    unanswered(answer)
    return refuse(txn, 503)
  end
  txn.http:req_del_header("authorization")
  txn.http:req_del_header("proxy-authorization")
  wrong = identify(txn, answer.headers)
  if wrong then
    return refuse(txn, wrong)
  end
  -- The rule after this one lets nothing through without it, should this action break off.
  txn:set_var("txn.keydesk", true)
end, 0)

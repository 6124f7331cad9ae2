-- KEYS sessions, timeouts, subscriptions   ARGV now, id, uri, most, deadline ms, most bytes
-- Answers 1 when subscribed, 0 when there are too many or the session is gone.
local expires = expiryOf(ARGV[2])
if not expires then return 0 end
if redis.call('SISMEMBER', KEYS[3], ARGV[3]) == 0 then
  local uris = redis.call('SMEMBERS', KEYS[3])
  local bytes = #ARGV[3]
  for _, uri in ipairs(uris) do bytes = bytes + #uri end
  if #uris >= tonumber(ARGV[4]) or bytes > tonumber(ARGV[6]) then return 0 end
end
redis.call('SADD', KEYS[3], ARGV[3])
if KEPT_FROM_BIRTH then rememberClient(ARGV[2], recordOf(ARGV[2]), keptFromEnd(), true) end
-- They may outlive the session, for the one that takes its place.
redis.call('PEXPIRE', KEYS[3], math.max(expires, tonumber(ARGV[5])) + KNOWN_LATER - now)
return 1

-- KEYS sessions, timeouts, subscriptions   ARGV now, id, uri, most, deadline ms
-- Answers 1 when subscribed, 0 when there are too many or the session is gone.
local expires = expiryOf(ARGV[2])
if not expires then return 0 end
local known = redis.call('SISMEMBER', KEYS[3], ARGV[3]) == 1
if not known and redis.call('SCARD', KEYS[3]) >= tonumber(ARGV[4]) then return 0 end
redis.call('SADD', KEYS[3], ARGV[3])
redis.call('PEXPIRE', KEYS[3], dataEnd(expires, tonumber(ARGV[5])) - now)
return 1

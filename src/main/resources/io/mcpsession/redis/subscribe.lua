-- KEYS timeouts, subscriptions   ARGV now, id, uri, most, deadline ms
-- Answers 1 when subscribed, 0 when there are too many or the session is gone.
local expires = expiryOf(KEYS[1], ARGV[2])
if not expires then return 0 end
if redis.call('SISMEMBER', KEYS[2], ARGV[3]) == 0 and redis.call('SCARD', KEYS[2]) >= tonumber(ARGV[4]) then return 0 end
redis.call('SADD', KEYS[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], math.max(tonumber(ARGV[5]), expires) - now)
return 1

-- KEYS timeouts, subscriptions   ARGV now, id, uri, most, deadline ms
-- Answers 1 when subscribed, 0 when there are too many or the session is gone.
local expires = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[2]))
if not expires or expires <= now then return 0 end
if redis.call('SISMEMBER', KEYS[2], ARGV[3]) == 0 and redis.call('SCARD', KEYS[2]) >= tonumber(ARGV[4]) then return 0 end
redis.call('SADD', KEYS[2], ARGV[3])
redis.call('PEXPIREAT', KEYS[2], ARGV[5])
return 1

-- KEYS sessions, timeouts, notes   ARGV now, id, name, text, most notes, deadline ms
-- Answers 1 stored, 0 too many notes, -1 the session is gone.
local expires = expiryOf(ARGV[2])
if not expires then return -1 end
if redis.call('HEXISTS', KEYS[3], ARGV[3]) == 0 and redis.call('HLEN', KEYS[3]) >= tonumber(ARGV[5]) then return 0 end
redis.call('HSET', KEYS[3], ARGV[3], ARGV[4])
redis.call('PEXPIRE', KEYS[3], dataEnd(expires, tonumber(ARGV[6])) - now)
return 1

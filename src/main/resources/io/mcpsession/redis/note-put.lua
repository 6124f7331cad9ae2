-- KEYS timeouts, notes   ARGV now, id, name, text, most notes, deadline ms
-- Answers 1 stored, 0 too many notes, -1 the session is gone.
local expires = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[2]))
if not expires or expires <= now then return -1 end
if redis.call('HEXISTS', KEYS[2], ARGV[3]) == 0 and redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[5]) then return 0 end
redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
redis.call('PEXPIREAT', KEYS[2], ARGV[6])
return 1

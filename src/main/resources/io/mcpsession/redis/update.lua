-- KEYS map, timeouts   ARGV now, id, record as it was read, record as it shall be
-- Answers 1 when written, 0 when the record was changed meanwhile or the session is gone.
local value = redis.call('HGET', KEYS[1], ARGV[2])
if not value or not expiryOf(KEYS[2], ARGV[2]) or unpacked(value) ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], ARGV[2], packed(ARGV[4]))
return 1

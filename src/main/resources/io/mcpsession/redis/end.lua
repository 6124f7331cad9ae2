-- KEYS sessions, timeouts, tombstone, log
-- ARGV now, id, tombstone text, lifetime ms, index prefix, data prefix
-- Answers {1, record, expires} for what was alive, {0, earlier tombstone or nil} otherwise.
evenWhenFull()
local earlier = redis.call('GET', KEYS[3])
if not earlier then
  redis.call('SET', KEYS[3], ARGV[3], 'PX', tombstoneMs(ARGV[2], tonumber(ARGV[4])))
end
local expires, record = finish(ARGV[2], endingOf(ARGV[3]))
dropData(ARGV[6], ARGV[2])
local user = userOf(record)
if user then redis.call('ZREM', ARGV[5] .. user, ARGV[2]) end
if expires then return {1, record, expires} end
return {0, earlier}

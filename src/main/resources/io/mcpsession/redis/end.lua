-- KEYS map, timeouts, tombstone, notes   ARGV now, id, tombstone text, lifetime ms, index prefix
-- Answers {1, record, expires} for what was alive, {0, earlier tombstone or nil} otherwise.
local earlier = redis.call('GET', KEYS[3])
if not earlier then
  redis.call('SET', KEYS[3], ARGV[3], 'PX', tombstoneMs(ARGV[2], tonumber(ARGV[4])))
end
local value = redis.call('HGET', KEYS[1], ARGV[2])
local expires = value and expiryOf(KEYS[2], ARGV[2])
if value then
  redis.call('HDEL', KEYS[1], ARGV[2])
  redis.call('ZREM', KEYS[2], ARGV[2])
  redis.call('UNLINK', KEYS[4], KEYS[4] .. ':subscriptions')
  local user = userOf(value)
  if user then redis.call('ZREM', ARGV[5] .. user, ARGV[2]) end
end
if expires then return {1, unpacked(value), expires} end
return {0, earlier}

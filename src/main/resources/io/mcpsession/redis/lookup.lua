-- KEYS map, timeouts, tombstone   ARGV now, id, idle ms (0: do not touch), deadline ms, touch interval ms,
-- how the record of the caller begins ('': any owner)
-- Answers {1, record, expires} when alive, {2, record, expires} when somebody else's and so left untouched,
-- {0, tombstone or nil} otherwise.
local value = redis.call('HGET', KEYS[1], ARGV[2])
local expires = value and expiryOf(KEYS[2], ARGV[2])
if not expires then
  return {0, redis.call('GET', KEYS[3])}
end
local record = unpacked(value)
if string.sub(record, 1, string.len(ARGV[6])) ~= ARGV[6] then
  return {2, record, expires}
end
local idle = tonumber(ARGV[3])
if idle > 0 then
  local granted = math.min(now + idle, tonumber(ARGV[4]))
  if granted - expires >= tonumber(ARGV[5]) then
    redis.call('ZADD', KEYS[2], 'XX', granted, ARGV[2])
    expires = granted
  end
end
return {1, record, expires}

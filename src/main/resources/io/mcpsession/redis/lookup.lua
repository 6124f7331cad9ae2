-- KEYS map, timeouts, tombstone, alias
-- ARGV now, id, idle ms (0: do not touch), lifetime ms, touch interval ms, how the record of the caller begins ('': any
-- owner), tombstone prefix
-- Answers {1, record, expires} when alive, {2, record, expires} when somebody else's and so left untouched,
-- {0, tombstone or nil} otherwise. An id whose session was renewed stands for the session that took its place.
local id = ARGV[2]
local idle = tonumber(ARGV[3])
local expires = expiryOf(id)
if not expires then
  local tombstone = redis.call('GET', KEYS[3])
  if tombstone then return {0, tombstone} end
  id = redis.call('GET', KEYS[4])
  if not id then return {0} end
  expires = expiryOf(id)
  if not expires then return {0, redis.call('GET', ARGV[7] .. id)} end
end
local record = recordOf(id)
if string.sub(record, 1, string.len(ARGV[6])) ~= ARGV[6] then
  return {2, record, expires}
end
if idle > 0 then
  expires = touch(id, expires, idle, tonumber(ARGV[4]), tonumber(ARGV[5]))
  if id ~= ARGV[2] then redis.call('PEXPIRE', KEYS[4], math.max(expires - now, 1)) end
end
return {1, record, expires}

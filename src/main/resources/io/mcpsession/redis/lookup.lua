-- KEYS sessions, timeouts, tombstone, alias, index of the caller
-- ARGV now, id, idle ms (0: do not touch), lifetime ms, touch interval ms, what marks the caller's own ('': any owner),
-- tombstone prefix, user id of a caller without an issuer or ''
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
local own, opened_elsewhere = isOf(id, record, ARGV[6], ARGV[8])
if not own then return {2, record, expires} end
if idle > 0 then
  if opened_elsewhere then
    -- From its first use here it is listed, counted against its user and ended with all others.
    redis.call('ZADD', KEYS[5], 0, id)
    keep(KEYS[5], now + tonumber(ARGV[4]))
  end
  expires = touch(id, expires, idle, tonumber(ARGV[4]), tonumber(ARGV[5]))
  if id ~= ARGV[2] then redis.call('PEXPIRE', KEYS[4], math.max(expires - now, 1)) end
end
return {1, record, expires}

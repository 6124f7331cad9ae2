-- Finds the session of a place, such as a conversation, or puts one there.
-- KEYS sessions, timeouts, index, place, tombstone of the id presented, alias of the id presented, log
-- ARGV now, id for a new session or '' when there may be none, record for it, idle ms, lifetime ms, most sessions of
-- the user, 1 to evict, data prefix, touch interval ms, id presented or '', tombstone prefix, 1 when a new session may
-- come where one was ended, id of the session that it takes the place of or '', '?' to be told first what is known of the
-- client of that, its id when the record says that already, or ''
-- Answers {1, record, expires, id} for one that was there, {2, expiry granted, how many were evicted} for a new one,
-- {0, tombstone} when the id presented or the session there was ended, {3} when the user has too many, {4} when one is
-- needed and there may be none, {5, id, record} for what is known of the client of a session that was here before.
local idle, lifetime = tonumber(ARGV[4]), tonumber(ARGV[5])
local presented, user = ARGV[10], lastPart(KEYS[3])
-- Where sessions are is remembered of so many places of a user at most; those that were new for longest are forgotten.
local function place(key, at, ms)
  redis.call('SET', key, at, 'PX', math.max(ms, 1))
  local user, name = string.match(key, '^(.*):([^:]*)$')
  redis.call('ZADD', user, now, name)
  redis.call('PEXPIRE', user, lifetime)
  local excess = redis.call('ZCARD', user) - math.max(1000, 2 * tonumber(ARGV[6]))
  if excess > 0 then
    for _, old in ipairs(redis.call('ZRANGE', user, 0, math.min(excess, 10) - 1)) do
      redis.call('UNLINK', user .. ':' .. old)
      redis.call('ZREM', user, old)
    end
  end
end
local own = presented ~= '' and expiryOf(presented)
if presented ~= '' and not own then
  local tombstone = endedAs(ARGV[11], presented)
  if tombstone then return {0, tombstone} end
end
local id = redis.call('GET', KEYS[4])
local expires = id and expiryOf(id)
if id and not expires and ARGV[12] ~= '1' then
  local tombstone = endedAs(ARGV[11], id)
  if tombstone then return {0, tombstone} end
end
local madeWay = false
if own and presented ~= id then
  if expires and redis.call('EXISTS', ARGV[8] .. presented, ARGV[8] .. presented .. ':subscriptions') == 0 then
    -- A client that opens a session for each call: its empty one stands for the one of the place from now on.
    finish(presented, 'ended')
    redis.pcall('ZREM', KEYS[3], presented)
    forget(user, presented)
    madeWay = true
  else
    -- The place takes the session the client came with, unless it has one: then each keeps its own.
    if not expires then
      place(KEYS[4], presented, idle)
      note(KEYS[4], user, presented, lifetime)
    end
    id, expires = presented, own
  end
end
if expires then
  local record = recordOf(id)
  expires = touch(id, record, expires, idle, lifetime, tonumber(ARGV[9]))
  if madeWay then place(KEYS[6], id, expires - now) end
  if id == redis.call('GET', KEYS[4]) then redis.call('PEXPIRE', KEYS[4], math.max(expires - now, 1)) end
  return {1, record, expires, id}
end
if ARGV[2] == '' then return {4} end
if ARGV[14] == '?' then
  local from, known = formerly(user, KEYS[4], ARGV[13], lifetime)
  if from and not endedAs(ARGV[11], from) then return {5, from, known} end
end
notWhenFull()
local evicted = admit(KEYS[3], tonumber(ARGV[6]), ARGV[7] == '1', ARGV[8], lifetime)
if not evicted then return {3} end
local granted = add(ARGV[2], ARGV[3], KEYS[3], idle, lifetime, 'created', expiryOf(ARGV[2]))
place(KEYS[4], ARGV[2], granted - now)
if ARGV[14] ~= '?' then inherit(ARGV[14], ARGV[2], ARGV[3], lifetime) end
note(KEYS[4], user, ARGV[2], lifetime)
return {2, granted, evicted}

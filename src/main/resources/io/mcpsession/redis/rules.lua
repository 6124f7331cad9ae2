-- What holds in every layout.

-- A tombstone lasts as long as the id could have lived and as anything is known of its client, but no longer than the
-- youngest id could, whatever time the id claims to be from.
local function tombstoneMs(id, lifetime)
  return math.max(60000, math.min(deadlineOf(id, lifetime), now + lifetime) + KNOWN_LATER - now)
end

-- Sessions that were deleted are remembered in few bytes: hashes of those whose ids are of one hour and begin alike, so
-- that each hash is small, with 64 bits of a digest for a field. Ids that other processes minted have keys of their own,
-- and so have endings with a reason.
local OWN_LENGTH = 58
local function hashOfEnded(prefix, id)
  if #id ~= OWN_LENGTH then return nil end
  local hour = math.floor(tonumber(string.sub(id, 5, 17)) / 3600000)
  return string.format('%s%.0f:%s', prefix, hour, string.sub(id, 20, 21)), string.sub(redis.sha1hex(id), 1, 16)
end

-- The tombstone of an id, or nil.
local function endedAs(prefix, id)
  local text = redis.call('GET', prefix .. id)
  if text then return text end
  local key, field = hashOfEnded(prefix, id)
  return key and redis.call('HEXISTS', key, field) == 1 and 'deleted' or nil
end

-- Remembers that an id was ended. Of one user so many deleted ones are remembered for as long as the ids could have
-- lived, and more of them for a minute, in which a client may still repeat itself.
local MOST_DELETED = 10000
-- Servers of before 28 November 2026 look for a key of the id alone. While they run beside this one, in an update, what their
-- users delete here must not come back there: some of each user is remembered in their way as well, for as long as one takes.
local DELETED_FOR_OLDER, UPDATE_MS = 100, 600000
local function remember(prefix, id, text, lifetime, user)
  local key, field = hashOfEnded(prefix, id)
  local ms = tombstoneMs(id, lifetime)
  if text == 'deleted' and user then
    local count = prefix .. 'of:' .. user
    local deleted = tonumber(redis.call('GET', count) or nil) or 0
    if key and deleted < DELETED_FOR_OLDER then
      redis.call('SET', prefix .. id, text, 'PX', string.format('%.0f', math.min(ms, UPDATE_MS)))
    end
    if deleted >= MOST_DELETED then
      key, ms = nil, 60000
    elseif deleted == 0 then
      redis.call('SET', count, 1, 'PX', lifetime)
    else
      redis.call('SET', count, deleted + 1, 'KEEPTTL')
    end
  end
  if text ~= 'deleted' or not key then
    redis.call('SET', prefix .. id, text, 'PX', string.format('%.0f', ms))
    return
  end
  redis.call('HSET', key, field, '')
  if redis.call('PTTL', key) < ms then redis.call('PEXPIRE', key, string.format('%.0f', ms)) end
end

-- A full Redis refuses the first write of a script if such a command may need memory, and lets a script go on that has
-- begun to write. So what frees memory or needs none begins with a write of nothing.
local function evenWhenFull() redis.call('HDEL', KEYS[1], '') end

-- And what needs memory begins with a write of nothing that Redis refuses for that reason, before anything is done.
local function notWhenFull() redis.call('ZADD', KEYS[2], 'XX', 0, '') end

-- Restarts the idle timer, unless that was just done; never past the absolute lifetime.
local function touch(id, record, expires, idle, lifetime, interval)
  local granted = math.min(now + idle, deadlineOf(id, lifetime))
  if granted - expires < interval then return expires end
  evenWhenFull()
  extend(id, granted, record)
  return granted
end

-- What hangs on a session and ends with it.
local function dropData(prefix, id) redis.call('UNLINK', prefix .. id, prefix .. id .. ':subscriptions') end

-- What happens to sessions is written down in the same step, in one log for each partition: the last key of every script
-- that begins or ends a session. An entry's id is <generation>-<number>. The generation is when the log began; numbers
-- count up by one, so that whoever reads on sees whether something is missing.
local MOST_EVENTS, EVENTS_KEPT = 20000, 86400000
local places = {}

-- Where a log stands. It always has an entry, or who waits at its beginning could not tell it from a lost one.
local function placeOf(log)
  local place = places[log]
  if place then return place end
  local newest = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  if newest then
    local generation, number = string.match(newest[1], '^(%d+)-(%d+)$')
    place = {generation = generation, number = tonumber(number)}
  else
    place = {generation = string.format('%.0f', now), number = 0}
    redis.call('XADD', log, place.generation .. '-0', 'k', 'begun')
  end
  keep(log, now + EVENTS_KEPT)
  places[log] = place
  return place
end

-- Of what says not whose it was, nothing is told.
local function tell(kind, id, record, expires, reason)
  local owner = ownerOf(record)
  if not owner then return end
  local log = KEYS[#KEYS]
  local place = placeOf(log)
  place.number = place.number + 1
  redis.call('XADD', log, 'MAXLEN', '~', MOST_EVENTS, place.generation .. '-' .. string.format('%.0f', place.number),
    'k', kind, 's', id, 'i', owner[1], 'o', owner[2], 't', string.format('%.0f', now), 'x', string.format('%.0f', expires or 0),
    'r', reason or '')
end

-- How an ending is told, by its tombstone.
local function endingOf(tombstone)
  local reason = string.match(tombstone, '^revoked:(.*)$')
  if reason then return 'revoked', reason end
  return 'ended'
end

-- Takes a session out. All that ends a session goes through here, so that each life ends with one event; of one whose
-- time was up already, that its end was noticed.
local function finish(id, kind, reason)
  local expires, record = expiryOf(id), recordOf(id)
  -- What may fail, for another type of its key, does so before anything is done.
  if record then placeOf(KEYS[#KEYS]) end
  if drop(id, record) then tell(expires and kind or 'expired', id, record, nil, reason) end
  return expires, record
end

-- Makes room for one more session of a user, by the rule for a user who has too many: those unused for longest go.
-- Of up to a hundred it is exactly that one; of more it is so of some: the oldest, and neighbours somewhere among the
-- others. So what it costs does not grow with them. Answers how many went, or nil when none may.
local ALL_LOOKED_AT, SOME = 100, 12
local function admit(index, most, evict, data, lifetime)
  local size = redis.call('ZCARD', index)
  if size < most then return 0 end
  local ids = redis.call('ZRANGE', index, 0, size > ALL_LOOKED_AT and SOME - 1 or -1)
  if size > ALL_LOOKED_AT then
    local from = SOME + now % (size - 2 * SOME + 1)
    for _, id in ipairs(redis.call('ZRANGE', index, from, from + SOME - 1)) do ids[#ids + 1] = id end
  end
  local living = {}
  for _, id in ipairs(ids) do
    local expires = expiryOf(id)
    if expires then
      living[#living + 1] = {expires, id}
    else
      redis.call('ZREM', index, id)
      size = size - 1
    end
  end
  if size < most then return 0 end
  if not evict then return nil end
  table.sort(living, function(a, b) return a[1] < b[1] or a[1] == b[1] and a[2] < b[2] end)
  -- Where the limit was lowered by more than this, the next ones make the rest of the room.
  local excess = math.min(size - most + 1, #living)
  for i = 1, excess do
    local id = living[i][2]
    local _, record = finish(id, 'evicted')
    redis.call('ZREM', index, id)
    rememberClientLast(id, record, keptFromBirth(id, lifetime))
    redis.call('UNLINK', data .. id)
  end
  return excess
end

-- Kind is how this life of the id begins. One that goes on, and so has an expiry, was written by the attempt that is
-- repeated here.
local function add(id, record, index, idle, lifetime, kind, goesOn)
  local deadline = deadlineOf(id, lifetime)
  local granted = math.min(now + idle, deadline)
  -- What is left of an earlier life is taken out; of most ids nothing is.
  if not goesOn and recordOf(id) then finish(id) end
  if not goesOn then placeOf(KEYS[#KEYS]) end
  local untold = not goesOn and untoldOf(id, record)
  if untold then tell('expired', id, untold) end
  put(id, record, granted, deadline)
  if KEPT_FROM_BIRTH then rememberClient(id, record, keptFromBirth(id, lifetime)) end
  if not goesOn then tell(kind, id, record, granted) end
  redis.call('ZADD', index, 0, id)
  keep(index, deadline)
  return granted
end

-- Answers {1, record, expires} when alive, {2, record, expires} when somebody else's and so left untouched,
-- {0, tombstone or nil} otherwise. An id whose session was renewed stands for the session that took its place.
-- mark is what the caller's own are known by ('': any owner), userId that of a caller without an issuer ('': has one),
-- and index the caller's; idle 0 does not touch, and a negative one only when less than nine tenths of it are left.
local function lookup(asked, alias, index, mark, userId, idle, lifetime, interval, tombstones)
  local id = asked
  local expires, record, untouched = livingOf(id)
  if not expires then
    local ended = endedAs(tombstones, id)
    if ended then return {0, ended} end
    id = redis.call('GET', alias)
    if not id then return {0} end
    expires, record, untouched = livingOf(id)
    if not expires then return {0, endedAs(tombstones, id) or false} end
  end
  local own, openedElsewhere = isOf(id, record, mark, userId)
  if not own then return {2, record, expires} end
  if untouched then
    evenWhenFull()
    expectEnd(id, record, expires)
  end
  if idle < 0 then idle = (now - idle - expires) * 10 > -idle and -idle or 0 end
  if idle > 0 then
    if openedElsewhere then
      evenWhenFull()
      -- From its first use here it is listed, counted against its user and ended with all others.
      redis.call('ZADD', index, 0, id)
      keep(index, now + lifetime)
    end
    expires = touch(id, record, expires, idle, lifetime, interval)
    if id ~= asked then redis.call('PEXPIRE', alias, math.max(expires - now, 1)) end
  end
  return {1, record, expires}
end


-- What a client said of itself outlives its session, for the one that takes its place: name, capabilities, revision and
-- level of log messages, in a hash of its user, by the id of the session; its subscriptions stay where they are. The hash
-- also says of places which session was there last. Each value begins with when it is over, an hour after the id could
-- have lived or somewhat later, and when it was written; of too many, or too many bytes, the oldest are left out.
local HALF_AN_HOUR = 1800000
local KNOWN_LATER = 2 * HALF_AN_HOUR
local MOST_KNOWN, MOST_KNOWN_BYTES = 128, 131072

local function clientsOf(user) return prefixOf('user') .. user .. ':clients' end
local function subscriptionsOf(id) return prefixOf('notes') .. id .. ':subscriptions' end

-- How long to keep at least what is known of a session: of one that begins, and of one that is about to be taken out, where
-- the keys of sessions outlive the youngest.
local function keptFromBirth(id, lifetime)
  return math.max(math.min(deadlineOf(id, lifetime) - now, lifetime), 0) + HALF_AN_HOUR
end
local function keptFromEnd() return math.max(redis.call('PTTL', KEYS[2]) - HALF_AN_HOUR, HALF_AN_HOUR) end

local function knownOf(user, field)
  local value = redis.call('HGET', clientsOf(user), field)
  return value and string.match(value, '^%d+ %d+ (.*)$')
end

local function leaveOut(user, most)
  local all, entries = redis.call('HGETALL', clientsOf(user)), {}
  for i = 1, #all, 2 do
    local over, written = string.match(all[i + 1], '^(%d+) (%d+) ')
    entries[#entries + 1] = {tonumber(over) or 0, tonumber(written) or 0, all[i]}
  end
  table.sort(entries, function(a, b) return a[2] < b[2] or a[2] == b[2] and a[3] < b[3] end)
  for i, entry in ipairs(entries) do
    if i <= #entries - most or entry[1] <= now then
      redis.call('HDEL', clientsOf(user), entry[3])
      if not expiryOf(entry[3]) then redis.call('UNLINK', subscriptionsOf(entry[3])) end
    end
  end
end

-- bytes are those of all that is kept with it. More is left out than must be, so that it is seldom.
local function writeKnown(user, field, value, bytes, kept)
  local key = clientsOf(user)
  local dated = string.format('%.0f %.0f ', now + kept + HALF_AN_HOUR, now) .. value
  redis.call('HSET', key, field, dated)
  local late = redis.call('PTTL', key) < kept
  if late then redis.call('PEXPIRE', key, kept + HALF_AN_HOUR) end
  local most = math.max(1, math.min(MOST_KNOWN, math.floor(MOST_KNOWN_BYTES / bytes)))
  local many = redis.call('HLEN', key)
  if many > most then leaveOut(user, most - math.floor(most / 8)) elseif late and many > 1 then leaveOut(user, most) end
end

local function hasSubscriptions(id) return redis.call('EXISTS', subscriptionsOf(id)) == 1 end

local function rememberClient(id, record, kept, nothingCounts)
  local user, text = userOf(record), aboutClient(record, nothingCounts)
  if user and text then writeKnown(user, id, text, #text, kept) end
end

-- The same of a session that is over, whose subscriptions count with it.
local function rememberClientLast(id, record, kept)
  local user, bytes, text = userOf(record), 0, nil
  local subscribed = hasSubscriptions(id)
  if subscribed then
    for _, uri in ipairs(redis.call('SMEMBERS', subscriptionsOf(id))) do bytes = bytes + #uri end
  end
  if KEPT_FROM_BIRTH then
    text = user and knownOf(user, id)
  else
    text = aboutClient(record, subscribed)
  end
  if subscribed and not text then redis.call('UNLINK', subscriptionsOf(id)) end
  if text then writeKnown(user, id, text, #text + bytes, kept) end
end

-- Nothing is known any more of the client of a session that was ended on purpose.
local function forget(user, id) redis.call('HDEL', clientsOf(user), id) end

-- The same of all of a user but one. What the reclaimer has not come by yet may be written down later, and is of no use.
local function markOf(user) return prefixOf('gone') .. 'all:' .. user end
local function forgetAllBut(user, id, lifetime)
  redis.call('SET', markOf(user), string.format('%.0f ', now) .. id, 'PX', string.format('%.0f', lifetime + KNOWN_LATER))
  local all = redis.call('HGETALL', clientsOf(user))
  for i = 1, #all, 2 do
    -- A place where it was last still says so.
    if all[i] ~= id and string.match(all[i + 1], '^%d+ %d+ (.*)$') ~= id then
      redis.call('HDEL', clientsOf(user), all[i])
      redis.call('UNLINK', subscriptionsOf(all[i]))
    end
  end
end

local function wasForgotten(user, id)
  local mark = redis.call('GET', markOf(user))
  if not mark then return false end
  local at, kept = string.match(mark, '^(%d+) (.*)$')
  return id ~= kept and deadlineOf(id, 0) <= tonumber(at)
end

-- Of a key that ends with it: whose it is, or which place.
local function lastPart(key) return string.match(key, '[^:]*$') end

-- Which session was the last at a place.
local function note(place, user, id, lifetime)
  writeKnown(user, lastPart(place), id, #id, keptFromBirth(id, lifetime))
end

-- The session that was at a place last, or else that of an id, and what is known of its client, as a record; nil when
-- that is nothing.
local function formerly(user, place, id, lifetime)
  id = place and knownOf(user, lastPart(place)) or id
  if id == '' or deadlineOf(id, lifetime) + KNOWN_LATER <= now then return nil end
  if wasForgotten(user, id) then return nil end
  local record = recordOf(id)
  local text = record and userOf(record) == user and aboutClient(record, hasSubscriptions(id))
  text = text or knownOf(user, id)
  if text then return id, text end
end

-- The subscriptions of a session that is over go on in another of the same client.
local function inherit(from, id, record, lifetime)
  if from == '' or from == id or expiryOf(from) then return end
  local uris = redis.call('SMEMBERS', subscriptionsOf(from))
  if #uris == 0 then return end
  redis.call('SADD', subscriptionsOf(id), unpack(uris))
  redis.call('PEXPIRE', subscriptionsOf(id), keptFromBirth(id, lifetime) + HALF_AN_HOUR)
  if KEPT_FROM_BIRTH then rememberClient(id, record, keptFromBirth(id, lifetime), true) end
end

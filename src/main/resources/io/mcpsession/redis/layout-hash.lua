-- The layout of the original system: a Redis hash for each session. KEYS[1] is the prefix of their keys. Its processes
-- know the fields userId, created and lastActivity, and extend a session with EXPIRE. The others are ours. A record is a
-- JSON array: the id, then field and value in turn, but for the two that a touch moves.
local VOLATILE = {lastActivity = true, expires = true}

-- Redis removes a session without a word. So that its end can be told, KEYS[2], which is <prefix>:expiry, is a sorted set
-- of all sessions by when they expire at the earliest; a member is a record with nothing but whose the session is. A touch
-- leaves it alone: whether a session that is due lives on is looked up then.

-- What a record says, as an array; each is read once.
local arrays = {}
local function arrayOf(record)
  arrays[record] = arrays[record] or cjson.decode(record)
  return arrays[record]
end

local function valueIn(record, field)
  local fields = record and arrayOf(record) or {}
  for i = 2, #fields, 2 do if fields[i] == field then return fields[i + 1] end end
end

-- A long value goes on in further fields.
local function wholeIn(record, field)
  local value, part = valueIn(record, field), 1
  while value do
    local more = valueIn(record, field .. '+' .. part)
    if not more then break end
    value, part = value .. more, part + 1
  end
  return value
end

local function issuerIn(record) return wholeIn(record, 'issuer') end

local function userOf(record) return valueIn(record, 'user') end

-- Issuer and subject; nil when the record does not say whose it is: EXPIRE and HSET of another process that found the
-- session just gone leave a hash of lastActivity alone.
local function ownerOf(record)
  local userId = valueIn(record, 'userId')
  return userId and {issuerIn(record) or '', userId}
end

-- Of a record that says whose it is.
local function dueMember(id, record)
  local member = {id, 'userId', valueIn(record, 'userId')}
  local issuer, user = issuerIn(record), userOf(record)
  if issuer then member[#member + 1] = 'issuer' member[#member + 1] = issuer end
  if user then member[#member + 1] = 'user' member[#member + 1] = user end
  return cjson.encode(member)
end

-- Sees to it that the end of a live session will be told, whoever opened it.
local function expectEnd(id, record, expires)
  if redis.call('ZADD', KEYS[2], 'NX', expires, dueMember(id, record)) == 1 then keep(KEYS[2], expires) end
end

-- When a live session expires; nil for a dead one. The TTL decides. But it reads a millisecond or two shorter than it
-- was set, so what was granted holds where the two agree; where they do not, another process has moved the TTL.
-- And whether nothing was ever granted here, as another process opened it.
local function expiryOf(id)
  local ttl = redis.call('PTTL', KEYS[1] .. id)
  if ttl < 0 then return nil end
  local fields = redis.call('HMGET', KEYS[1] .. id, 'userId', 'expires')
  local expires = tonumber(fields[2] or nil)
  if not expires or math.abs(now + ttl - expires) > 2000 then expires = now + ttl end
  if fields[1] and expires > now then return expires, not fields[2] end
end

local function recordOf(id)
  local fields = redis.call('HGETALL', KEYS[1] .. id)
  if #fields == 0 then return nil end
  local record = {id}
  for i = 1, #fields, 2 do
    if not VOLATILE[fields[i]] then
      record[#record + 1] = fields[i]
      record[#record + 1] = fields[i + 1]
    end
  end
  local text = cjson.encode(record)
  arrays[text] = record
  return text
end

-- When a live session expires, and its record; nil for a dead one. And whether it was never touched here.
local function livingOf(id)
  local expires, untouched = expiryOf(id)
  if expires then return expires, recordOf(id), untouched end
end

-- Whether a session is that of a user, and whether another process opened it: then it belongs to a user without an
-- issuer.
local function isOf(id, record, mark, userId)
  if mark == '' then return true, false end
  local fields = redis.call('HMGET', KEYS[1] .. id, 'user', 'userId')
  if fields[1] then return fields[1] == mark, false end
  return userId ~= '' and fields[2] == userId, true
end

-- Sessions of another process, of an earlier version, or of an index that was lost are expected from here on.
local function extend(id, expires, record)
  local notes = string.gsub(KEYS[2], 'expiry$', 'notes:') .. id
  expectEnd(id, record, expires)
  redis.call('HSET', KEYS[1] .. id, 'lastActivity', now, 'expires', expires)
  redis.call('PEXPIRE', KEYS[1] .. id, expires - now)
  -- Most sessions have none.
  if redis.call('EXISTS', notes) == 1 then redis.call('PEXPIRE', notes, expires - now) end
end

-- As many fields at once as Lua hands on: other processes may have given a session any number of their own.
local function setFrom(fields, from, id)
  for i = from, #fields, 200 do redis.call('HSET', KEYS[1] .. id, unpack(fields, i, math.min(i + 199, #fields))) end
end

-- A record begins with userId and created.
local function put(id, record, expires, deadline)
  local fields = arrayOf(record)
  redis.call('ZADD', KEYS[2], expires, dueMember(id, record))
  keep(KEYS[2], deadline)
  redis.call('HSET', KEYS[1] .. id, fields[2], fields[3], fields[4], fields[5], 'lastActivity', now,
    'expires', expires)
  setFrom(fields, 6, id)
  redis.call('PEXPIRE', KEYS[1] .. id, expires - now)
end

-- The record of an earlier life of an id whose end was not told yet; of a dead id.
local function untoldOf(id, record)
  local member = dueMember(id, record)
  return redis.call('ZREM', KEYS[2], member) == 1 and member
end

local function rewrite(id, record, before)
  local fields, gone = arrayOf(record), {}
  for i, field in ipairs(arrayOf(before)) do if i % 2 == 0 then gone[field] = true end end
  for i = 2, #fields, 2 do gone[fields[i]] = nil end
  for field in pairs(gone) do redis.call('HDEL', KEYS[1] .. id, field) end
  setFrom(fields, 2, id)
end

-- What a record says of the client and the user, as a record; nil for what is no session of a user, and where the client
-- said nothing, unless that counts as well. Of the attributes only the level of log messages is the client's.
local OF_CLIENT = {userId = true, protocol = true, client = true, clientVersion = true, capabilities = true}
local function aboutClient(record, nothingCounts)
  if not userOf(record) then return nil end
  local fields = arrayOf(record)
  local said = {fields[1]}
  for i = 2, #fields, 2 do
    if OF_CLIENT[string.match(fields[i], '^(%a+)%+?%d*$')] then
      said[#said + 1] = fields[i]
      said[#said + 1] = fields[i + 1]
    end
  end
  local level = string.match(wholeIn(record, 'attributes') or '', '[{,]"log%-level":"(%a+)"')
  if not (level or nothingCounts or valueIn(record, 'client') or valueIn(record, 'clientVersion')
      or valueIn(record, 'capabilities')) then return nil end
  if level then
    said[#said + 1] = 'attributes'
    said[#said + 1] = '{"log-level":"' .. level .. '"}'
  end
  return cjson.encode(said)
end

-- Redis removes an expired session itself, so what is worth keeping is kept from the beginning.
local KEPT_FROM_BIRTH = true

-- The beginning of the keys of one kind.
local function prefixOf(kind) return (string.gsub(KEYS[1], 'session:$', kind .. ':')) end

-- What hangs on a session ends with it, since nobody comes to sweep.
local function dataEnd(expires, deadline) return expires end

-- Counts from a cursor on; answers where to go on, "0" at the end, and how many were alive.
local function countFrom(cursor)
  local page = redis.call('SCAN', cursor, 'MATCH', KEYS[1] .. '*', 'COUNT', 1000)
  return {page[1], #page[2]}
end

-- The next cursor, "0" at the end, and id and user of each session in turn; false for one that another process opened.
local function usersFrom(cursor)
  local page = redis.call('SCAN', cursor, 'MATCH', KEYS[1] .. '*', 'COUNT', 200)
  local found = {page[1]}
  for _, key in ipairs(page[2]) do
    found[#found + 1] = string.sub(key, #KEYS[1] + 1)
    found[#found + 1] = redis.pcall('HGET', key, 'user')
  end
  return found
end

local function drop(id, record)
  if ownerOf(record) then redis.call('ZREM', KEYS[2], dueMember(id, record)) end
  return redis.call('DEL', KEYS[1] .. id) == 1
end

-- The ids of sessions that are over, and what is still known of each; and how many were looked at.
local function overdue(most)
  local members = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now), 'LIMIT', 0, most)
  local ids, records = {}, {}
  for _, member in ipairs(members) do
    local ok, array = pcall(cjson.decode, member)
    local id = ok and type(array) == 'table' and type(array[1]) == 'string' and array[1]
    local expires = id and expiryOf(id)
    if expires then
      redis.call('ZADD', KEYS[2], expires, member)
      keep(KEYS[2], expires)
    else
      -- What is no record of ours goes without a word.
      redis.call('ZREM', KEYS[2], member)
      if id then ids[#ids + 1], records[id] = id, member end
    end
  end
  return ids, records, #members
end


-- The layout of the original system: a Redis hash for each session. KEYS[1] is the prefix of their keys. Its processes
-- know the fields userId, created and lastActivity, and extend a session with EXPIRE. The others are ours. A record is a
-- JSON array: the id, then field and value in turn, but for the two that a touch moves.
local VOLATILE = {lastActivity = true, expires = true}

-- Redis removes a session without a word. So that its end can be told, KEYS[2], which is <prefix>:expiry, is a sorted set
-- of all sessions by when they expire at the earliest; a member is a record with nothing but whose the session is. A touch
-- leaves it alone: whether a session that is due lives on is looked up then.
local function dueMember(id, userId, issuer, user)
  local member = {id, 'userId', userId}
  if issuer then member[#member + 1] = 'issuer' member[#member + 1] = issuer end
  if user then member[#member + 1] = 'user' member[#member + 1] = user end
  return cjson.encode(member)
end

-- When a live session expires; nil for a dead one. The TTL decides. But it reads a millisecond or two shorter than it
-- was set, so what was granted holds where the two agree; where they do not, another process has moved the TTL.
local function expiryOf(id)
  local ttl = redis.call('PTTL', KEYS[1] .. id)
  if ttl < 0 then return nil end
  local fields = sound(redis.pcall('HMGET', KEYS[1] .. id, 'userId', 'expires'), KEYS[1] .. id) or {}
  local expires = tonumber(fields[2] or nil)
  if not expires or math.abs(now + ttl - expires) > 2000 then expires = now + ttl end
  return fields[1] and expires > now and expires or nil
end

local function recordOf(id)
  local fields = sound(redis.pcall('HGETALL', KEYS[1] .. id), KEYS[1] .. id) or {}
  if #fields == 0 then return nil end
  local record = {id}
  for i = 1, #fields, 2 do
    if not VOLATILE[fields[i]] then
      record[#record + 1] = fields[i]
      record[#record + 1] = fields[i + 1]
    end
  end
  return cjson.encode(record)
end

-- When a live session expires, and its record; nil for a dead one.
local function livingOf(id)
  local expires = expiryOf(id)
  if expires then return expires, recordOf(id) end
end

-- Whether a session is that of a user, and whether another process opened it: then it belongs to a user without an
-- issuer.
local function isOf(id, record, mark, userId)
  if mark == '' then return true, false end
  local fields = redis.call('HMGET', KEYS[1] .. id, 'user', 'userId')
  if fields[1] then return fields[1] == mark, false end
  return userId ~= '' and fields[2] == userId, true
end

local function valueIn(record, field)
  local fields = record and cjson.decode(record) or {}
  for i = 2, #fields, 2 do if fields[i] == field then return fields[i + 1] end end
end

local function dueMemberOf(id, record)
  return dueMember(id, valueIn(record, 'userId'), valueIn(record, 'issuer'), valueIn(record, 'user'))
end

local function userOf(record) return valueIn(record, 'user') end

-- Issuer and subject.
local function ownerOf(record)
  local userId = valueIn(record, 'userId')
  return userId and {valueIn(record, 'issuer') or '', userId}
end

local function extend(id, expires)
  local notes = string.gsub(KEYS[2], 'expiry$', 'notes:') .. id
  redis.call('HSET', KEYS[1] .. id, 'lastActivity', now, 'expires', expires)
  redis.call('PEXPIRE', KEYS[1] .. id, expires - now)
  redis.call('PEXPIRE', notes, expires - now)
  redis.call('PEXPIRE', notes .. ':subscriptions', expires - now)
end

-- As many fields at once as Lua hands on: other processes may have given a session any number of their own.
local function setFrom(fields, from, id)
  for i = from, #fields, 200 do redis.call('HSET', KEYS[1] .. id, unpack(fields, i, math.min(i + 199, #fields))) end
end

-- A record begins with userId and created.
local function put(id, record, expires, deadline)
  local fields = cjson.decode(record)
  redis.call('HSET', KEYS[1] .. id, fields[2], fields[3], fields[4], fields[5], 'lastActivity', now,
    'expires', expires)
  setFrom(fields, 6, id)
  redis.call('PEXPIRE', KEYS[1] .. id, expires - now)
  redis.call('ZADD', KEYS[2], expires, dueMemberOf(id, record))
  keep(KEYS[2], deadline)
end

-- The record of an earlier life of an id whose end was not told yet; of a dead id.
local function untoldOf(id, record)
  local member = dueMemberOf(id, record)
  return redis.call('ZREM', KEYS[2], member) == 1 and member
end

local function rewrite(id, record, before)
  local fields, gone = cjson.decode(record), {}
  for i, field in ipairs(cjson.decode(before)) do if i % 2 == 0 then gone[field] = true end end
  for i = 2, #fields, 2 do gone[fields[i]] = nil end
  for field in pairs(gone) do redis.call('HDEL', KEYS[1] .. id, field) end
  setFrom(fields, 2, id)
end

-- What hangs on a session ends with it, since nobody comes to sweep.
local function dataEnd(expires, deadline) return expires end

-- Counts from a cursor on; answers where to go on, "0" at the end, and how many were alive.
local function countFrom(cursor)
  local page = redis.call('SCAN', cursor, 'MATCH', KEYS[1] .. '*', 'COUNT', 1000)
  return {page[1], #page[2]}
end

local function drop(id)
  local fields = redis.call('HMGET', KEYS[1] .. id, 'userId', 'issuer', 'user')
  if fields[1] then redis.call('ZREM', KEYS[2], dueMember(id, fields[1], fields[2], fields[3])) end
  return redis.call('DEL', KEYS[1] .. id) == 1
end

-- The ids of sessions that are over, and what is still known of each; and how many were looked at.
local function overdue(most)
  local members = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now), 'LIMIT', 0, most)
  local ids, records = {}, {}
  for _, member in ipairs(members) do
    local id = cjson.decode(member)[1]
    local expires = expiryOf(id)
    if expires then
      redis.call('ZADD', KEYS[2], expires, member)
    else
      redis.call('ZREM', KEYS[2], member)
      ids[#ids + 1], records[id] = id, member
    end
  end
  return ids, records, #members
end


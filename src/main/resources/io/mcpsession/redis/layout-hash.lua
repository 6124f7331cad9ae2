-- The layout of the original system: a Redis hash for each session. KEYS[1] is the prefix of their keys, KEYS[2] that
-- of what hangs on them. Its processes know the fields userId, created and lastActivity, and extend a session with
-- EXPIRE. The others are ours. A record is a JSON array: the id, then field and value in turn, but for the two that a
-- touch moves.
local VOLATILE = {lastActivity = true, expires = true}

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

local function userOf(record) return valueIn(record, 'user') end

-- Issuer and subject.
local function ownerOf(record)
  local userId = valueIn(record, 'userId')
  return userId and {valueIn(record, 'issuer') or '', userId}
end

local function extend(id, expires)
  redis.call('HSET', KEYS[1] .. id, 'lastActivity', now, 'expires', expires)
  redis.call('PEXPIRE', KEYS[1] .. id, expires - now)
  redis.call('PEXPIRE', KEYS[2] .. id, expires - now)
  redis.call('PEXPIRE', KEYS[2] .. id .. ':subscriptions', expires - now)
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

local function drop(id) return redis.call('DEL', KEYS[1] .. id) == 1 end


-- The layout of Redisson's RMapCache. KEYS[1] is its hash, KEYS[2] the sorted set of its timeouts.
-- A value is a max-idle time (unused here), a length and the bytes.
local function packed(record) return struct.pack('dLc0', 0, string.len(record), record) end

-- Other services write to the map as well. What they wrote may be no record, and that must not stop a script half way.
local function unpacked(value)
  local ok, _, record = pcall(struct.unpack, 'dLc0', value)
  return ok and record or ''
end

-- When a live session expires; nil for a dead one.
local function expiryOf(id)
  local expires = tonumber(redis.call('ZSCORE', KEYS[2], id))
  return expires and expires > now and redis.call('HEXISTS', KEYS[1], id) == 1 and expires or nil
end

local function recordOf(id)
  local value = redis.call('HGET', KEYS[1], id)
  return value and unpacked(value)
end

-- When a live session expires, and its record; nil for a dead one.
local function livingOf(id)
  local expires = tonumber(redis.call('ZSCORE', KEYS[2], id))
  local record = expires and expires > now and recordOf(id)
  if record then return expires, record end
end

-- A record says itself whose it is, and begins with it.
local function isOf(id, record, mark, userId) return string.sub(record, 1, string.len(mark)) == mark end

local function userOf(record) return string.match(record or '', '^{"user":"([%w_-]+)"') end

-- Issuer and subject. Other services write to the map as well: what is no record was no session of anybody's.
local owners = {}
local PLAIN = '^{"user":"[%w_-]+","v":%d+,"id":"[%w_-]+","issuer":"([^"\\]*)","subject":"([^"\\]*)",'
local function ownerOf(record)
  local user = userOf(record)
  if user and not owners[user] then
    -- Most records can be read so far without reading them whole.
    local issuer, subject = string.match(record, PLAIN)
    if issuer then
      owners[user] = {issuer, subject}
    else
      local ok, json = pcall(cjson.decode, record)
      owners[user] = ok and {tostring(json.issuer), tostring(json.subject)} or nil
    end
  end
  return user and owners[user]
end

-- What a record says of the client and whose it is, as a record; nil for what is no session of a user, and where the client
-- said nothing, unless that counts as well. Attributes come last and hold only texts, in which a quotation mark is escaped;
-- of them only the level of log messages is the client's.
local NOTHING_SAID = '"client":{"name":"","version":"","capabilities":{}}'
local function aboutClient(record, nothingCounts)
  local said, attributes = string.match(userOf(record) and record or '', '^(.*),"attributes":({.*)$')
  if not said then return nil end
  local level = string.match(attributes, '[{,]"log%-level":"(%a+)"')
  if not level and not nothingCounts and string.sub(said, -#NOTHING_SAID) == NOTHING_SAID then return nil end
  return said .. ',"attributes":{' .. (level and '"log-level":"' .. level .. '"' or '') .. '}}'
end

-- The record of an expired session is there until somebody sweeps, and what is worth keeping is taken from it then.
local KEPT_FROM_BIRTH = false

-- The beginning of the keys of one kind in this partition.
local function prefixOf(kind)
  local prefix, tag = string.match(KEYS[1], '^(.*):session:({%d+})$')
  return prefix .. ':' .. kind .. ':' .. tag .. ':'
end

local function put(id, record, expires, deadline)
  redis.call('HSET', KEYS[1], id, packed(record))
  redis.call('ZADD', KEYS[2], expires, id)
  keep(KEYS[1], deadline)
  keep(KEYS[2], deadline)
end

local function rewrite(id, record, before) redis.call('HSET', KEYS[1], id, packed(record)) end

local function extend(id, expires, record) redis.call('ZADD', KEYS[2], 'XX', expires, id) end

-- What hangs on a session is dropped with it, and ends by itself when no session can be left.
local function dataEnd(expires, deadline) return math.max(expires, deadline) end

-- Counts from a cursor on; answers where to go on, "0" at the end, and how many were alive.
local function countFrom(cursor)
  return {'0', redis.call('ZCOUNT', KEYS[2], '(' .. string.format('%.0f', now), '+inf')}
end

-- The next cursor, "0" at the end, and id and user of each session in turn; false for what says none.
local function usersFrom(cursor)
  local page = redis.call('HSCAN', KEYS[1], cursor, 'COUNT', 200)
  local found = {page[1]}
  for i = 1, #page[2], 2 do
    found[#found + 1] = page[2][i]
    found[#found + 1] = userOf(unpacked(page[2][i + 1])) or false
  end
  return found
end

local function drop(id, record)
  redis.call('ZREM', KEYS[2], id)
  return redis.call('HDEL', KEYS[1], id) == 1
end

-- The timeouts say it of each session.
local function expectEnd(id, record, expires) end

-- Of an earlier life the record is still there, until its end is told.
local function untoldOf(id, record) end

-- The ids of sessions that are over, and what is still known of each; and how many were looked at.
local function overdue(most)
  local ids = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now), 'LIMIT', 0, most)
  return ids, {}, #ids
end

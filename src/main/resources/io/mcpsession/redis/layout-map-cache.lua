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

local function put(id, record, expires)
  redis.call('HSET', KEYS[1], id, packed(record))
  redis.call('ZADD', KEYS[2], expires, id)
end

local function rewrite(id, record) redis.call('HSET', KEYS[1], id, packed(record)) end

local function extend(id, expires) redis.call('ZADD', KEYS[2], 'XX', expires, id) end

local function drop(id)
  redis.call('ZREM', KEYS[2], id)
  return redis.call('HDEL', KEYS[1], id) == 1
end


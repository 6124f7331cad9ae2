-- Expiry is judged by Redis's own clock, so a replica whose clock is wrong ends no session early and revives none.
-- A test that moves time passes its own milliseconds as ARGV[1].
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

-- A value of Redisson's RMapCache is a max-idle time (unused here), a length and the bytes.
local function packed(record) return struct.pack('dLc0', 0, string.len(record), record) end

-- Other services write to the map as well. What they wrote may be no record, and that must not stop a script half way.
local function unpacked(value)
  local ok, _, record = pcall(struct.unpack, 'dLc0', value)
  return ok and record or ''
end
local function userOf(value) return string.match(unpacked(value), '^{"user":"([%w_-]+)"') end

-- When a live session expires; nil for a dead one.
local function expiryOf(timeouts, id)
  local expires = tonumber(redis.call('ZSCORE', timeouts, id))
  return expires and expires > now and expires or nil
end

-- A tombstone lasts as long as the id could have lived, but no longer than the youngest id could, whatever time the id
-- claims to be from.
local function tombstoneMs(id, lifetime)
  local left = tonumber(string.sub(id, 5, 17)) + lifetime - now
  return math.max(60000, math.min(left, lifetime + 3600000))
end


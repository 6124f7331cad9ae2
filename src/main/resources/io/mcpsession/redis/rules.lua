-- What holds in every layout. An id names its time of creation: mcp-<13 digits>-...
local function deadlineOf(id, lifetime) return tonumber(string.sub(id, 5, 17)) + lifetime end

-- A tombstone lasts as long as the id could have lived, but no longer than the youngest id could, whatever time the id
-- claims to be from.
local function tombstoneMs(id, lifetime)
  return math.max(60000, math.min(deadlineOf(id, lifetime) - now, lifetime + 3600000))
end

-- Restarts the idle timer, unless that was just done; never past the absolute lifetime.
local function touch(id, expires, idle, lifetime, interval)
  local granted = math.min(now + idle, deadlineOf(id, lifetime))
  if granted - expires < interval then return expires end
  extend(id, granted)
  return granted
end

-- What hangs on a session and ends with it.
local function dropData(prefix, id) redis.call('UNLINK', prefix .. id, prefix .. id .. ':subscriptions') end

-- Makes room for one more session of a user, by the rule for a user who has too many: those unused for longest go.
-- Answers how many went, or nil when none may.
local function admit(index, most, evict, data)
  if redis.call('ZCARD', index) < most then return 0 end
  local living = {}
  for _, id in ipairs(redis.call('ZRANGE', index, 0, -1)) do
    local expires = expiryOf(id)
    if expires then living[#living + 1] = {expires, id} else redis.call('ZREM', index, id) end
  end
  if #living < most then return 0 end
  if not evict then return nil end
  table.sort(living, function(a, b) return a[1] < b[1] or a[1] == b[1] and a[2] < b[2] end)
  local excess = #living - most + 1
  for i = 1, excess do
    drop(living[i][2])
    redis.call('ZREM', index, living[i][2])
    dropData(data, living[i][2])
  end
  return excess
end

local function add(id, record, index, idle, lifetime)
  local deadline = deadlineOf(id, lifetime)
  local granted = math.min(now + idle, deadline)
  put(id, record, granted, deadline)
  redis.call('ZADD', index, 0, id)
  keep(index, deadline)
  return granted
end


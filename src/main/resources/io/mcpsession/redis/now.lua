-- Expiry is judged by Redis's own clock, so a replica whose clock is wrong ends no session early and revives none.
-- A test that moves time passes its own milliseconds as ARGV[1].
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Keys outlive the last session they could hold and no more, so that a deployment scaled to zero leaves nothing behind.
-- An hour of slack keeps this from costing a write on every create. A key without a TTL says -1.
local function keep(key, untilMs)
  local needed = math.max(untilMs - now, 0)
  if redis.call('PTTL', key) < needed then redis.call('PEXPIRE', key, needed + 3600000) end
end

-- When a session ends at the latest. An id names its time of creation: mcp-<13 digits>-...
local function deadlineOf(id, lifetime) return tonumber(string.sub(id, 5, 17)) + lifetime end


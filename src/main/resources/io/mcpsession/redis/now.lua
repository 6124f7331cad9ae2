-- Expiry is judged by Redis's own clock, so a replica whose clock is wrong ends no session early and revives none.
-- A test that moves time passes its own milliseconds as ARGV[1].
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end


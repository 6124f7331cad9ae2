-- KEYS map, timeouts, index   ARGV now, id, record, idle ms, deadline ms
local granted = math.min(now + tonumber(ARGV[4]), tonumber(ARGV[5]))
redis.call('HSET', KEYS[1], ARGV[2], packed(ARGV[3]))
redis.call('ZADD', KEYS[2], granted, ARGV[2])
redis.call('ZADD', KEYS[3], 0, ARGV[2])

-- The keys themselves outlive the last session they could hold and no more, so that a deployment scaled to zero leaves
-- nothing behind. An hour of slack keeps this from costing a write on every create.
local needed = tonumber(ARGV[5]) - now
for i = 1, 3 do
  if redis.call('PTTL', KEYS[i]) < needed then redis.call('PEXPIRE', KEYS[i], needed + 3600000) end
end
return granted

-- KEYS map, timeouts, index, tombstone   ARGV now, id, record, idle ms, deadline ms
-- Answers the expiry granted; that is now for an id that was ended, which a late retry must not revive.
if redis.call('EXISTS', KEYS[4]) == 1 then return now end
local granted = math.min(now + tonumber(ARGV[4]), tonumber(ARGV[5]))
redis.call('HSET', KEYS[1], ARGV[2], packed(ARGV[3]))
redis.call('ZADD', KEYS[2], granted, ARGV[2])
redis.call('ZADD', KEYS[3], 0, ARGV[2])

-- The keys themselves outlive the last session they could hold and no more, so that a deployment scaled to zero leaves
-- nothing behind. An hour of slack keeps this from costing a write on every create. A key without a TTL says -1.
local needed = math.max(tonumber(ARGV[5]) - now, 0)
for i = 1, 3 do
  if redis.call('PTTL', KEYS[i]) < needed then redis.call('PEXPIRE', KEYS[i], needed + 3600000) end
end
return granted

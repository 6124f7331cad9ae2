-- Takes secrets of tokens out for good, and writes down that it was done, so that replicas can say it again to a Redis
-- that comes back from an older copy of its data. The two keys lie in one slot.
-- KEYS tokens, revoked secrets   ARGV now, most written down, ms to keep them, and of each: digest, from when (ms; '' for now)
-- Answers {how many of them there were}.
local most, kept, found = tonumber(ARGV[2]), tonumber(ARGV[3]), 0
for i = 4, #ARGV, 2 do
  local from = tonumber(ARGV[i + 1]) or now
  redis.call('ZADD', KEYS[2], string.format('%.0f', from), ARGV[i])
  if from <= now then found = found + redis.call('HDEL', KEYS[1], ARGV[i]) end
end
local excess = redis.call('ZCARD', KEYS[2]) - most
if excess > 0 then
  for _, digest in ipairs(redis.call('ZRANGE', KEYS[2], 0, math.min(excess, 100) - 1)) do
    redis.call('ZREM', KEYS[2], digest)
  end
end
redis.call('PEXPIRE', KEYS[2], kept)
return {found}

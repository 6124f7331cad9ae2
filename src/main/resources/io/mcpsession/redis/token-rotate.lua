-- Gives a token another secret, unless it changed since it was read.
-- KEYS: tokens. ARGV: time, old digest, token as read, what becomes of the old secret, new digest.
if redis.call('HGET', KEYS[1], ARGV[2]) ~= ARGV[3] then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[4], ARGV[5], ARGV[3])
return 1

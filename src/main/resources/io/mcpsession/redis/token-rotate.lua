-- Gives a token another secret, unless it changed since it was read, and writes down when the old one is over.
-- KEYS: tokens, revoked secrets. ARGV: time, old digest, token as read, what becomes of the old secret, new digest, when
-- the old secret is over (ms), ms to keep that.
if redis.call('HGET', KEYS[1], ARGV[2]) ~= ARGV[3] then
  return 0
end
-- First what may fail, for another type of its key.
redis.call('ZADD', KEYS[2], ARGV[6], ARGV[2])
redis.call('HSET', KEYS[1], ARGV[2], ARGV[4], ARGV[5], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[7])
return 1

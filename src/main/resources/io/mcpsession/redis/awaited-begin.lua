-- KEYS awaited, words   ARGV (now), what, most, ms to keep them
-- Answers 0 when word of it was left before, else 1. Of one too many nobody hears.
if redis.call('SREM', KEYS[2], ARGV[2]) == 1 then return 0 end
if redis.call('SCARD', KEYS[1]) < tonumber(ARGV[3]) then
  redis.call('SADD', KEYS[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
return 1

-- KEYS awaited, words   ARGV (now), what, most words left or 0, ms to keep them
-- Answers 1 when it was waited for.
if redis.call('SREM', KEYS[1], ARGV[2]) == 1 then return 1 end
if redis.call('SCARD', KEYS[2]) < tonumber(ARGV[3]) then
  redis.call('SADD', KEYS[2], ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
end
return 0

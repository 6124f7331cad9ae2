-- KEYS revoked secrets   ARGV now (unused), from which place, how many
-- Answers {digest, from when it is revoked (ms), ...}.
return redis.call('ZRANGE', KEYS[1], ARGV[2], ARGV[2] + ARGV[3] - 1, 'WITHSCORES')

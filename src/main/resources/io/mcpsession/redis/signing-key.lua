-- KEYS signing key   ARGV now (unused), key proposed
-- Answers the key all replicas agree on: the one that came first.
redis.call('SET', KEYS[1], ARGV[2], 'NX')
return redis.call('GET', KEYS[1])

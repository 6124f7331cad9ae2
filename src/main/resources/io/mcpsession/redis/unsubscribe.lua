-- KEYS subscriptions   ARGV now (unused), uri
return redis.call('SREM', KEYS[1], ARGV[2])

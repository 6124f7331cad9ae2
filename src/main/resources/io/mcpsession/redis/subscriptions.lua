-- KEYS subscriptions   ARGV now (unused)
return redis.call('SMEMBERS', KEYS[1])

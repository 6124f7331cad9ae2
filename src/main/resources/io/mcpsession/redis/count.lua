-- KEYS map, timeouts   ARGV now
return redis.call('ZCOUNT', KEYS[2], '(' .. string.format('%.0f', now), '+inf')

-- KEYS timeouts   ARGV now
return redis.call('ZCOUNT', KEYS[1], '(' .. string.format('%.0f', now), '+inf')

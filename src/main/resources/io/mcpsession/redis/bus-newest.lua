-- KEYS bus   ARGV now (unused)
-- Answers the id of the newest entry; nothing when there is none.
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
return newest and newest[1]

-- KEYS signing key   ARGV now (unused), key proposed, what is no key and makes way, or ''
-- Answers the key all replicas agree on: the one that came first.
local agreed = redis.call('GET', KEYS[1])
if agreed and agreed ~= ARGV[3] then return agreed end
redis.call('SET', KEYS[1], ARGV[2])
return ARGV[2]

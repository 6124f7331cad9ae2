-- KEYS sessions, timeouts, tombstone, log
-- ARGV now, lifetime ms; id, tombstone text, index prefix, data prefix, 1 to leave alone what is not alive
-- Answers {1, record, expires} for what was alive, {0, earlier tombstone or nil} otherwise.
local id, text = ARGV[3], ARGV[4]
local tombstones = string.sub(KEYS[3], 1, #KEYS[3] - #id)
local earlier = endedAs(tombstones, id)
if ARGV[7] == '1' and not expiryOf(id) then return {0, earlier or false} end
evenWhenFull()
if not earlier then remember(tombstones, id, text, tonumber(ARGV[2]), userOf(recordOf(id))) end
local expires, record = finish(id, endingOf(text))
dropData(ARGV[6], id)
local user = userOf(record)
if user then
  redis.pcall('ZREM', ARGV[5] .. user, id)
  forget(user, id)
end
if expires then return {1, record, expires} end
return {0, earlier or false}

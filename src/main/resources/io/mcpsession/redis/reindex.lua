-- Puts the sessions of one user into the user's index again, where there was no index.
-- KEYS sessions, timeouts, index   ARGV now (unused), cursor, the user
-- Answers the cursor to go on with, or "0".
if ARGV[2] == '0' and redis.call('ZCARD', KEYS[3]) > 0 then return '0' end
local page = usersFrom(ARGV[2])
local added = 0
for i = 2, #page, 2 do
  if page[i + 1] == ARGV[3] then added = added + redis.call('ZADD', KEYS[3], 0, page[i]) end
end
-- Those last as long as any session may.
if added > 0 then
  keep(KEYS[3], now + math.max(redis.call('PTTL', KEYS[1]), redis.call('PTTL', KEYS[2]), 86400000))
end
return page[1]

-- KEYS sessions, timeouts, index   ARGV now, where to begin or '-', most entries looked at
-- Answers {how many of them were alive, where to go on or nothing at the end}.
local most = tonumber(ARGV[3])
local ids = redis.call('ZRANGEBYLEX', KEYS[3], ARGV[2], '+', 'LIMIT', 0, most)
local living = 0
for _, id in ipairs(ids) do
  if expiryOf(id) then living = living + 1 end
end
return {living, #ids == most and '(' .. ids[#ids] or nil}

-- KEYS sessions, timeouts, index   ARGV now
local living = 0
for _, id in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do
  if expiryOf(id) then living = living + 1 end
end
return living

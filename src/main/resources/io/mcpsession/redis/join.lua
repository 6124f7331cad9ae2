-- KEYS replicas, each with its settings
-- ARGV now, this replica, ms until it is forgotten, and of each setting that must agree: name, values separated by spaces.
-- One value in common is enough.
-- Answers {} when all replicas agree, and this one is among them; else {setting, what another has there, which one}.
local me, forgotten = ARGV[2], tonumber(ARGV[3])
local others = redis.pcall('HGETALL', KEYS[1])
if others.err then
  -- Whatever lies there, it is not ours, and says nothing of any replica.
  redis.call('UNLINK', KEYS[1])
  others = {}
end
local mine = {expires = string.format('%.0f', now + forgotten)}
for i = 4, #ARGV, 2 do mine[ARGV[i]] = ARGV[i + 1] end

local function common(one, other)
  for value in string.gmatch(one, '%S+') do
    if string.find(' ' .. other .. ' ', ' ' .. value .. ' ', 1, true) then return true end
  end
  return false
end

for i = 1, #others, 2 do
  local ok, theirs = pcall(cjson.decode, others[i + 1])
  if not ok or type(theirs) ~= 'table' or (tonumber(theirs.expires) or 0) <= now then
    redis.call('HDEL', KEYS[1], others[i])
  elseif others[i] ~= me then
    for a = 4, #ARGV, 2 do
      local value = theirs[ARGV[a]]
      if type(value) == 'string' and not common(ARGV[a + 1], value) then return {ARGV[a], value, others[i]} end
    end
  end
end
redis.call('HSET', KEYS[1], me, cjson.encode(mine))
redis.call('PEXPIRE', KEYS[1], forgotten)
return {}

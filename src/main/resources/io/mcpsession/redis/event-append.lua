-- KEYS stream   ARGV (now), number, most events, ms to keep them, data, 1 when it is the last
-- A repeated append is harmless: its number is taken already.
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local number = last and tonumber(string.match(last[1], '^%d+')) or 0
if tonumber(ARGV[2]) > number then
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], ARGV[2] .. '-0', 'd', ARGV[5], 'l', ARGV[6])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
return 1

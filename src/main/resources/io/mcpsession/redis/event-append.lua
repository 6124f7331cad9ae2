-- KEYS sessions, timeouts, stream
-- ARGV now, number or 0 for the beginning, most events, ms to keep them, data, 1 when it is the last; id of the session,
-- prefix of streams, most bytes and most streams of one user
-- Answers 1 when it is remembered. A repeated append is harmless: its number is taken already.
notWhenFull()
local prefix, name = ARGV[8], string.sub(KEYS[3], #ARGV[8] + 1)
-- What a user's streams take, and until when: <bytes> <ms> by their names. A session opened elsewhere counts for itself.
local account = prefix .. 'of:' .. (userOf(recordOf(ARGV[7])) or ARGV[7])
local last = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1]
local number = last and tonumber(string.match(last[1], '^%d+'))
if number and tonumber(ARGV[2]) <= number then return 1 end
local size, total, others = #ARGV[5] + 128, 0, {}
local known = redis.call('HGETALL', account)
for i = 1, #known, 2 do
  local bytes, ends = string.match(known[i + 1], '^(%d+) (%d+)$')
  if known[i] == name then
    size = size + (last and tonumber(bytes) or 0)
  elseif not ends or tonumber(ends) <= now then
    redis.call('HDEL', account, known[i])
  else
    total = total + bytes
    others[#others + 1] = {tonumber(ends), known[i], tonumber(bytes)}
  end
end
local mostBytes, mostStreams = tonumber(ARGV[9]), tonumber(ARGV[10])
if size > mostBytes then return 0 end
if total + size > mostBytes or #others >= mostStreams then
  -- Those that were silent for longest go: nobody but their user misses them.
  table.sort(others, function(a, b) return a[1] < b[1] end)
  local left = #others
  for _, other in ipairs(others) do
    if total + size <= mostBytes and left < mostStreams then break end
    redis.call('UNLINK', prefix .. other[2])
    redis.call('HDEL', account, other[2])
    total, left = total - other[3], left - 1
  end
end
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[3], ARGV[2] == '0' and '0-1' or ARGV[2] .. '-0', 'd', ARGV[5], 'l', ARGV[6])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
redis.call('HSET', account, name, string.format('%.0f %.0f', size, now + ARGV[4]))
redis.call('PEXPIRE', account, ARGV[4])
return 1

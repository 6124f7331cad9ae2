-- KEYS stream   ARGV (now), number of the last one seen, most characters read at once
-- Answers {} when the stream is not known, else {1 when nothing follows, number, data, last, number, ...}.
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if not newest then return {} end
local seen, characters, found, over = tonumber(ARGV[2]), 0, {0}, false
while characters < tonumber(ARGV[3]) do
  -- One at a time: how long each is shows only when it is read.
  local entry = redis.call('XRANGE', KEYS[1], string.format('%.0f-0', seen + 1), '+', 'COUNT', 1)[1]
  if not entry then
    over = newest[2][4] == '1'
    break
  end
  seen = tonumber(string.match(entry[1], '^%d+'))
  characters = characters + #entry[2][2] + 64
  found[#found + 1] = seen
  found[#found + 1] = entry[2][2]
  found[#found + 1] = entry[2][4] or '0'
  if entry[1] == newest[1] then
    over = newest[2][4] == '1'
    break
  end
end
if over then found[1] = 1 end
return found

-- KEYS stream   ARGV (now), number of the last one seen
-- Answers {} when the stream is not known, else {1 when it is over, number, data, last, number, ...}.
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if not newest then return {} end
local found = {newest[2][4] == '1' and 1 or 0}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], (tonumber(ARGV[2]) + 1) .. '-0', '+')) do
  found[#found + 1] = tonumber(string.match(entry[1], '^%d+'))
  found[#found + 1] = entry[2][2]
  found[#found + 1] = entry[2][4]
end
return found

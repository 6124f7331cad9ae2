-- KEYS sessions, timeouts, index   ARGV now, id of the last one seen or '', most, most entries looked at
-- Answers {id of the last one looked at or '' at the end, record, expires, ...}. Ids sort by creation time. Index entries
-- whose session is gone are dropped on the way.
local most, looks = tonumber(ARGV[3]), tonumber(ARGV[4])
local ids = redis.call('ZRANGEBYLEX', KEYS[3], ARGV[2] == '' and '-' or '(' .. ARGV[2], '+', 'LIMIT', 0, looks)
local found = {#ids == looks and ids[looks] or ''}
for _, id in ipairs(ids) do
  local expires, record = livingOf(id)
  if not expires then
    redis.call('ZREM', KEYS[3], id)
  else
    found[#found + 1] = record
    found[#found + 1] = expires
    if #found > 2 * most then
      found[1] = id
      break
    end
  end
end
return found

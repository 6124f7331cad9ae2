-- KEYS map, timeouts, index   ARGV now, id of the last one seen or '', most
-- Answers {record, expires, ...}. Ids sort by creation time. Index entries whose session is gone are dropped on the
-- way.
local from = ARGV[2] == '' and '-' or '(' .. ARGV[2]
local most = tonumber(ARGV[3])
local found = {}
repeat
  local ids = redis.call('ZRANGEBYLEX', KEYS[3], from, '+', 'LIMIT', 0, most)
  for _, id in ipairs(ids) do
    local expires = expiryOf(KEYS[2], id)
    local value = expires and redis.call('HGET', KEYS[1], id)
    if value then
      if #found < 2 * most then
        found[#found + 1] = unpacked(value)
        found[#found + 1] = expires
      end
    else
      redis.call('ZREM', KEYS[3], id)
    end
    from = '(' .. id
  end
until #ids < most or #found >= 2 * most
return found

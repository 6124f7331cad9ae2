-- KEYS sessions, timeouts, index   ARGV now, id of the last one seen or '', most
-- Answers {record, expires, ...}. Ids sort by creation time. Index entries whose session is gone are dropped on the
-- way.
local from = ARGV[2] == '' and '-' or '(' .. ARGV[2]
local most = tonumber(ARGV[3])
local found = {}
repeat
  local ids = redis.call('ZRANGEBYLEX', KEYS[3], from, '+', 'LIMIT', 0, most)
  for _, id in ipairs(ids) do
    local expires = expiryOf(id)
    if not expires then
      redis.call('ZREM', KEYS[3], id)
    elseif #found < 2 * most then
      found[#found + 1] = recordOf(id)
      found[#found + 1] = expires
    end
    from = '(' .. id
  end
until #ids < most or #found >= 2 * most
return found

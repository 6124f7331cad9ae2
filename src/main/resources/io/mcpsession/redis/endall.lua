-- KEYS sessions, timeouts, index, log
-- ARGV now, tombstone text, lifetime ms, id to keep or '', most at once, tombstone prefix, data prefix
-- Answers {whether more are left, id of one that was alive and is ended now, ...}. Bounded, so that no caller blocks Redis for long.
local most = tonumber(ARGV[5])
local ids = redis.call('ZRANGE', KEYS[3], 0, most)
local answer, seen = {#ids > most and 1 or 0}, 0
evenWhenFull()
for _, id in ipairs(ids) do
  if id ~= ARGV[4] and seen < most then
    seen = seen + 1
    -- The tombstone first: while a slot is moved its key may be the one that this node may not write any more.
    if expiryOf(id) then
      remember(ARGV[6], id, ARGV[2], tonumber(ARGV[3]))
      answer[#answer + 1] = id
    end
    finish(id, endingOf(ARGV[2]))
    redis.call('ZREM', KEYS[3], id)
    dropData(ARGV[7], id)
  end
end
forgetAllBut(lastPart(KEYS[3]), ARGV[4], tonumber(ARGV[3]))
return answer

-- KEYS sessions, timeouts, index, log
-- ARGV now, tombstone text, lifetime ms, id to keep or '', most at once, tombstone prefix, data prefix
-- Answers {alive and now ended, whether more are left}. Bounded, so that no caller blocks Redis for long.
local most = tonumber(ARGV[5])
local ids = redis.call('ZRANGE', KEYS[3], 0, most)
local ended, seen = 0, 0
for _, id in ipairs(ids) do
  if id ~= ARGV[4] and seen < most then
    seen = seen + 1
    if finish(id, endingOf(ARGV[2])) then
      ended = ended + 1
      redis.call('SET', ARGV[6] .. id, ARGV[2], 'PX', tombstoneMs(id, tonumber(ARGV[3])))
    end
    redis.call('ZREM', KEYS[3], id)
    dropData(ARGV[7], id)
  end
end
return {ended, #ids > most and 1 or 0}

-- KEYS sessions, timeouts, latch, log   ARGV now, most at once, latch ms, index prefix, data prefix
-- Answers how many entries were due, or -1 when another replica just did this partition.
local most = tonumber(ARGV[2])
evenWhenFull()
if not redis.call('SET', KEYS[3], '1', 'NX', 'PX', ARGV[3]) then
  -- One that would never open is nobody's.
  if redis.call('PTTL', KEYS[3]) < 0 then redis.call('PEXPIRE', KEYS[3], ARGV[3]) end
  return -1
end
local ids, records, due = overdue(most)
for _, id in ipairs(ids) do
  local kept = keptFromEnd()
  local _, record = finish(id)
  if not ownerOf(record) and records[id] then
    record = records[id]
    tell('expired', id, record)
  end
  local user = userOf(record)
  if user then redis.pcall('ZREM', ARGV[4] .. user, id) end
  rememberClientLast(id, record, kept)
  redis.call('UNLINK', ARGV[5] .. id)
end
-- A full batch means there is more: let whoever comes next, most likely the caller, go on at once.
if due == most then redis.call('DEL', KEYS[3]) end
return due

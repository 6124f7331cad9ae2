-- Ends sessions again whose end Redis has forgotten, as a replica does that had not heard of it when it became primary.
-- KEYS sessions, timeouts, log
-- ARGV now, lifetime ms, tombstone prefix, index prefix, data prefix, and of each session: id, tombstone text
-- Answers how many were forgotten.
local lifetime, forgotten = tonumber(ARGV[2]), 0
for i = 6, #ARGV, 2 do
  local id, text = ARGV[i], ARGV[i + 1]
  if not endedAs(ARGV[3], id) and deadlineOf(id, lifetime) > now then
    evenWhenFull()
    remember(ARGV[3], id, text, lifetime)
    local _, record = finish(id, endingOf(text))
    dropData(ARGV[5], id)
    local user = userOf(record)
    if user then
      redis.pcall('ZREM', ARGV[4] .. user, id)
      forget(user, id)
    end
    forgotten = forgotten + 1
  end
end
return forgotten

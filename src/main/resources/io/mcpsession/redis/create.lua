-- KEYS sessions, timeouts, index, tombstone, request, log
-- ARGV now, idle ms, lifetime ms, most sessions of a user, 1 to evict, ms to remember a request; id, record, data
-- prefix, 1 to revive, digest of the request or '', tombstone prefix, '?' to be told first what is known of the client of
-- the session to revive, its id when the record says that already, or ''
-- Answers {1, expiry granted, how many were evicted}; {0, tombstone} for an id that was ended, which a late retry must
-- not bring back; {2} when the user has too many; {3, record, expiry} when there is one to revive no more; {7} when the
-- id to revive is older than a session may become; {8, id, record} for what is known of its client.
-- A request made before: {4, id, record, expiry} for its session, {5, id, tombstone} when that is gone, {6} when it was
-- another one.
local idle, lifetime = tonumber(ARGV[2]), tonumber(ARGV[3])
local id, record, data, revive, digest = ARGV[7], ARGV[8], ARGV[9], ARGV[10] == '1', ARGV[11]
if digest ~= '' then
  local before = redis.call('GET', KEYS[5])
  -- Whatever does not name a session says nothing of any.
  if before and string.find(before, ' mcp-', 1, true) then
    if string.sub(before, 1, string.len(digest)) ~= digest then return {6} end
    local first = string.sub(before, string.len(digest) + 2)
    local expires = expiryOf(first)
    if expires then return {4, first, recordOf(first), expires} end
    return {5, first, endedAs(ARGV[12], first) or false}
  end
end
local tombstone = endedAs(ARGV[12], id)
if tombstone then return {0, tombstone} end
local alive = expiryOf(id)
notWhenFull()
if revive then
  if alive then return {3, recordOf(id), alive} end
  if deadlineOf(id, lifetime) <= now then return {7} end
  if ARGV[13] == '?' then
    local from, known = formerly(lastPart(KEYS[3]), nil, id, lifetime)
    if from then return {8, from, known} end
  end
  -- What hung on it may be gone or may not, as the reclaimer came by: a revived session starts empty, but for what its
  -- client wants to hear of.
  if ARGV[13] == id then redis.call('UNLINK', data .. id) else dropData(data, id) end
end
local evicted = alive and 0 or admit(KEYS[3], tonumber(ARGV[4]), ARGV[5] == '1', data, lifetime)
if not evicted then return {2} end
local granted = add(id, record, KEYS[3], idle, lifetime, revive and 'renewed' or 'created', alive)
if digest ~= '' then redis.call('SET', KEYS[5], digest .. ' ' .. id, 'PX', ARGV[6]) end
return {1, granted, evicted}

-- KEYS sessions, timeouts, index, tombstone, request, log
-- ARGV now, id, record, idle ms, lifetime ms, most sessions of the user, 1 to evict, data prefix, 1 to revive,
-- digest of the request or '', ms to remember it, tombstone prefix
-- Answers {1, expiry granted, how many were evicted}; {0, tombstone} for an id that was ended, which a late retry must
-- not bring back; {2} when the user has too many; {3, record, expiry} when there is one to revive no more; {7} when the
-- id to revive is older than a session may become.
-- A request made before: {4, id, record, expiry} for its session, {5, id, tombstone} when that is gone, {6} when it was
-- another one.
local digest = ARGV[10]
if digest ~= '' then
  local before = redis.call('GET', KEYS[5])
  if before then
    if string.sub(before, 1, string.len(digest)) ~= digest then return {6} end
    local id = string.sub(before, string.len(digest) + 2)
    local expires = expiryOf(id)
    if expires then return {4, id, recordOf(id), expires} end
    return {5, id, redis.call('GET', ARGV[12] .. id)}
  end
end
local tombstone = redis.call('GET', KEYS[4])
if tombstone then return {0, tombstone} end
local alive = expiryOf(ARGV[2])
notWhenFull()
if ARGV[9] == '1' then
  if alive then return {3, recordOf(ARGV[2]), alive} end
  if deadlineOf(ARGV[2], tonumber(ARGV[5])) <= now then return {7} end
  -- What hung on it may be gone or may not, as the reclaimer came by: a revived session starts empty.
  dropData(ARGV[8], ARGV[2])
end
local evicted = alive and 0 or admit(KEYS[3], tonumber(ARGV[6]), ARGV[7] == '1', ARGV[8])
if not evicted then return {2} end
local granted = add(ARGV[2], ARGV[3], KEYS[3], tonumber(ARGV[4]), tonumber(ARGV[5]),
  ARGV[9] == '1' and 'renewed' or 'created')
if digest ~= '' then redis.call('SET', KEYS[5], digest .. ' ' .. ARGV[2], 'PX', ARGV[11]) end
return {1, granted, evicted}

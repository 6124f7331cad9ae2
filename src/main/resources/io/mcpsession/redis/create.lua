-- KEYS sessions, timeouts, index, tombstone
-- ARGV now, id, record, idle ms, lifetime ms, most sessions of the user, 1 to evict, data prefix, 1 to revive
-- Answers {1, expiry granted, how many were evicted}; {0, tombstone} for an id that was ended, which a late retry must
-- not bring back; {2} when the user has too many; {3, record, expiry} when there is one to revive no more; {4} when the
-- id to revive is older than a session may become.
local tombstone = redis.call('GET', KEYS[4])
if tombstone then return {0, tombstone} end
local alive = expiryOf(ARGV[2])
if ARGV[9] == '1' then
  if alive then return {3, recordOf(ARGV[2]), alive} end
  if deadlineOf(ARGV[2], tonumber(ARGV[5])) <= now then return {4} end
  -- What hung on it may be gone or may not, as the reclaimer came by: a revived session starts empty.
  dropData(ARGV[8], ARGV[2])
end
local evicted = alive and 0 or admit(KEYS[3], tonumber(ARGV[6]), ARGV[7] == '1', ARGV[8])
if not evicted then return {2} end
return {1, add(ARGV[2], ARGV[3], KEYS[3], tonumber(ARGV[4]), tonumber(ARGV[5])), evicted}

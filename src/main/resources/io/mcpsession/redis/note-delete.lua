-- KEYS sessions, timeouts, notes   ARGV now, id, name
-- Answers 1 when there was such a note of a live session, 0 otherwise.
return expiryOf(ARGV[2]) and redis.call('HDEL', KEYS[3], ARGV[3]) or 0

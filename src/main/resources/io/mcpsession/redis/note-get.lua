-- KEYS sessions, timeouts, notes   ARGV now, id, name
-- Answers the text, or nil when there is no such note or the session is gone.
return expiryOf(ARGV[2]) and redis.call('HGET', KEYS[3], ARGV[3])

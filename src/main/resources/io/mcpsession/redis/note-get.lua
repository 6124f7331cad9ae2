-- KEYS timeouts, notes   ARGV now, id, name
-- Answers the text, or nil when there is no such note or the session is gone.
return expiryOf(KEYS[1], ARGV[2]) and redis.call('HGET', KEYS[2], ARGV[3])

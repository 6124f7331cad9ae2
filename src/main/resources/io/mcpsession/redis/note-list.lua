-- KEYS timeouts, notes   ARGV now, id
-- Answers {name, text, ...}; nothing when the session is gone.
return expiryOf(KEYS[1], ARGV[2]) and redis.call('HGETALL', KEYS[2]) or {}

-- KEYS sessions, timeouts, notes   ARGV now, id
-- Answers {name, text, ...}; nothing when the session is gone.
return expiryOf(ARGV[2]) and redis.call('HGETALL', KEYS[3]) or {}

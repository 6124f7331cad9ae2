-- KEYS ledger of a session   ARGV now (unused), upstream, id of its session, ms to keep it
-- What was taken belonged to an earlier life of the session.
if redis.call('HEXISTS', KEYS[1], '') == 1 then redis.call('UNLINK', KEYS[1]) end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1

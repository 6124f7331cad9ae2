-- KEYS sessions, timeouts, tombstone, alias, index of the caller
-- ARGV now, id, idle ms (0: do not touch), lifetime ms, touch interval ms, what the caller's own are known by ('': any
-- owner), user id of a caller without an issuer or '', tombstone prefix
return lookup(ARGV[2], KEYS[3], KEYS[4], KEYS[5], ARGV[6], ARGV[7], tonumber(ARGV[3]), tonumber(ARGV[4]),
  tonumber(ARGV[5]), ARGV[8])

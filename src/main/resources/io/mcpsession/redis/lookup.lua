-- KEYS map, timeouts, tombstone, alias
-- ARGV now, id, idle ms (0: do not touch), lifetime ms, touch interval ms, how the record of the caller begins ('': any
-- owner), tombstone prefix
return lookup(ARGV[2], KEYS[3], KEYS[4], ARGV[6], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[7])

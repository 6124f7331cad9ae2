-- ARGV now (empty: Redis's own)
return now

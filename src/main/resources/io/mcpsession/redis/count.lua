-- KEYS sessions, timeouts   ARGV now, cursor
-- Answers {cursor to go on with or "0", how many were alive}.
return countFrom(ARGV[2])

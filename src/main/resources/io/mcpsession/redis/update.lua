-- KEYS sessions, timeouts   ARGV now, id, record as it was read, record as it shall be
-- Answers 1 when written, 0 when the record was changed meanwhile or the session is gone.
if not expiryOf(ARGV[2]) or recordOf(ARGV[2]) ~= ARGV[3] then return 0 end
rewrite(ARGV[2], ARGV[4], ARGV[3])
if KEPT_FROM_BIRTH then rememberClient(ARGV[2], ARGV[4], keptFromEnd()) end
return 1

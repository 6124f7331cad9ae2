-- Takes a session out whose record cannot be read, unless it was written anew since.
-- KEYS sessions, timeouts, log   ARGV now, id, record as it was read, data prefix
-- Answers 1 when it was taken out.
if recordOf(ARGV[2]) ~= ARGV[3] then return 0 end
finish(ARGV[2], 'ended')
dropData(ARGV[4], ARGV[2])
return 1

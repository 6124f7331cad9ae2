-- KEYS sessions, timeouts, and of each id: tombstone, alias, index of the caller
-- ARGV now, lifetime ms, touch interval ms, tombstone prefix, and of each id: id, idle ms (0: do not touch), what the
-- caller's own are known by, user id of a caller without an issuer or ''
-- Answers three values for each id, as lookup does.
local found = {}
for i = 5, #ARGV, 4 do
  local key = 3 + (i - 5) / 4 * 3
  local answer = lookup(ARGV[i], KEYS[key], KEYS[key + 1], KEYS[key + 2], ARGV[i + 2], ARGV[i + 3],
    tonumber(ARGV[i + 1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4])
  found[#found + 1] = answer[1]
  found[#found + 1] = answer[2] or ''
  found[#found + 1] = answer[3] or 0
end
return found

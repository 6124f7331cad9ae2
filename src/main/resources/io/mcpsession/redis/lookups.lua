-- KEYS map, timeouts, and of each id: tombstone, alias
-- ARGV now, lifetime ms, touch interval ms, tombstone prefix, and of each id: id, idle ms (0: do not touch), how the
-- record of the caller begins
-- Answers three values for each id, as lookup does.
local found = {}
for i = 5, #ARGV, 3 do
  local key = 3 + (i - 5) / 3 * 2
  local answer = lookup(ARGV[i], KEYS[key], KEYS[key + 1], ARGV[i + 2], tonumber(ARGV[i + 1]), tonumber(ARGV[2]),
    tonumber(ARGV[3]), ARGV[4])
  found[#found + 1] = answer[1]
  found[#found + 1] = answer[2] or ''
  found[#found + 1] = answer[3] or 0
end
return found

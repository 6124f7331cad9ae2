-- KEYS of each id: sessions, timeouts, tombstone, alias, index of the caller
-- ARGV now, lifetime ms, touch interval ms, and of each id: id, idle ms (0: do not touch, negative: only what is
-- stale), what the caller's own are
-- known by ('': any owner), user id of a caller without an issuer or ''
-- Answers three values for each id, as lookup does; {-1, what is wrong, 0} for one that failed, as it must not take the
-- others with it, whose callers never heard of it.
local found = {}
for i = 4, #ARGV, 4 do
  local at = (i - 4) / 4 * 5
  -- The functions of the layout know the first two by their places, which are those of the first id.
  KEYS[1], KEYS[2] = KEYS[at + 1], KEYS[at + 2]
  local id, tombstone = ARGV[i], KEYS[at + 3]
  local ok, answer = pcall(lookup, id, KEYS[at + 4], KEYS[at + 5], ARGV[i + 2], ARGV[i + 3],
    tonumber(ARGV[i + 1]), tonumber(ARGV[2]), tonumber(ARGV[3]), string.sub(tombstone, 1, #tombstone - #id))
  if not ok then answer = {-1, type(answer) == 'table' and answer.err or tostring(answer)} end
  found[#found + 1] = answer[1]
  found[#found + 1] = answer[2] or ''
  found[#found + 1] = answer[3] or 0
end
return found

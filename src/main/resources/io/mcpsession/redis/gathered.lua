-- Several calls of the script above, which came at the same moment, by one run.
-- KEYS of each call in turn
-- ARGV what all share, and of each call in turn what is its own
-- Answers for each call what it would answer alone; {-1, what is wrong} for one that failed, as it must not take the
-- others with it, whose callers never heard of it.
local keys, arguments, answers = {}, {}, {}
for i, key in ipairs(KEYS) do keys[i] = key end
for i, argument in ipairs(ARGV) do arguments[i] = argument end
for i = KEYS_EACH + 1, #keys do KEYS[i] = nil end
for i = SHARED + OWN + 1, #arguments do ARGV[i] = nil end
for call = 0, #keys / KEYS_EACH - 1 do
  for i = 1, KEYS_EACH do KEYS[i] = keys[call * KEYS_EACH + i] end
  for i = SHARED + 1, SHARED + OWN do ARGV[i] = arguments[call * OWN + i] end
  local ok, answer = pcall(one)
  if not ok then
    local wrong = type(answer) == 'table' and answer.err or tostring(answer)
    -- Redisson knows what to do about this one, and it is the same for all.
    if string.find(wrong, 'READONLY', 1, true) then error(answer, 0) end
    answer = {-1, wrong}
  end
  answers[call + 1] = answer
end
return answers

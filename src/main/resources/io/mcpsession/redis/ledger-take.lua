-- What is taken lies there a moment longer, under the empty name with who took it, as the answer may be lost: asked again,
-- the taker gets the same, and nobody else gets anything.
-- KEYS ledger of a session   ARGV now (unused), name of this taking, ms until it is forgotten
-- Answers {upstream, id of its session, ...}.
local taken = redis.call('HGET', KEYS[1], '')
if taken and taken ~= ARGV[2] then return {} end
local ids = redis.call('HGETALL', KEYS[1])
local answer = {}
for i = 1, #ids, 2 do
  if ids[i] ~= '' then
    answer[#answer + 1] = ids[i]
    answer[#answer + 1] = ids[i + 1]
  end
end
if not taken and #answer > 0 then
  -- Shortens its life first, which a full Redis allows.
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  redis.call('HSET', KEYS[1], '', ARGV[2])
end
return answer

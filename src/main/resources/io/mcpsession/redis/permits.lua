-- Takes permits out of a token bucket, as many as there are up to those wanted. Answers how many, or the negative
-- milliseconds until there is one.
-- KEYS: bucket. ARGV: time, permits a second, burst, wanted.
local rate, burst, wanted = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local level = redis.call('HMGET', KEYS[1], 'permits', 'at')
local permits = tonumber(level[1]) or burst
-- Something that is no number of permits, such as nan, would stay so for ever.
if not (permits >= 0 and permits <= burst) then permits = burst end
local passed = math.max(0, now - (tonumber(level[2]) or now))
permits = math.min(burst, permits + passed * rate / 1000)
local taken = math.min(wanted, math.floor(permits))
redis.call('HSET', KEYS[1], 'permits', tostring(permits - taken), 'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst * 1000 / rate) + 1000)
if taken > 0 then return taken end
return -math.ceil((1 - permits) * 1000 / rate)

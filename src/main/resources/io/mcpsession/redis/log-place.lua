-- KEYS log   ARGV now
-- Answers where the log stands, as <generation>-<number>, and keeps it for who waits there.
local place = placeOf(KEYS[1])
return place.generation .. '-' .. string.format('%.0f', place.number)

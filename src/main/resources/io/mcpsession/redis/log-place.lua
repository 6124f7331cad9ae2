-- KEYS log   ARGV now
-- Answers where the log stands, as <generation>-<number>, and keeps it for who waits there.
place(KEYS[1])
return generation .. '-' .. string.format('%.0f', number)

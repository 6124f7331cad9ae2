-- Goes before a script that failed because a key holds something of another type. Such a key counts as absent, so it makes
-- way; what was there stays for a day under another name, as somebody may miss it. redis.pcall is for what may be left
-- undone, such as an entry of an index that somebody else will make anew.
local redis = {pcall = redis.pcall, sha1hex = redis.sha1hex, call = (function(plain)
  local function failed(answer) return type(answer) == 'table' and answer.err end

  local function makeWay(key)
    local aside = key .. ':unreadable'
    if failed(plain.pcall('RENAME', key, aside)) then
      plain.call('UNLINK', key)
    else
      plain.call('PEXPIRE', aside, 86400000)
    end
  end

  return function(...)
    local answer = plain.pcall(...)
    if failed(answer) and string.find(answer.err, 'WRONGTYPE', 1, true) then
      makeWay((select(2, ...)))
      answer = plain.pcall(...)
    end
    if failed(answer) then error(answer.err, 0) end
    return answer
  end
end)(redis)}


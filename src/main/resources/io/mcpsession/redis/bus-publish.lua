-- KEYS bus   ARGV (now), most events, ms to keep them, event
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'e', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1

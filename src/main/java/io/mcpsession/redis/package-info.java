/**
 * The session store on Redis; the only package that knows Redisson.
 *
 * <p>Sessions are stored exactly as Redisson's {@code RMapCache} stores them: any JVM service can open
 * {@code redisson.getMapCache("mcp:session:{3}", StringCodec.INSTANCE)} and read them. The verbs are scripts on that
 * layout, because RMapCache's own would cost two commands to read a value with its TTL, would rewrite the whole record
 * on each {@code expireEntry}, and would judge expiry by the replica's clock.
 */
package io.mcpsession.redis;

package io.mcpsession.redis;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How to reach Redis.
 *
 * @param topology      how several servers are one store
 * @param addresses     {@code redis://host:port}, or {@code rediss://} for TLS: of the server, of Sentinels, of some
 *                      nodes of the cluster, or of all replicated servers
 * @param masterName    what the Sentinels call the primary; empty without them
 * @param login         who we are to Redis
 * @param sentinelLogin who we are to the Sentinels
 * @param database      database number
 * @param tls           what to trust and to show
 * @param timeout       longest wait for any answer of Redis, retries included
 * @param connections   connections kept for commands, to each primary
 * @param keyPrefix     first part of every key
 * @param partitions    maps the sessions are spread over: a power of two, at most 64
 * @param layout        how the sessions lie there
 */
public record RedisConfig(Topology topology, List<URI> addresses, String masterName, RedisLogin login,
                          RedisLogin sentinelLogin, int database, RedisTls tls, Duration timeout, int connections,
                          String keyPrefix, int partitions, Layout layout) {

    /** One Redis that knows nobody, over a plain connection. */
    public static RedisConfig single(URI address, Duration timeout, int connections, String keyPrefix, int partitions,
                                     Layout layout) {
        return new RedisConfig(Topology.SINGLE, List.of(address), "", RedisLogin.NONE, RedisLogin.NONE, 0,
                RedisTls.DEFAULT, timeout, connections, keyPrefix, partitions, layout);
    }

    /** The same on one Redis elsewhere. */
    public RedisConfig at(URI address) {
        return at(Topology.SINGLE, List.of(address), "");
    }

    /** The same on other servers. */
    public RedisConfig at(Topology newTopology, List<URI> newAddresses, String newMasterName) {
        return new RedisConfig(newTopology, newAddresses, newMasterName, login, sentinelLogin, database, tls, timeout,
                connections, keyPrefix, partitions, layout);
    }

    /** The same as somebody else. */
    public RedisConfig as(RedisLogin newLogin) {
        return new RedisConfig(topology, addresses, masterName, newLogin, sentinelLogin, database, tls, timeout,
                connections, keyPrefix, partitions, layout);
    }

    /** The same with other trust and another certificate. */
    public RedisConfig over(RedisTls newTls) {
        return new RedisConfig(topology, addresses, masterName, login, sentinelLogin, database, newTls, timeout,
                connections, keyPrefix, partitions, layout);
    }

    /** The addresses as they may be shown: without a password that one may carry before its host. */
    public String where() {
        return addresses.stream().map(address -> address.getScheme() + "://" + address.getHost() + ":" + address.getPort())
                .collect(Collectors.joining(", "));
    }

    /** Without passwords. */
    @Override
    public String toString() {
        return "RedisConfig[topology=" + topology + ", addresses=" + where() + ", login=" + login + ", database="
                + database + ", keyPrefix=" + keyPrefix + "]";
    }
}

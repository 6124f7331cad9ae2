package io.mcpsession.limit;

/** The buckets that all replicas take from. */
public interface SharedPermits {

    /**
     * Takes permits out of a bucket, as many as there are up to those wanted.
     *
     * @param bucket the caller's name; made full when there is none of this name
     * @return how many were taken; or, when there were none, the milliseconds until there is one, negative
     * @throws io.mcpsession.session.StoreUnavailableException when the store gave no answer
     */
    long take(String bucket, Rate rate, int wanted);
}

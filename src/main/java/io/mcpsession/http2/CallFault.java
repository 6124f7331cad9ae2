package io.mcpsession.http2;

/** What can be wrong with a gRPC call before anybody who serves it has seen a message of it. */
public enum CallFault {

    /** There is no such service, or it has no such method. */
    METHOD_UNKNOWN,
    /** Messages are announced in another form than protobuf, as by {@code application/grpc+json}. */
    SUBTYPE_UNSUPPORTED,
    /** Messages are announced in an encoding other than {@code identity} and {@code gzip}. */
    ENCODING_UNSUPPORTED,
    /** A name or a value of the metadata has a form that metadata cannot have. */
    METADATA_INVALID,
    /** A message is larger than messages may be, as it was sent or inflated. */
    MESSAGE_TOO_LARGE,
    /** More is being said on all connections together than there is memory for, or on this one. */
    MESSAGE_MEMORY,
    /** The byte before the length of a message is neither 0 nor 1. */
    MESSAGE_FLAG_INVALID,
    /** A message says that it is compressed, and the call does not say how. */
    MESSAGE_ENCODING_MISSING,
    /** A compressed message cannot be inflated. */
    MESSAGE_CORRUPT,
    /** The call ends within a message. */
    MESSAGE_TRUNCATED
}

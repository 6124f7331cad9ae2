package io.mcpsession.tracing;

import io.opentelemetry.api.common.AttributeKey;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

/** Names of attributes (OpenTelemetry semantic conventions 1.40: HTTP, RPC, database, MCP). */
final class Names {

    static final AttributeKey<String> SERVICE_NAME = stringKey("service.name");
    static final AttributeKey<String> SERVICE_INSTANCE = stringKey("service.instance.id");
    static final AttributeKey<String> ERROR = stringKey("error.type");
    static final AttributeKey<String> HTTP_METHOD = stringKey("http.request.method");
    static final AttributeKey<String> HTTP_ROUTE = stringKey("http.route");
    static final AttributeKey<Long> HTTP_STATUS = longKey("http.response.status_code");
    static final AttributeKey<String> MCP_METHOD = stringKey("mcp.method.name");
    static final AttributeKey<String> TOOL = stringKey("gen_ai.tool.name");
    static final AttributeKey<String> RPC_SYSTEM = stringKey("rpc.system");
    static final AttributeKey<String> RPC_SERVICE = stringKey("rpc.service");
    static final AttributeKey<String> RPC_METHOD = stringKey("rpc.method");
    static final AttributeKey<Long> RPC_STATUS = longKey("rpc.grpc.status_code");
    static final AttributeKey<String> DB_SYSTEM = stringKey("db.system.name");
    static final AttributeKey<String> DB_OPERATION = stringKey("db.operation.name");

    /** In place of what a caller made up: names of spans must stay few. */
    static final String OTHER = "_OTHER";

    private Names() {
    }
}

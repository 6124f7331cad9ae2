package io.mcpsession.grpc;

import io.grpc.StatusRuntimeException;
import io.mcpsession.grpc.Validation.Question;
import io.mcpsession.v1.BatchValidateSessionsRequest;
import io.mcpsession.v1.BatchValidateSessionsResponse;
import io.mcpsession.v1.BatchValidateSessionsResult;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.ValidateSessionRequest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Validates many ids in one call; a request that breaks a rule is answered in its place. */
final class BatchValidation {

    private static final int MOST = 100;
    private static final String METHOD = SessionServiceGrpc.getBatchValidateSessionsMethod().getFullMethodName();

    private final Validation validation;
    private final Decisions decisions;

    BatchValidation(Validation validation, Decisions decisions) {
        this.validation = validation;
        this.decisions = decisions;
    }

    BatchValidateSessionsResponse answer(BatchValidateSessionsRequest request) {
        if (request.getRequestsCount() == 0 || request.getRequestsCount() > MOST) {
            throw GrpcErrors.invalid("requests", "takes 1 to " + MOST + " entries");
        }
        BatchValidateSessionsResponse.Builder response = BatchValidateSessionsResponse.newBuilder();
        List<Question> questions = new ArrayList<>();
        for (ValidateSessionRequest one : request.getRequestsList()) {
            response.addResults(refusal(one, questions));
        }
        Iterator<Verdict> verdicts = validation.judge(questions).iterator();
        response.getResultsBuilderList().stream().filter(result -> !result.hasError())
                .forEach(result -> result.setResponse(decisions.response(verdicts.next())));
        return response.build();
    }

    /** Notes the question, or says why it cannot be asked. */
    private BatchValidateSessionsResult refusal(ValidateSessionRequest request, List<Question> questions) {
        try {
            questions.add(validation.question(request));
            return BatchValidateSessionsResult.getDefaultInstance();
        } catch (StatusRuntimeException e) {
            return BatchValidateSessionsResult.newBuilder().setError(GrpcErrors.item(METHOD, e)).build();
        }
    }
}

package io.mcpsession.limit;

/** Too much is held by others, or by the same holder, to take more now. The same may succeed a moment later. */
public final class BudgetExhaustedException extends RuntimeException {

    BudgetExhaustedException(String message) {
        super(message, null, false, false);
    }
}

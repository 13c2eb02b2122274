package dev.favilla.testing;

import java.util.Arrays;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Looks at the mode of this JVM. */
final class NotInCondition implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(context.getElement(), NotIn.class)
                .map(NotInCondition::evaluate)
                .orElseGet(() -> ConditionEvaluationResult.enabled("runs in every mode"));
    }

    private static ConditionEvaluationResult evaluate(NotIn left) {
        if (left.because().isBlank()) {
            throw new IllegalArgumentException("@NotIn(because) must not be blank");
        }
        return Arrays.asList(left.value()).contains(TestMode.current())
                ? ConditionEvaluationResult.disabled(left.because())
                : ConditionEvaluationResult.enabled("runs in this mode");
    }
}

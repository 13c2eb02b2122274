package dev.favilla.closure;

import dev.favilla.value.LambdaForm;
import dev.favilla.value.Primitive;
import java.lang.invoke.SerializedLambda;
import java.util.Map;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Knows what some method references do, such as {@code Long::sum}, so that the same can be done without making objects of
 * numbers. Lambdas are not looked into.
 *
 * <p><b>Threads.</b> May be used from any thread.
 */
public final class NumberOperators {

    /** By class and name of a method of two numbers; what it does to their bits. */
    private static final Map<Primitive, Map<String, LongBinaryOperator>> KNOWN = Map.of(
            Primitive.LONG,
            Map.of(
                    "java/lang/Long.sum(JJ)J", Long::sum,
                    "java/lang/Long.max(JJ)J", Math::max,
                    "java/lang/Long.min(JJ)J", Math::min,
                    "java/lang/Math.max(JJ)J", Math::max,
                    "java/lang/Math.min(JJ)J", Math::min),
            Primitive.INT,
            Map.of(
                    "java/lang/Integer.sum(II)I", (a, b) -> (int) a + (int) b,
                    "java/lang/Integer.max(II)I", Math::max,
                    "java/lang/Integer.min(II)I", Math::min,
                    "java/lang/Math.max(II)I", Math::max,
                    "java/lang/Math.min(II)I", Math::min),
            Primitive.DOUBLE,
            Map.of(
                    "java/lang/Double.sum(DD)D",
                    (a, b) -> Double.doubleToRawLongBits(Double.longBitsToDouble(a) + Double.longBitsToDouble(b))));

    private NumberOperators() {}

    /**
     * Returns what {@code function} does to the bits of two numbers of a kind; null if that is not known.
     *
     * @param function takes two numbers and returns one
     */
    public static @Nullable LongBinaryOperator of(Object function, Primitive kind) {
        return LambdaForm.of(function)
                .filter(form -> form.getCapturedArgCount() == 0)
                .map(NumberOperators::nameOf)
                .map(KNOWN.getOrDefault(kind, Map.of())::get)
                .orElse(null);
    }

    private static String nameOf(SerializedLambda form) {
        return form.getImplClass() + "." + form.getImplMethodName() + form.getImplMethodSignature();
    }
}

package dev.favilla.closure;

import dev.favilla.value.LambdaForm;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.util.List;
import java.util.Optional;

/**
 * A method reference that was bound to its receiver, such as {@code System.out::println}: what users write who mean a
 * lambda that looks its receiver up.
 *
 * @param receiver the object it was bound to
 * @param method the method's name
 * @param parameters how many arguments the method takes
 */
record BoundMethod(Object receiver, String method, int parameters) {

    private static final List<String> NAMES = List.of("x", "y", "z");

    /** Returns what {@code function} is bound to, if it is such a reference. */
    static Optional<BoundMethod> of(Object function) {
        Optional<SerializedLambda> found = LambdaForm.of(function);
        if (found.isEmpty()) {
            return Optional.empty(); // then there is no advice
        }
        SerializedLambda form = found.get();
        boolean ofInstance = form.getImplMethodKind() == MethodHandleInfo.REF_invokeVirtual
                || form.getImplMethodKind() == MethodHandleInfo.REF_invokeInterface
                || form.getImplMethodKind() == MethodHandleInfo.REF_invokeSpecial;
        if (!ofInstance
                || form.getCapturedArgCount() != 1
                || form.getImplMethodName().startsWith("lambda$")) {
            return Optional.empty();
        }
        return Optional.of(new BoundMethod(form.getCapturedArg(0), form.getImplMethodName(), parametersOf(form)));
    }

    private static int parametersOf(SerializedLambda form) {
        String descriptor = form.getFunctionalInterfaceMethodSignature();
        return MethodType.fromMethodDescriptorString(descriptor, Object.class.getClassLoader())
                .parameterCount();
    }

    /** Returns, in a sentence, what to write instead. */
    String advice() {
        String type = receiver.getClass().getSimpleName();
        Optional<String> standard = standardStream();
        return "The method reference " + standard.orElse(type) + "::" + method
                + " takes the object it is bound to along;"
                + " write a lambda that finds or makes it in the task: "
                + lambda(standard.orElse("new " + type + "(...)")) + ".";
    }

    private Optional<String> standardStream() {
        if (receiver == System.out) {
            return Optional.of("System.out");
        }
        return receiver == System.err ? Optional.of("System.err") : Optional.empty();
    }

    private String lambda(String found) {
        List<String> names = NAMES.subList(0, Math.min(parameters, NAMES.size()));
        String arguments = String.join(", ", names);
        return (names.size() == 1 ? arguments : "(" + arguments + ")") + " -> " + found + "." + method + "(" + arguments
                + ")";
    }
}

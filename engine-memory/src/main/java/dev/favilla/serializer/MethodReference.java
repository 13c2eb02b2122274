package dev.favilla.serializer;

import dev.favilla.value.LambdaForm;
import java.io.InvalidObjectException;
import java.io.Serializable;
import java.lang.invoke.LambdaConversionException;
import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A method reference on its way, with the types that it is used for. The code by which javac has a class read its method
 * references back does not look at these types: where a class uses {@code Object::toString} for texts and for numbers,
 * both come back as the one that the code tries first, and cast to the wrong type.
 */
final class MethodReference implements Serializable {

    private static final long serialVersionUID = 1L;

    /** The body of a lambda is a method of its own, which has one type. */
    private static final String LAMBDA_BODY = "lambda$";

    /** What makes the references that a class cannot read back by itself: as many as are in its source. */
    private static final ClassValue<Map<String, MethodHandle>> FACTORIES = new ClassValue<>() {
        @Override
        protected Map<String, MethodHandle> computeValue(Class<?> capturing) {
            return new ConcurrentHashMap<>();
        }
    };

    /** As it is written; and, once it was read, what its class made of that. */
    private final Object reference;

    /** A descriptor: from what to what it is used. */
    private final String types;

    MethodReference(SerializedLambda form) {
        this.reference = form;
        this.types = form.getInstantiatedMethodType();
    }

    static boolean isOne(SerializedLambda form) {
        return !form.getImplMethodName().startsWith(LAMBDA_BODY);
    }

    private Object readResolve() throws InvalidObjectException {
        Optional<SerializedLambda> form = LambdaForm.of(reference);
        return form.isEmpty() || form.get().getInstantiatedMethodType().equals(types)
                ? reference
                : withItsTypes(form.get());
    }

    /** @param form all but the types of which are right */
    private Object withItsTypes(SerializedLambda form) throws InvalidObjectException {
        Object[] captured = new Object[form.getCapturedArgCount()];
        for (int i = 0; i < captured.length; i++) {
            captured[i] = form.getCapturedArg(i);
        }
        try {
            Class<?> capturing = capturing(form);
            String key = String.join(
                    " ",
                    form.getFunctionalInterfaceClass(),
                    form.getImplClass(),
                    form.getImplMethodName(),
                    form.getImplMethodSignature(),
                    types);
            Map<String, MethodHandle> factories = FACTORIES.get(capturing);
            MethodHandle factory = factories.get(key);
            if (factory == null) {
                factory = factory(form, capturing);
                factories.put(key, factory);
            }
            return factory.invokeWithArguments(captured);
        } catch (VirtualMachineError e) {
            throw e;
        } catch (Throwable e) { // invoking declares it
            InvalidObjectException failure = new InvalidObjectException(form.getCapturingClass()
                            .replace('/', '.')
                    + " uses a reference to the method " + form.getImplMethodName() + " for " + types + " and for "
                    + form.getInstantiatedMethodType() + ", and cannot tell them apart when they are read back. Write"
                    + " one of them as a lambda, as in x -> x." + form.getImplMethodName() + "()");
            failure.initCause(e);
            throw failure;
        }
    }

    private MethodHandle factory(SerializedLambda form, Class<?> capturing) throws ReflectiveOperationException {
        MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(capturing, MethodHandles.lookup());
        Class<?> owner = classOf(form.getImplClass());
        MethodType made = MethodType.methodType(classOf(form.getFunctionalInterfaceClass()));
        try {
            return LambdaMetafactory.altMetafactory(
                            lookup,
                            form.getFunctionalInterfaceMethodName(),
                            form.getCapturedArgCount() == 0 ? made : made.appendParameterTypes(owner),
                            typeOf(form.getFunctionalInterfaceMethodSignature()),
                            method(form, lookup, owner),
                            typeOf(types),
                            LambdaMetafactory.FLAG_SERIALIZABLE)
                    .getTarget();
        } catch (LambdaConversionException e) {
            throw new ReflectiveOperationException(e);
        }
    }

    private MethodHandle method(SerializedLambda form, MethodHandles.Lookup lookup, Class<?> owner)
            throws ReflectiveOperationException {
        MethodType type = typeOf(form.getImplMethodSignature());
        String name = form.getImplMethodName();
        return switch (form.getImplMethodKind()) {
            case MethodHandleInfo.REF_invokeStatic -> lookup.findStatic(owner, name, type);
            case MethodHandleInfo.REF_newInvokeSpecial -> lookup.findConstructor(owner, type);
            case MethodHandleInfo.REF_invokeSpecial -> lookup.findSpecial(owner, name, type, lookup.lookupClass());
            default -> lookup.findVirtual(owner, name, type);
        };
    }

    /** Returns the class that refers to the method: one of those that trust each other with what is private to them. */
    private Class<?> capturing(SerializedLambda form) throws ClassNotFoundException {
        String name = form.getCapturingClass().replace('/', '.');
        for (Class<?> member : reference.getClass().getNestHost().getNestMembers()) {
            if (member.getName().equals(name)) {
                return member;
            }
        }
        throw new ClassNotFoundException(name);
    }

    private Class<?> classOf(String name) {
        return typeOf("()L" + name + ';').returnType();
    }

    /** Returns the types that a descriptor in the class file of the class names, as that class knows them. */
    private MethodType typeOf(String descriptor) {
        return MethodType.fromMethodDescriptorString(
                descriptor, reference.getClass().getClassLoader());
    }
}

package dev.favilla.pipeline;

import dev.favilla.closure.ClassRecipe;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a class: hidden, of the same bytes, with a profile of its own. It is unloaded once nothing refers to it and
 * none of its objects is left.
 */
final class OwnClass {

    private static final ClassValue<byte[]> BYTES = new ClassValue<>() {
        @Override
        protected byte[] computeValue(Class<?> type) {
            String name = type.getName().substring(type.getName().lastIndexOf('.') + 1) + ".class";
            try (InputStream bytes = type.getResourceAsStream(name)) {
                return bytes == null ? new byte[0] : bytes.readAllBytes();
            } catch (IOException e) {
                return new byte[0];
            }
        }
    };

    /** Takes the arguments of the constructor as an array. */
    private final MethodHandle make;

    private OwnClass(MethodHandle make) {
        this.make = make;
    }

    /**
     * Copies the class of {@code recipe}.
     *
     * @throws ReflectiveOperationException if nobody may, or its bytes are not to be had
     * @throws LinkageError if the virtual machine does not take it
     */
    static OwnClass of(ClassRecipe recipe) throws ReflectiveOperationException {
        Class<?> type = recipe.type();
        if (type.getClassLoader() != OwnClass.class.getClassLoader()) { // a copy would hold on to a loader of others
            throw new IllegalAccessException(type.getName() + " is of another loader");
        }
        byte[] bytes = BYTES.get(type);
        if (bytes.length == 0) {
            throw new ClassNotFoundException("No class file of " + type.getName() + " is to be found");
        }
        Constructor<?>[] constructors = type.getDeclaredConstructors();
        if (constructors.length != 1) {
            throw new NoSuchMethodException(
                    type.getName() + " has " + constructors.length + " constructors, and must have one");
        }
        Lookup copy = recipe.lookup().defineHiddenClass(bytes, false, Lookup.ClassOption.NESTMATE);
        MethodType arguments = MethodType.methodType(void.class, constructors[0].getParameterTypes());
        MethodHandle constructor = copy.findConstructor(copy.lookupClass(), arguments);
        return new OwnClass(constructor
                .asType(constructor.type().generic())
                .asSpreader(Object[].class, arguments.parameterCount()));
    }

    /** Returns an object made with these arguments. */
    Object make(@Nullable Object[] arguments) {
        try {
            return (Object) make.invokeExact(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) { // these constructors declare none
            throw new IllegalStateException("A part of a pipeline could not be made again: a bug in Favilla", t);
        }
    }
}

package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.objenesis.instantiator.ObjectInstantiator;
import com.esotericsoftware.kryo.kryo5.objenesis.strategy.InstantiatorStrategy;
import com.esotericsoftware.kryo.kryo5.objenesis.strategy.StdInstantiatorStrategy;
import com.esotericsoftware.kryo.kryo5.util.DefaultInstantiatorStrategy;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;

/**
 * Makes empty objects: by their constructor without parameters if there is one, else without any. Kryo's own way is
 * quick, but fails for a public constructor of a class that is not public.
 */
final class Instantiators implements InstantiatorStrategy {

    private final InstantiatorStrategy ofPublic = new DefaultInstantiatorStrategy(new StdInstantiatorStrategy());
    private final InstantiatorStrategy withoutConstructor = new StdInstantiatorStrategy();

    @Override
    public <T> ObjectInstantiator<T> newInstantiatorOf(Class<T> type) {
        if (Modifier.isPublic(type.getModifiers())) {
            return ofPublic.newInstantiatorOf(type);
        }
        try {
            Constructor<T> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return () -> make(constructor);
        } catch (NoSuchMethodException | InaccessibleObjectException e) {
            return withoutConstructor.newInstantiatorOf(type);
        }
    }

    private static <T> T make(Constructor<T> constructor) {
        try {
            return constructor.newInstance();
        } catch (InvocationTargetException e) {
            throw new KryoException(
                    "The constructor of " + constructor.getDeclaringClass().getName() + " threw "
                            + RecordFailures.described(e.getTargetException()),
                    e.getTargetException());
        } catch (ReflectiveOperationException e) {
            throw new KryoException(
                    "Cannot make a " + constructor.getDeclaringClass().getName(), e);
        }
    }
}

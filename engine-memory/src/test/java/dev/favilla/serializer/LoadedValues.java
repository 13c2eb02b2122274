package dev.favilla.serializer;

import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Makes one value of each kind whose class might be looked up. */
public final class LoadedValues implements Supplier<Map<String, Object>> {

    enum Side {
        LEFT,
        RIGHT {
            @Override
            public String toString() {
                return "the right one";
            }
        }
    }

    record Point(int x, Object inside) implements Serializable {}

    static final class Named extends ArrayList<Object> {
        private final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        public boolean equals(Object o) {
            return super.equals(o) && o instanceof Named other && name.equals(other.name);
        }

        @Override
        public int hashCode() {
            return super.hashCode();
        }
    }

    static final class Failure extends Exception {
        private final Point where = new Point(1, "x");

        @Override
        public boolean equals(Object o) {
            return o instanceof Failure other && where.equals(other.where);
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }

    interface Greeter extends Serializable {
        String greet(String whom);
    }

    record Handler(String greeting) implements InvocationHandler, Serializable {
        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) {
            return switch (method.getName()) {
                case "equals" ->
                    Proxy.isProxyClass(arguments[0].getClass()) && equals(Proxy.getInvocationHandler(arguments[0]));
                case "hashCode" -> hashCode();
                case "toString" -> greeting;
                default -> greeting + " " + arguments[0];
            };
        }
    }

    /** Equal if it does the same. */
    record Function(Greeter greeter) implements Serializable {
        @Override
        public boolean equals(Object o) {
            return o instanceof Function other && greeter.greet("you").equals(other.greeter.greet("you"));
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }

    @Override
    public Map<String, Object> get() {
        Named list = new Named("list");
        list.add(new Point(1, Side.RIGHT));
        EnumMap<Side, Object> bySide = new EnumMap<>(Side.class);
        bySide.put(Side.LEFT, list);
        int number = 5;
        Greeter lambda = whom -> "hello " + whom + number;
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("record", new Point(1, new ArrayList<>(List.of(new Point(2, null)))));
        values.put("constant", Side.RIGHT);
        values.put("collection with a field", list);
        values.put("enum map", bySide);
        values.put("empty enum map", new EnumMap<>(Side.class));
        values.put("enum set", EnumSet.of(Side.RIGHT));
        values.put("exception", new Failure());
        values.put(
                "proxy",
                Proxy.newProxyInstance(
                        LoadedValues.class.getClassLoader(), new Class<?>[] {Greeter.class}, new Handler("hi")));
        values.put("lambda", new Function(lambda));
        values.put("class", new ArrayList<>(List.of(Point.class, Side.RIGHT.getClass(), Greeter.class)));
        values.put("array", new ArrayList<>(List.of(new Point[0].getClass(), int.class, void.class)));
        return values;
    }
}

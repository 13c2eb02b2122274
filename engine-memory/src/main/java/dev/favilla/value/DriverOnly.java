package dev.favilla.value;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a class whose instances exist outside of tasks only, such as a dataset or a context: a function that captures
 * one is refused. Holds for subclasses; means nothing on an interface, so that asking never has to read the annotations
 * of interfaces.
 */
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface DriverOnly {

    /** Explains, in a sentence, why it cannot be used inside a task and what to do instead. */
    String value();
}

package dev.favilla.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** Leaves a test out where what it states is meant to be otherwise, or cannot be looked at by the test's means. */
@Documented
@ExtendWith(NotInCondition.class)
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface NotIn {

    /** Where it is left out. */
    TestMode[] value();

    /** Why; must not be blank. */
    String because();
}

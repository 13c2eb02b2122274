package dev.favilla.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/** What the tests of this class state holds in every {@link TestMode}, but for those that are {@link NotIn} some. */
@Documented
@Inherited
@Tag(InEveryMode.TAG)
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface InEveryMode {

    /** By which the build finds such tests. */
    String TAG = "every-mode";
}

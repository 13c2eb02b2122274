/**
 * What the tests of every module share: time, threads and chance under the test's control, and proof that nothing is
 * left behind.
 *
 * <p>Start at {@link dev.favilla.testing.NoLeaks}, which audits every test without being asked. A test that needs
 * chance takes a {@link dev.favilla.testing.TestSeed} as parameter; one that needs a class under its own scheduling
 * hands it a {@link dev.favilla.testing.ManualExecutor} and a {@link dev.favilla.testing.ManualClock}. No test sleeps.
 *
 * <p>Nothing here knows the engine, so that its lowest module can be tested with it. The audit assumes that a JVM runs
 * one test at a time.
 */
@NullMarked
package dev.favilla.testing;

import org.jspecify.annotations.NullMarked;

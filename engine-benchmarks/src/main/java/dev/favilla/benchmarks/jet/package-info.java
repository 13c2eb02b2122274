/** The workloads that suit Hazelcast Jet, on one member in this JVM without a cluster around it. */
package dev.favilla.benchmarks.jet;

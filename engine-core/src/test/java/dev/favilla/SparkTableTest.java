package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The table "Operation by operation" of {@code docs/spark-differences.md}: it has all operations of Spark's Java API, and
 * says of ours what is so.
 */
class SparkTableTest {

    private static final Path PAGE = Path.of("..", "docs", "spark-differences.md");
    private static final Pattern NAME = Pattern.compile("`([A-Za-z]\\w*)`");
    private static final String THE_SAME = "the same";
    private static final String NONE = "none";

    private static final Map<String, List<Class<?>>> TYPES = Map.of(
            "Datasets", List.of(RDD.class),
            "Actions", List.of(RDD.class),
            "Datasets of pairs", List.of(PairRDD.class),
            "Datasets of doubles", List.of(DoubleRDD.class),
            "Contexts", List.of(EngineContext.class));

    /** The public operations of Spark 4.1.3 for Java, by the sections of the table. */
    private static final Map<String, String> SPARK = Map.of(
            "Datasets", """
                    barrier cache cartesian checkpoint classTag cleanShuffleDependencies coalesce context dependencies
                    distinct filter flatMap flatMapToDouble flatMapToPair fromRDD getCheckpointFile getNumPartitions
                    getResourceProfile getStorageLevel glom groupBy id intersection isCheckpointed iterator keyBy
                    localCheckpoint map mapPartitions mapPartitionsToDouble mapPartitionsToPair
                    mapPartitionsWithEvaluator mapPartitionsWithIndex mapToDouble mapToPair name partitioner partitions
                    persist pipe preferredLocations randomSplit rdd repartition sample setName sortBy sparkContext
                    subtract toDebugString toJavaRDD toRDD toString union unpersist withResources wrapRDD zip
                    zipPartitions zipWithIndex zipWithUniqueId""",
            "Actions", """
                    aggregate collect collectAsync collectPartitions count countApprox countApproxDistinct countAsync
                    countByValue countByValueApprox first fold foreach foreachAsync foreachPartition
                    foreachPartitionAsync isEmpty max min reduce saveAsObjectFile saveAsTextFile take takeAsync
                    takeOrdered takeSample toLocalIterator top treeAggregate treeReduce""",
            "Datasets of pairs", """
                    aggregateByKey cogroup collectAsMap combineByKey countApproxDistinctByKey countByKey
                    countByKeyApprox filterByRange flatMapValues foldByKey fromJavaRDD fullOuterJoin groupByKey
                    groupWith join keys leftOuterJoin lookup mapValues partitionBy reduceByKey reduceByKeyLocally
                    repartitionAndSortWithinPartitions rightOuterJoin sampleByKey sampleByKeyExact
                    saveAsHadoopDataset saveAsHadoopFile saveAsNewAPIHadoopDataset saveAsNewAPIHadoopFile sortByKey
                    subtractByKey values""",
            "Datasets of doubles", """
                    histogram mean meanApprox popStdev popVariance sampleStdev sampleVariance stats stdev sum sumApprox
                    variance""",
            "Contexts", """
                    JavaSparkContext addFile addJar addJobTag addSparkListener appName applicationId binaryFiles
                    binaryRecords broadcast cancelAllJobs cancelJob cancelJobGroup cancelJobGroupAndFutureJobs
                    cancelJobsWithTag cancelStage checkpointFile clearCallSite clearJobGroup clearJobTags close
                    collectionAccumulator defaultMinPartitions defaultParallelism doubleAccumulator emptyRDD env
                    fromSparkContext getAllPools getCheckpointDir getConf getJobTags getLocalProperty
                    getPersistentRDDs getPoolForName getRDDStorageInfo getReadOnlyConf getSchedulingMode getSparkHome
                    hadoopConfiguration hadoopFile hadoopRDD isLocal jarOfClass jarOfObject jars killTaskAttempt
                    longAccumulator master newAPIHadoopFile newAPIHadoopRDD objectFile parallelize
                    parallelizeDoubles parallelizePairs range register removeJobTag removeSparkListener resources
                    runApproximateJob runJob sc sequenceFile setCallSite setCheckpointDir setInterruptOnCancel
                    setJobDescription setJobGroup setLocalProperty setLogLevel sparkUser startTime statusTracker stop
                    submitJob submitMapStage textFile toSparkContext uiWebUrl union version wholeTextFiles""");

    /** A row of the table. */
    private record Row(String section, List<String> cells) {

        Set<String> spark() {
            return names(cells.get(0));
        }

        Set<String> ours() {
            return cells.get(1).equals(THE_SAME) ? spark() : names(cells.get(1));
        }

        @Override
        public String toString() {
            return section + " " + cells;
        }
    }

    private static Set<String> names(String cell) {
        return NAME.matcher(cell)
                .results()
                .map(result -> result.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String section(String heading) throws IOException {
        String page = Files.readString(PAGE);
        int start = page.indexOf("\n" + heading + "\n");
        assertThat(start).as("%s in %s", heading, PAGE).isNotNegative();
        String after = page.substring(start + heading.length() + 2);
        return after.split("\n#", 2)[0];
    }

    private static List<Row> rows(String section) throws IOException {
        List<Row> rows = new ArrayList<>();
        section("### " + section)
                .lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| ---"))
                .skip(1)
                .forEach(line -> rows.add(new Row(
                        section,
                        Arrays.stream(line.substring(1, line.length() - 1).split("\\|", -1))
                                .map(String::strip)
                                .toList())));
        return rows;
    }

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String section : new TreeSet<>(TYPES.keySet())) {
            rows.addAll(rows(section));
        }
        return rows;
    }

    private static Set<String> besideSparks() throws IOException {
        Set<String> names = new TreeSet<>();
        for (Row row : rows("Beside Spark's")) {
            names.addAll(row.spark());
        }
        return names;
    }

    private static Set<String> publicMethods(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getDeclaringClass().getName().startsWith("dev.favilla."))
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> allPublicMethods() {
        return Stream.of(RDD.class, PairRDD.class, DoubleRDD.class, EngineContext.class)
                .flatMap(type -> publicMethods(type).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void hasEveryOperationOfSparks() throws IOException {
        for (Map.Entry<String, String> each : new TreeMap<>(SPARK).entrySet()) {
            Set<String> found = new TreeSet<>();
            for (Row row : rows(each.getKey())) {
                found.addAll(row.spark());
            }
            assertThat(found)
                    .as(each.getKey())
                    .containsAll(Arrays.asList(each.getValue().split("\\s+")));
        }
    }

    @Test
    void everyRowSaysWhatIsHereOrWhyNothingIs() throws IOException {
        for (Row row : rows()) {
            assertThat(row.cells()).as("%s", row).hasSize(4);
            assertThat(row.spark()).as("%s", row).isNotEmpty();
            assertThat(row.ours().isEmpty())
                    .as("%s", row)
                    .isEqualTo(row.cells().get(1).equals(NONE));
            if (row.ours().isEmpty()) {
                assertThat(row.cells().get(3)).as("why not, %s", row).isNotBlank();
            }
        }
    }

    @Test
    void whatIsSaidToBeHereIsHere() throws IOException {
        for (Row row : rows()) {
            Set<String> missing = new TreeSet<>(row.ours());
            for (Class<?> type : TYPES.get(row.section())) {
                missing.removeAll(publicMethods(type));
            }
            assertThat(missing).as("%s", row).isEmpty();
        }
        assertThat(allPublicMethods()).containsAll(besideSparks());
    }

    @Test
    void whatIsHereIsInTheTable() throws IOException {
        Set<String> unknown = allPublicMethods();
        for (Row row : rows()) {
            unknown.removeAll(row.ours());
        }
        unknown.removeAll(besideSparks());

        assertThat(unknown).as("public methods in no row of %s", PAGE).isEmpty();
    }
}

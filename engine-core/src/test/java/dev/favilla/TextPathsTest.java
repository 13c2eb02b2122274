package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.favilla.testing.InEveryMode;
import dev.favilla.text.InputException;
import dev.favilla.text.InputNotFoundException;
import dev.favilla.text.OutputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the text of a path may be, in and out. */
@InEveryMode
class TextPathsTest {

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    @TempDir
    private Path directory;

    private Path file(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private List<String> read(String path) {
        return engine.textFile(path).collect();
    }

    private void assertNotRead(String path, String... words) {
        RDD<String> lines = engine.textFile(path);

        assertThatExceptionOfType(InputNotFoundException.class)
                .isThrownBy(lines::collect)
                .withMessageContaining("'" + path + "'")
                .withMessageContaining("textFile at TextPathsTest.java:")
                .satisfies(e -> assertThat(e.getMessage()).contains(words))
                .satisfies(e -> assertThat(e.path()).isEqualTo(path));
        Engines.assertUsable(engine);
    }

    @Nested
    class FileUris {

        @Test
        void areReadInEverySpelling() throws IOException {
            file("dir/a.txt", "a\n");

            for (String prefix : List.of("file:", "file://", "file://localhost", "FILE:", "File://LocalHost")) {
                assertThat(read(prefix + directory + "/dir/a.txt")).as(prefix).containsExactly("a");
                assertThat(read(prefix + directory + "/dir")).as(prefix).containsExactly("a");
                assertThat(read(prefix + directory + "/dir/")).as(prefix).containsExactly("a");
                assertThat(read(prefix + directory + "/dir/*.txt")).as(prefix).containsExactly("a");
                assertThat(read(prefix + directory + "/{dir,none}/?.txt"))
                        .as(prefix)
                        .containsExactly("a");
            }
        }

        @Test
        void ofAnyNameAreRead() throws IOException {
            for (String name : List.of(
                    "with blank.txt",
                    "über→.txt",
                    "100%.txt",
                    "a+b.txt",
                    "a#b.txt",
                    "a?b.txt",
                    "a[1].txt",
                    "{a}.txt",
                    "a*b.txt",
                    "a,b.txt",
                    "a;b&c=d.txt",
                    "back\\slash.txt",
                    "\uD83D\uDC33.txt")) {
                Path file = file("names/" + name, name + "\n");

                assertThat(read(file.toUri().toString())).as("%s", file.toUri()).containsExactly(name);
                Files.delete(file);
            }
        }

        @Test
        void ofDirectoriesMayHaveAGlobBehind() throws IOException {
            file("odd [1] {x} *?/a.txt", "a\n");
            file("odd [1] {x} *?/b.log", "b\n");
            String uri = directory.resolve("odd [1] {x} *?").toUri().toString().replace("*", "%2A");

            assertThat(uri).endsWith("/");
            assertThat(read(uri + "*.txt")).containsExactly("a");
            assertThat(read(uri + "*.{txt,log}")).containsExactly("a", "b");
        }

        @Test
        void mayBeMixedWithPathsInLists() throws IOException {
            Path a = file("a.txt", "a\n");
            Path b = file("b c.txt", "b\n");

            assertThat(read(a + "," + b.toUri() + "," + a.toUri())).containsExactly("a", "b", "a");
        }

        @Test
        void thatCannotBeAreRefusedWithTheReason() {
            assertNotRead("file:relative.txt", "no absolute path");
            assertNotRead("file:", "no absolute path");
            assertNotRead("file://", "no absolute path");
            assertNotRead("file://other/a.txt", "machine 'other'", "file:///");
            assertNotRead("file:///a%2.txt", "two hexadecimal digits", "%25");
            assertNotRead("file:///a%", "two hexadecimal digits");
            assertNotRead("file:///a%zz", "two hexadecimal digits");
            assertNotRead("file:///a%ff", "not UTF-8");
            assertNotRead("file:///a%00b", "not a path");
        }

        @Test
        void areWrittenTo() throws IOException {
            engine.parallelize(List.of("x"), 1)
                    .saveAsTextFile(directory.resolve("my out").toUri().toString());

            assertThat(directory.resolve("my out/part-00000")).hasContent("x");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "hdfs://nn/a, hdfs",
        "s3a://b/a, s3a",
        "http://h/a, http",
        "https://h/a?b=c, https",
        "classpath:a, classpath",
        "classpath:/a, classpath",
        "jar:file:/a.jar!/b, jar",
        "wasb+x://a/*.txt, wasb+x",
        "HDFS://nn/{a}, HDFS"
    })
    void otherSchemesAreNamedAsNotSupported(String path, String scheme) {
        assertNotRead(path, "'" + scheme + ":'", "not supported", "file:///");
        assertThatExceptionOfType(OutputException.class)
                .isThrownBy(() -> engine.range(0, 1).saveAsTextFile(path))
                .withMessageContaining("'" + scheme + ":'")
                .withMessageContaining("not supported")
                .withMessageContaining("saveAsTextFile at TextPathsTest.java:");
    }

    @Test
    void aSchemeIsNamedInsideAList() throws IOException {
        Path a = file("a.txt", "a\n");

        assertNotRead(a + ",hdfs://nn/a", "'hdfs:'");
        assertNotRead("hdfs://nn/a," + a, "'hdfs:'");
    }

    @Test
    void aNameWithAColonIsReadWhereItLies() throws IOException {
        assertThat(read(file("12:30:00.log", "noon\n").toString())).containsExactly("noon");
        assertThat(read(file("ab:c.txt", "colon\n").toString())).containsExactly("colon");
    }

    @ParameterizedTest
    @ValueSource(strings = {"~/a.txt", "~", "~nobody/a", "~/*.txt"})
    void aTildeIsToBeWrittenOut(String path) {
        assertNotRead(path, "'~'", "write it out", System.getProperty("user.home"));
        assertThatExceptionOfType(OutputException.class)
                .isThrownBy(() -> engine.range(0, 1).saveAsTextFile(path))
                .withMessageContaining("write it out");
    }

    @Nested
    class Lists {

        @Test
        void withEmptyPartsAreRefused() throws IOException {
            Path a = file("a.txt", "a\n");

            assertNotRead(a + ",", "part 2 of 2", "empty");
            assertNotRead("," + a, "part 1 of 2", "empty");
            assertNotRead(a + ",," + a, "part 2 of 3", "empty");
            assertNotRead(a + ", ," + a, "part 2 of 3", "empty");
            assertNotRead(",", "part 1 of 2", "empty");
        }

        @Test
        void sayThatABlankIsPartOfTheName() throws IOException {
            Path a = file("a.txt", "a\n");
            Path b = file("b.txt", "b\n");

            assertNotRead(a + "," + " " + b, "blanks around it are part of the name", "'" + b + "'");
            assertNotRead(a + "\t," + b, "blanks around it are part of the name", "'" + a + "'");
            assertThat(read(a + "," + file("c.txt ", "c\n"))).containsExactly("a", "c");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[x", "a[", "{a", "a{b,c", "{a,{b}}", "[z-a]", "x/[y", "[x/*.txt"})
    void aMalformedGlobIsRefusedWithIt(String glob) {
        assertNotRead(directory + "/" + glob, glob.contains("/") ? "[" : glob, "is no glob");
    }

    @Test
    void aNameThatThisSystemCannotHaveIsRefused() {
        assertNotRead("a\0b", "not a path");
        assertNotRead("*\0b", "not a path");
        assertThatExceptionOfType(OutputException.class)
                .isThrownBy(() -> engine.range(0, 1).saveAsTextFile("a\0b"))
                .withMessageContaining("not a path");
    }

    @Nested
    class WhatIsNoOrdinaryFile {

        @ParameterizedTest
        @ValueSource(strings = {"/dev/zero", "/dev/null", "/dev/urandom"})
        void aDeviceIsRefusedByName(String device) {
            assumeThat(Path.of(device)).exists();

            assertNotRead(device, "'" + device + "' is a device");
        }

        @Test
        void aFileOfTheSystemWithoutASizeIsRefusedByName() {
            assumeThat(Path.of("/proc/cpuinfo")).exists();

            assertNotRead("/proc/cpuinfo", "'/proc/cpuinfo' says that it has no bytes", "Copy it");
        }

        @Test
        void linksAreFollowedAndThoseThatLeadNowhereAreNamed() throws IOException {
            Path link = directory.resolve("link");
            Files.createSymbolicLink(link, file("a.txt", "a\n"));
            Files.createSymbolicLink(directory.resolve("loop"), directory.resolve("loop"));
            Files.createSymbolicLink(directory.resolve("dangling"), directory.resolve("nothing"));

            assertThat(read(link.toString())).containsExactly("a");
            assertNotRead(directory + "/loop", "leads nowhere");
            assertNotRead(directory + "/dangling", "leads nowhere");
        }

        @Test
        void aFileIsNoDirectory() throws IOException {
            Path a = file("a.txt", "a\n");

            assertNotRead(a + "/b.txt", "there is no file");
            assertNotRead(a + "/*", "nothing matches");
        }

        @Test
        void whatMayNotBeReadIsSaid() throws IOException {
            Path secret = file("secret.txt", "a\n");
            Path closed = Files.createDirectory(directory.resolve("closed"));
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
            Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
            assumeThat(Files.isReadable(secret))
                    .as("this user may read everything")
                    .isFalse();

            assertNotRead(secret.toString(), "may not be read");
            assertThatExceptionOfType(InputException.class)
                    .isThrownBy(() -> read(closed.toString()))
                    .withMessageContaining(closed.toString());
            Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        }
    }
}

package dev.favilla.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StorageLevelTest {

    @ParameterizedTest
    @CsvSource({
        "NONE, Serialized 1x Replicated",
        "DISK_ONLY, Disk Serialized 1x Replicated",
        "DISK_ONLY_2, Disk Serialized 2x Replicated",
        "DISK_ONLY_3, Disk Serialized 3x Replicated",
        "MEMORY_ONLY, Memory Deserialized 1x Replicated",
        "MEMORY_ONLY_2, Memory Deserialized 2x Replicated",
        "MEMORY_ONLY_SER, Memory Serialized 1x Replicated",
        "MEMORY_ONLY_SER_2, Memory Serialized 2x Replicated",
        "MEMORY_AND_DISK, Disk Memory Deserialized 1x Replicated",
        "MEMORY_AND_DISK_2, Disk Memory Deserialized 2x Replicated",
        "MEMORY_AND_DISK_SER, Disk Memory Serialized 1x Replicated",
        "MEMORY_AND_DISK_SER_2, Disk Memory Serialized 2x Replicated",
        "OFF_HEAP, Disk Memory (off heap) Serialized 1x Replicated"
    })
    void levelsHaveSparksNamesAndDescriptions(String name, String description) {
        assertThat(StorageLevel.fromString(name).description()).isEqualTo(description);
    }

    @Test
    void anUnknownNameIsAnsweredWithThoseThereAre() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StorageLevel.fromString("MEMORY"))
                .withMessageContaining("MEMORY_AND_DISK_SER_2, OFF_HEAP, got MEMORY");
    }

    @Test
    void equalFlagsAreEqualLevels() {
        assertThat(new StorageLevel(true, true, true, false, 1)).isEqualTo(StorageLevel.OFF_HEAP);
        assertThat(StorageLevel.MEMORY_ONLY_2).isNotEqualTo(StorageLevel.MEMORY_ONLY);
    }

    @Test
    void objectsOutsideTheHeapAndTooManyReplicasAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StorageLevel(false, true, true, true, 1))
                .withMessageContaining("deserialized must be false");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StorageLevel(false, true, false, true, 40))
                .withMessageContaining("from 1 to 39, got 40");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StorageLevel(false, true, false, true, 0))
                .withMessageContaining("got 0");
    }
}

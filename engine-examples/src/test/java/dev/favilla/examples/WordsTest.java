package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WordsTest {

    @Test
    void wordsAreMaximalRunsOfLettersInLowerCase() {
        assertThat(words("Call me Ishmael. Some years ago--never mind"))
                .containsExactly("call", "me", "ishmael", "some", "years", "ago", "never", "mind");
    }

    @Test
    void digitsApostrophesAndUnderscoresEndAWord() {
        assertThat(words("don't 3rd a_b x9y")).containsExactly("don", "t", "rd", "a", "b", "x", "y");
    }

    @Test
    void lettersOutsideOfTheBasicPlaneBelongToTheirWord() {
        assertThat(words("x\ud835\udd04y \ud83d\ude00z")).containsExactly("x\ud835\udd04y", "z");
    }

    @Test
    void halfASurrogatePairIsNoLetter() {
        assertThat(words("a\ud835b")).containsExactly("a", "b");
    }

    @Test
    void wholeWordsAreLoweredSoThatAFinalSigmaIsFinal() {
        assertThat(words("ΟΔΟΣ ΣΑΣ")).containsExactly("οδος", "σας");
    }

    @Test
    void aLineWithoutLettersHasNoWords() {
        assertThat(words("")).isEmpty();
        assertThat(words(" 12, 13; ")).isEmpty();
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Words.of(line, words::add);
        return words;
    }
}

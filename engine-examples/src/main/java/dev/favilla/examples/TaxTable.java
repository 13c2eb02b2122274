package dev.favilla.examples;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Invented towns and salaries, the same in every run: what each town takes of a salary, and who earns how much where.
 */
final class TaxTable {

    private static final List<String> FIRST = List.of(
            "Alder", "Ash", "Beck", "Birch", "Black", "Brad", "Broad", "Brook", "Burn", "Clay", "Cold", "Crow", "Dun",
            "East", "Elm", "Fair", "Fern", "Ford", "Fox", "Glen", "Green", "Hart", "Hazel", "High", "Holm", "King",
            "Lang", "Leigh", "Lin", "Long", "Marsh", "Mill", "Nor", "Oak", "Red", "Rose", "Sand", "Shep", "South",
            "Stan", "Stone", "Thorn", "Wald", "West", "Whit", "Wind", "Wood", "York");
    private static final List<String> LAST = List.of(
            "borough", "bridge", "burgh", "bury", "by", "combe", "cote", "dale", "den", "field", "ford", "gate", "ham",
            "hurst", "ley", "mere", "mouth", "port", "stead", "stoke", "thorpe", "ton", "well", "wick", "worth");

    private static final List<String> SIZES = List.of("", "Great ", "Little ", "Upper ");
    private static final List<String> COUNTIES = List.of("Easton", "Northmark", "Southmark", "Westerly");

    private static final int LOWEST_RATE = 50;
    private static final int RATE_STEPS = 11;
    private static final int RATE_STEP = 25;
    private static final long LOWEST_SALARY_CENTS = 1_800_000;
    private static final int SALARY_SPAN_CENTS = 7_000_000;

    private TaxTable() {}

    /** Returns the names of all towns, in a fixed order. */
    static List<String> towns() {
        List<String> towns = new ArrayList<>();
        for (String size : SIZES) {
            for (String first : FIRST) {
                for (String last : LAST) {
                    towns.add(size + first + last);
                }
            }
        }
        return towns;
    }

    /** Returns each town's rate in hundredths of a percent. */
    static Map<String, Integer> rates() {
        Map<String, Integer> rates = new HashMap<>();
        for (String town : towns()) {
            rates.put(town, LOWEST_RATE + RATE_STEP * Math.floorMod(town.hashCode(), RATE_STEPS));
        }
        return rates;
    }

    /** Returns {@code count} salaries, spread over all towns. */
    static List<Salary> salaries(int count) {
        List<String> towns = towns();
        List<Salary> salaries = new ArrayList<>(count);
        for (int employee = 0; employee < count; employee++) {
            String town = towns.get((int) (mix(employee) % towns.size()));
            String county = COUNTIES.get(Math.floorMod(town.hashCode(), COUNTIES.size()));
            salaries.add(new Salary(town, county, LOWEST_SALARY_CENTS + mix(~employee) % SALARY_SPAN_CENTS));
        }
        return salaries;
    }

    private static long mix(long bits) {
        long mixed = (bits + 1) * 0x9e3779b97f4a7c15L;
        return (mixed ^ (mixed >>> 31)) >>> 1;
    }

    /**
     * What somebody earns, and where.
     *
     * @param town decides the rate
     * @param county what the town belongs to
     * @param cents per year
     */
    record Salary(String town, String county, long cents) implements Serializable {

        /** Returns the tax in cents, at {@code rate} hundredths of a percent. */
        long tax(int rate) {
            return cents * rate / 10_000;
        }
    }
}

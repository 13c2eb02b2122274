package dev.favilla.examples;

import java.io.Serializable;

/** The rows of the tables of flights that ship with the examples. */
final class FlightTables {

    static final String AIRPORTS = "/data/airports.csv";
    static final String FLIGHTS = "/data/flights-airport.csv";

    private FlightTables() {}

    /**
     * A row of the table of airports; its other columns are not read.
     *
     * @param iata the code
     * @param city where it is
     * @param state in short form
     */
    record Airport(String iata, String city, String state) implements Serializable {

        /** Returns for example {@code Chicago, IL}. */
        String place() {
            return city + ", " + state;
        }
    }

    /**
     * A row of the table of flights.
     *
     * @param origin the code of the airport they leave
     * @param destination the code of the airport they reach
     * @param count how many there were
     */
    record Route(String origin, String destination, long count) implements Serializable {}
}

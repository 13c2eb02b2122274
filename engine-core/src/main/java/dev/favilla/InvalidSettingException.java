package dev.favilla;

/** A setting is unknown or has a value that is not allowed. */
public final class InvalidSettingException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String key;
    private final String value;

    InvalidSettingException(String key, String value, String problem) {
        super("Invalid setting " + key + " = '" + value + "': " + problem);
        this.key = key;
        this.value = value;
    }

    /** Returns the name of the setting. */
    public String key() {
        return key;
    }

    /** Returns the value as it was given. */
    public String value() {
        return value;
    }
}

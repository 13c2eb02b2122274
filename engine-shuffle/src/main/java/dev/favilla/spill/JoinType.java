package dev.favilla.spill;

/** Which rows a join of a left side, which streams past, with a right side, which is held, gives. */
public enum JoinType {
    /** A row for each pair of a left and a right record of one key. */
    INNER(false, true, false, false),
    /** The same, and a row for each left record whose key is not on the right. */
    LEFT_OUTER(true, true, false, false),
    /** As inner, and a row for each right record whose key is not on the left. */
    RIGHT_OUTER(false, true, true, false),
    /** Both. */
    FULL_OUTER(true, true, true, false),
    /** The left records whose key is on the right. */
    LEFT_SEMI(false, true, false, true),
    /** The left records whose key is not on the right. */
    LEFT_ANTI(true, false, false, true);

    private final boolean leftAlone;
    private final boolean matched;
    private final boolean rightAlone;
    private final boolean keysOnly;

    JoinType(boolean leftAlone, boolean matched, boolean rightAlone, boolean keysOnly) {
        this.leftAlone = leftAlone;
        this.matched = matched;
        this.rightAlone = rightAlone;
        this.keysOnly = keysOnly;
    }

    /** Returns whether a left record that is, or is not, matched gives a row. */
    boolean wantsLeft(boolean isMatched) {
        return isMatched ? matched : leftAlone;
    }

    /** Returns whether right records that no left one has met give rows. */
    public boolean wantsRightAlone() {
        return rightAlone;
    }

    /** Returns whether nothing of the right side but its keys is looked at. */
    public boolean needsKeysOnly() {
        return keysOnly;
    }
}

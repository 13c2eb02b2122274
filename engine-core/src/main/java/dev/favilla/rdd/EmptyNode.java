package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;

/** Nothing: no partition, and so no record. */
public final class EmptyNode extends Node {

    public EmptyNode(int id, CallSite callSite) {
        super(id, "EmptyRDD", callSite);
    }

    @Override
    protected int countPartitions() {
        return 0;
    }
}

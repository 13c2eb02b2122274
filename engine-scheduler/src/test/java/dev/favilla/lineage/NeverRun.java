package dev.favilla.lineage;

/** What datasets are made of that are planned and never computed. */
public final class NeverRun implements Operator.Push, Source {

    private static final long serialVersionUID = 1L;

    @Override
    public String name() {
        return "never run";
    }

    @Override
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        throw new AssertionError("the scheduler ran a plan");
    }

    @Override
    public Cursor open(int partition, TaskInputs inputs) {
        throw new AssertionError("the scheduler opened a source");
    }

    @Override
    public boolean mayReuse() {
        return true;
    }
}

package dev.favilla.memory;

/**
 * Has memory given back whose owners nobody can reach any more. Asked before a request is refused, on the thread that
 * asks for memory, never under the manager's lock.
 *
 * <p><b>Failures.</b> What is thrown reaches whoever asked for memory.
 */
public interface MemoryReclaimer {

    /** Knows of nothing. */
    MemoryReclaimer NONE = new MemoryReclaimer() {

        @Override
        public void sweep() {
            // nothing is ever found
        }

        @Override
        public boolean search() {
            return false;
        }
    };

    /** Has given back what is known to be out of reach, and returns once it was. Cheap when there is nothing. */
    void sweep();

    /**
     * Finds out what is out of reach and has it given back. May take seconds; does nothing where it has found nothing
     * lately and nothing has happened since.
     *
     * @return whether anything was found
     */
    boolean search();
}

package dev.favilla.fault;

/** An injector as one attempt meets it: who is asking is known, what is left to say is where. */
public interface FaultProbe {

    /** Nobody steps in. */
    FaultProbe NONE = new FaultProbe() {

        @Override
        public void reach(FaultSite site, String block) {
            // nothing happens
        }

        @Override
        public byte[] bytes(FaultSite site, String block, byte[] frame) {
            return frame;
        }

        @Override
        public String toString() {
            return "FaultProbe.NONE";
        }
    };

    /**
     * Says that the attempt has reached {@code site}.
     *
     * @param block which block is concerned, empty where none is
     */
    void reach(FaultSite site, String block) throws Exception;

    /** Returns what the attempt finds instead of {@code frame}: the frame itself, or a damaged copy. */
    byte[] bytes(FaultSite site, String block, byte[] frame);
}

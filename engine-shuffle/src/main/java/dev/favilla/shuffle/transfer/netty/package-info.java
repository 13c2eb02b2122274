/**
 * How blocks move between executors through Netty's channels: within the JVM, or over a loopback port.
 *
 * <p>Start at {@link dev.favilla.shuffle.transfer.netty.NettyTransfer}, the only public class and the only one that does
 * without Netty's: nothing of it is loaded before the first block moves. {@link dev.favilla.shuffle.transfer.netty.Wire}
 * says what travels. One event loop per context does all that concerns channels; attempts wait in their slots, and
 * blocks are made on threads of their own. Nothing here looks into a block, and nothing that arrives is deserialized.
 */
@NullMarked
package dev.favilla.shuffle.transfer.netty;

import org.jspecify.annotations.NullMarked;

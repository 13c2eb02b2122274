package dev.favilla.shuffle.transfer.netty;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import java.net.SocketAddress;

/** What the connections of a context are made of. */
interface Medium {

    /** Returns what drives its channels. */
    IoHandlerFactory driver();

    /** Returns a channel that is not connected yet. */
    Channel newClient();

    /** Returns a channel that does not listen yet. */
    ServerChannel newServer();

    /** Returns where a server is to listen, any free place of those that are allowed. */
    SocketAddress anywhere();
}

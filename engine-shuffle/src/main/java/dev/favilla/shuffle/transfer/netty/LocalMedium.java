package dev.favilla.shuffle.transfer.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelId;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import java.net.SocketAddress;

/** Connects within the JVM. Nobody outside of it can find the address. */
final class LocalMedium implements Medium {

    @Override
    public IoHandlerFactory driver() {
        return LocalIoHandler.newFactory();
    }

    @Override
    public Channel newClient() {
        return new Client();
    }

    @Override
    public ServerChannel newServer() {
        return new Server();
    }

    @Override
    public SocketAddress anywhere() {
        return LocalAddress.ANY;
    }

    private static final class Client extends LocalChannel {

        @Override
        protected ChannelId newId() {
            return new QuietChannelId();
        }
    }

    private static final class Accepted extends LocalChannel {

        Accepted(LocalServerChannel parent, LocalChannel peer) {
            super(parent, peer);
        }

        @Override
        protected ChannelId newId() {
            return new QuietChannelId();
        }
    }

    private static final class Server extends LocalServerChannel {

        @Override
        protected LocalChannel newLocalChannel(LocalChannel peer) {
            return new Accepted(this, peer);
        }

        @Override
        protected ChannelId newId() {
            return new QuietChannelId();
        }
    }
}

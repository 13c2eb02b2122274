package dev.favilla.shuffle.transfer.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelId;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.List;

/** Connects over TCP on the loopback device, which other machines cannot reach, and on a port that nobody can know. */
final class LoopbackMedium implements Medium {

    private static final int ANY_PORT = 0;

    @Override
    public IoHandlerFactory driver() {
        return NioIoHandler.newFactory();
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
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), ANY_PORT);
    }

    private static final class Client extends NioSocketChannel {

        @Override
        protected ChannelId newId() {
            return new QuietChannelId();
        }
    }

    private static final class Accepted extends NioSocketChannel {

        Accepted(Channel parent, SocketChannel socket) {
            super(parent, socket);
        }

        @Override
        protected ChannelId newId() {
            return new QuietChannelId();
        }
    }

    private static final class Server extends NioServerSocketChannel {

        @Override
        protected int doReadMessages(List<Object> accepted) throws IOException {
            SocketChannel socket = javaChannel().accept();
            if (socket == null) {
                return 0;
            }
            accepted.add(new Accepted(this, socket));
            return 1;
        }

        @Override
        protected ChannelId newId() {
            return new QuietChannelId();
        }
    }
}

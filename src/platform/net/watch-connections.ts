import type { Server } from 'node:http';
import type { Socket } from 'node:net';

type OpenSocket = {
  /** Requests that have no whole answer yet. */
  underWay: number;
  /** How much had come when the last of them was answered. */
  bytes: number;
};

/**
 * Tells connections that wait from those that work. Node counts one on which nothing was ever asked as at work, and looks for late
 * heads no more once a server closes. Browsers open such connections in advance and keep them for minutes: a server that stops
 * would wait for each of them.
 */
export function watchConnections(server: Server) {
  const connections = new Map<Socket, OpenSocket>();
  server.on('connection', (socket: Socket) => {
    connections.set(socket, { underWay: 0, bytes: 0 });
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', ({ socket }, outgoing) => {
    const connection = connections.get(socket);
    if (connection === undefined) return;
    connection.underWay += 1;
    outgoing.once('close', () => {
      connection.underWay -= 1;
      connection.bytes = socket.bytesRead;
    });
  });
  const end = (isToEnd: (connection: OpenSocket, socket: Socket) => boolean): void => {
    for (const [socket, connection] of connections)
      if (connection.underWay === 0 && isToEnd(connection, socket)) socket.destroy();
  };
  return {
    /** Ends those on which nothing is asked, nor has begun to be. */
    endIdle: () => end((connection, socket) => socket.bytesRead === connection.bytes),
    /** Ends also those whose next head has begun to come. */
    endWaiting: () => end(() => true),
  };
}

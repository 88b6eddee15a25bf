"""A WebSocket server as the documentation of its library shows it: echo on /ws, a room without names on /room.

    python_peer.py websockets|aiohttp|tornado PORT

One process, no compression, no pings, no log of requests: each library at its quickest.
"""

import asyncio
import sys


async def serve_websockets(port):
    import websockets
    members = set()

    async def converse(connection, path):
        if path != "/room":
            async for message in connection:
                await connection.send(message)
            return
        members.add(connection)
        try:
            async for message in connection:
                websockets.broadcast(members, message)
        finally:
            members.discard(connection)

    async with websockets.serve(converse, "127.0.0.1", port, compression=None, ping_interval=None, backlog=1024):
        await asyncio.Future()


async def serve_aiohttp(port):
    from aiohttp import web
    members = set()

    async def echo(request):
        connection = web.WebSocketResponse(compress=False)
        await connection.prepare(request)
        async for message in connection:
            await connection.send_bytes(message.data)
        return connection

    async def room(request):
        connection = web.WebSocketResponse(compress=False)
        await connection.prepare(request)
        members.add(connection)
        try:
            async for message in connection:
                for member in list(members):
                    await member.send_bytes(message.data)
        finally:
            members.discard(connection)
        return connection

    application = web.Application()
    application.add_routes([web.get("/ws", echo), web.get("/room", room)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    await asyncio.Future()


async def serve_tornado(port):
    from tornado import web, websocket
    members = set()

    class Echo(websocket.WebSocketHandler):
        async def on_message(self, message):
            await self.write_message(message, binary=True)

    class Room(websocket.WebSocketHandler):
        def open(self):
            members.add(self)

        def on_message(self, message):
            for member in members:
                member.write_message(message, binary=True)

        def on_close(self):
            members.discard(self)

    web.Application([("/ws", Echo), ("/room", Room)], log_function=lambda handler: None).listen(port, "127.0.0.1")
    await asyncio.Future()


if __name__ == "__main__":
    kind = {"websockets": serve_websockets, "aiohttp": serve_aiohttp, "tornado": serve_tornado}[sys.argv[1]]
    asyncio.run(kind(int(sys.argv[2])))

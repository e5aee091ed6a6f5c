"""An agent written by hand for agent protocol 1: standard library only, websocket frames put together byte by byte.

    python3 agent.py HOST PORT

It talks to a room well and badly and prints a line of JSON for each conversation: what was sent, what came back, and
whether the room then closed the socket. What the answers should be is for its reader to say.
"""

import base64
import hashlib
import json
import os
import socket
import struct
import sys
import time

PATH = "/api/v1/agent"
TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
PATIENCE = 20.0


class Socket:
    """One websocket, RFC 6455."""

    def __init__(self, host, port):
        self.stream = socket.create_connection((host, port), timeout=PATIENCE)
        self.unread = b""
        key = base64.b64encode(os.urandom(16)).decode()
        self.stream.sendall(
            (
                f"GET {PATH} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
            ).encode()
        )
        head = self.read_until(b"\r\n\r\n").decode()
        accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        assert head.startswith("HTTP/1.1 101 "), head
        assert f"sec-websocket-accept: {accept}".lower() in head.lower(), head

    def read_until(self, end):
        while end not in self.unread:
            self.fill()
        found, self.unread = self.unread.split(end, 1)
        return found

    def read(self, count):
        while len(self.unread) < count:
            self.fill()
        found, self.unread = self.unread[:count], self.unread[count:]
        return found

    def fill(self):
        more = self.stream.recv(1 << 16)
        if not more:
            raise ConnectionError("the room closed the connection")
        self.unread += more

    def send(self, opcode, payload):
        length = len(payload)
        if length < 126:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
        elif length < 1 << 16:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, length)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, length)
        mask = os.urandom(4)
        pad = (mask * (length // 4 + 1))[:length]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(pad, "big")).to_bytes(length, "big")
        self.stream.sendall(head + mask + masked)

    def receive(self):
        """The next frame as (opcode, payload). A server neither masks nor, in this protocol, splits its frames."""
        first, second = self.read(2)
        assert first & 0x80 and not second & 0x80, (first, second)
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", self.read(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self.read(8))
        return first & 0x0F, self.read(length)


class Agent:
    """One conversation with the room, whatever is said in it."""

    def __init__(self, room):
        self.socket = Socket(*room)

    def say(self, message):
        self.say_raw(json.dumps(message))

    def say_raw(self, text):
        self.socket.send(TEXT, text.encode())

    def hear(self):
        """The next message; None once the room has closed."""
        while True:
            try:
                opcode, payload = self.socket.receive()
            except ConnectionError:
                return None
            if opcode == PING:
                self.socket.send(PONG, payload)
            elif opcode == CLOSE:
                return None
            elif opcode == TEXT:
                return json.loads(payload)

    def hello(self, name):
        self.say({"hello": {"protocol": 1, "agent": name, "token": "none is asked for", "version": "0.1.0"}})
        return self.hear()

    def readings(self, sequence, readings):
        self.say({"readings": {"sequence": sequence, "readings": readings}})
        return self.hear()

    def span(self, first, sequence, readings):
        """A batch that says which ordinals it stands for; a room that hears that has "first" in its welcome."""
        self.say({"readings": {"first": first, "sequence": sequence, "readings": readings}})
        return self.hear()


class Steady:
    """A well-behaved agent beside the others, whose connection stays open all the while."""

    def __init__(self, room):
        self.agent = Agent(room)
        self.sequence = 0
        assert self.agent.hello("python-steady")["welcome"]["received"] == 0

    def is_served(self):
        self.sequence += 1
        answer = self.agent.readings(self.sequence, [["press.scrap", now(), 100.0]])
        return answer == {"received": {"sequence": self.sequence}}


def now():
    return int(time.time() * 1000)


def good(agent):
    """What the contract shows, a mark included, what cannot be read, and a batch that had been taken before."""
    mark = {"quality": "doubtful", "note": "the gauge was changed"}
    welcome = agent.hello("python")
    if "faults" in welcome["welcome"]["hears"]:
        # Nothing answers it.
        agent.say({"faults": [{"indicator": "press.idle", "why": "no answer within 5s"}]})
    return [
        welcome,
        agent.readings(3, [["press.scrap", now(), 231.5], ["press.idle", now(), 7, mark]]),
        agent.readings(3, [["press.scrap", now(), 231.5]]),
        agent.readings(4, []),
    ]


def back_again(agent):
    return [agent.hello("python")]


def fresh_first(agent):
    """What is new goes ahead of a backlog of nine; the fifth of those was lost, and one batch comes twice in part."""
    agent.hello("python-fresh")
    return [agent.span(10, 11, [["press.scrap", now() + i, 2.0] for i in range(2)])]


def fresh_first_after_a_cut(agent):
    old = [["press.idle", now() - 1000 * i, 7.0] for i in range(9, 0, -1)]
    return [
        agent.hello("python-fresh"),
        agent.span(1, 4, old[:4]),
        agent.span(3, 4, old[2:4]),
        agent.span(5, 5, []),
        agent.span(6, 10, old[5:] + [["press.scrap", now(), 3.0]]),
    ]


def caught_up(agent):
    return [agent.hello("python-fresh")]


def not_so_many(agent):
    agent.hello("python-count")
    return [agent.span(1, 9, [["press.scrap", now(), 1.0]])]


def too_scattered(agent):
    """A room keeps 128 ranges above what is missing, and no more."""
    agent.hello("python-scattered")
    return [agent.span(10 * k, 10 * k, []) for k in range(1, 130)][-1:]


def garbage(agent):
    agent.hello("python-garbage")
    agent.say_raw("\u00bf\u0000garbage{{{")
    return [agent.hear()]


def two_mebibytes(agent):
    agent.hello("python-large")
    agent.say_raw(" " * (2 << 20))
    return [agent.hear()]


def unknown_protocol(agent):
    agent.say({"hello": {"protocol": 7, "agent": "python-seven"}})
    return [agent.hear()]


def nan(agent):
    agent.hello("python-nan")
    agent.say_raw('{"readings":{"sequence":1,"readings":[["press.scrap",%d,NaN]]}}' % now())
    return [agent.hear()]


def year_2100(agent):
    agent.hello("python-2100")
    first = agent.readings(1, [["press.scrap", 4102444800000, 1.0], ["press.idle", now(), 7.0]])
    return [first, agent.readings(2, [["press.idle", now(), 7.0]])]


def bad_readings(agent):
    agent.hello("python-bad-readings")
    return [agent.readings(1, [["No Name", now(), 1.0], ["press.idle", "noon", 1.0], ["press.idle", now(), None]])]


def readings_before_hello(agent):
    return [agent.readings(1, [["press.scrap", now(), 100.0]])]


def second_hello(agent):
    agent.hello("python-twice")
    return [agent.hello("python-twice")]


def binary(agent):
    agent.hello("python-binary")
    agent.socket.send(BINARY, b"\x00\x01\x02")
    return [agent.hear()]


def unknown_field(agent):
    agent.hello("python-field")
    agent.say({"readings": {"sequence": 1, "readings": [], "colour": "red"}})
    return [agent.hear()]


def unknown_field_in_hello(agent):
    agent.say({"hello": {"protocol": 1, "agent": "python-field", "colour": "red"}})
    return [agent.hear()]


def too_many_readings(agent):
    agent.hello("python-many")
    return [agent.readings(1, [["a", 1, 1]] * 10_001)]


def too_many_faults(agent):
    agent.hello("python-failing")
    agent.say({"faults": [{"indicator": "a", "why": "b"}] * 1_001})
    return [agent.hear()]


CONVERSATIONS = [
    good,
    back_again,
    fresh_first,
    fresh_first_after_a_cut,
    caught_up,
    not_so_many,
    too_scattered,
    garbage,
    two_mebibytes,
    unknown_protocol,
    nan,
    year_2100,
    bad_readings,
    readings_before_hello,
    second_hello,
    binary,
    unknown_field,
    unknown_field_in_hello,
    too_many_readings,
    too_many_faults,
]


def main():
    room = (sys.argv[1], int(sys.argv[2]))
    steady = Steady(room)
    for conversation in CONVERSATIONS:
        agent = Agent(room)
        answers = conversation(agent)
        refused = any(answer is not None and "refused" in answer for answer in answers)
        # Whoever was refused finds the socket closed; whoever was not closes it.
        closed = agent.hear() is None if refused else False
        agent.socket.stream.close()
        served = steady.is_served()
        print(json.dumps({"said": conversation.__name__, "answers": answers, "closed": closed, "others_served": served}))


if __name__ == "__main__":
    main()

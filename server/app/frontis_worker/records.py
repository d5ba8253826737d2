"""The records of FastCGI that a responder reads and writes (FastCGI specification, 3.3)."""

import struct

# Kinds of records (FastCGI specification, 8).
BEGIN, ABORT, END, PARAMS, STDIN, STDOUT = 1, 2, 3, 4, 5, 6
RECORD = struct.Struct(">BBHHBx")  # version, kind, request, length of the content, padding
pack, unpack = RECORD.pack, RECORD.unpack_from
LONG = struct.Struct(">I").unpack_from
LARGEST = 65528  # content of a record that we send; a multiple of 8


def end_of(number):
    return pack(1, STDOUT, number, 0, 0) + pack(1, END, number, 8, 0) + bytes(8)


# What the server sends around the params of request 1 without a body, and our end of its answer.
OPENING = pack(1, BEGIN, 1, 8, 0) + b"\0\1\1"
CLOSING = pack(1, PARAMS, 1, 0, 0) + pack(1, STDIN, 1, 0, 0)
END_OF_1 = end_of(1)


class Gone(ConnectionError):
    """The server closed the connection: the client left, or it was too slow."""

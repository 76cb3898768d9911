"""The tables of what nodes say to each other: whose key is whose, what is on its way and what came.

Also which exchanges have their other side at home on another node.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from node.storage.metadata import ROW_ID, metadata

# Other nodes that something was heard from or said to.
peers = Table(
    "peers",
    metadata,
    Column("node_id", Text, primary_key=True),
    Column("name", Text, nullable=False),  # blank until its document was read
    Column("inbox", Text, nullable=False),
    Column("contact", Text, nullable=False),  # the address that it states for questions, or blank
    Column("read_at", BigInteger, nullable=False),  # when its document was asked for last, in vain or not
)

# Their keys: the one that is believed, those before it, and those that nobody has vouched for.
peer_keys = Table(
    "peer_keys",
    metadata,
    Column("node_id", Text, ForeignKey("peers.node_id", ondelete="CASCADE"), primary_key=True),
    Column("key_id", String(43), primary_key=True),
    Column("public", String(43), nullable=False),
    Column("state", String(10), nullable=False),  # pinned, former, offered
    Column("how", String(10), nullable=False),  # seen, signed, operator
    Column("at", BigInteger, nullable=False),
)

# Messages on their way. A settled row keeps no words.
messages_out = Table(
    "messages_out",
    metadata,
    Column("number", ROW_ID, primary_key=True, autoincrement=True),
    Column("id", String(60), nullable=False, unique=True),
    Column("to_node", Text, nullable=False),
    Column("exchange_id", String(20), nullable=False, index=True),  # blank where it is about none
    Column("type", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(10), nullable=False),  # waiting, failed, refused; delivered ones are gone
    Column("made_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("lease_until", BigInteger, nullable=False),
    Column("lease_token", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Index("ix_messages_out_due", "state", "due_at"),
    Index("ix_messages_out_lane", "to_node", "exchange_id", "state", "number"),
)

# Messages that came, by their senders' ids, with what was answered: a second one is answered alike, and does nothing.
messages_in = Table(
    "messages_in",
    metadata,
    Column("from_node", Text, primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("answer", Text, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
)

message_nonces = Table(
    "message_nonces",
    metadata,
    Column("keyed", String(64), primary_key=True),  # hash of node, key and nonce
    Column("at", BigInteger, nullable=False, index=True),
)

# Exchanges of which one side is at home on another node. The owner's home decides, the asker's copy follows.
exchange_homes = Table(
    "exchange_homes",
    metadata,
    Column("exchange_id", String(20), ForeignKey("exchanges.id", ondelete="CASCADE"), primary_key=True),
    Column("side", String(10), nullable=False),  # which side this node speaks for
    Column("peer", Text, nullable=False),  # the node that speaks for the other
    Column("own_id", Text, nullable=False, index=True),  # the organisation of this node; blank for a person who asks
    Column("other", Text, nullable=False),  # JSON: type, id and name of the other side; a person has no name here
    Column("revision", Integer, nullable=False),  # of the owner's home, as far as it is known at the asker's
    Column("acts", Integer, nullable=False),  # of the asker: sent, or heard of at the owner's home
    Column("tries", Integer, nullable=False),  # wrong codes that came from the other side
    Column("code_answer", String(20), nullable=False),  # what the other home said of the code typed here last
    Column("code_at", BigInteger, nullable=False),  # when that code was typed
)

#!/usr/bin/env python3
"""committed.py BROKERS GROUP TOPIC: the committed offsets, partition TAB offset a line.

Asks the broker through librdkafka itself (ctypes), so that the answer is nobody's
opinion but the group coordinator's, on kebmock as on a real Kafka.
"""
import ctypes
import sys

TIMEOUT_MS = 10000
CONSUMER = 1


class Partition(ctypes.Structure):
    _fields_ = [("topic", ctypes.c_char_p), ("partition", ctypes.c_int32),
                ("offset", ctypes.c_int64), ("metadata", ctypes.c_void_p),
                ("metadata_size", ctypes.c_size_t), ("opaque", ctypes.c_void_p),
                ("err", ctypes.c_int), ("private", ctypes.c_void_p)]


class List(ctypes.Structure):
    _fields_ = [("cnt", ctypes.c_int), ("size", ctypes.c_int),
                ("elems", ctypes.POINTER(Partition))]


class MetaPartition(ctypes.Structure):
    _fields_ = [("id", ctypes.c_int32), ("err", ctypes.c_int), ("leader", ctypes.c_int32),
                ("replica_cnt", ctypes.c_int), ("replicas", ctypes.c_void_p),
                ("isr_cnt", ctypes.c_int), ("isrs", ctypes.c_void_p)]


class MetaTopic(ctypes.Structure):
    _fields_ = [("topic", ctypes.c_char_p), ("partition_cnt", ctypes.c_int),
                ("partitions", ctypes.POINTER(MetaPartition)), ("err", ctypes.c_int)]


class Meta(ctypes.Structure):
    _fields_ = [("broker_cnt", ctypes.c_int), ("brokers", ctypes.c_void_p),
                ("topic_cnt", ctypes.c_int), ("topics", ctypes.POINTER(MetaTopic))]


def library():
    rk = ctypes.CDLL("librdkafka.so.1")
    for name in ("rd_kafka_conf_new", "rd_kafka_new", "rd_kafka_topic_new",
                 "rd_kafka_topic_partition_list_new"):
        getattr(rk, name).restype = ctypes.c_void_p
    rk.rd_kafka_err2str.restype = ctypes.c_char_p
    rk.rd_kafka_topic_partition_list_new.restype = ctypes.POINTER(List)
    return rk


def good(rk, err):
    if err:
        sys.exit("committed.py: " + rk.rd_kafka_err2str(err).decode())


def client(rk, brokers, group):
    text = ctypes.create_string_buffer(512)
    conf = ctypes.c_void_p(rk.rd_kafka_conf_new())
    for name, value in ((b"bootstrap.servers", brokers), (b"group.id", group)):
        if rk.rd_kafka_conf_set(conf, name, value, text, ctypes.c_size_t(512)):
            sys.exit("committed.py: " + text.value.decode())
    return ctypes.c_void_p(rk.rd_kafka_new(CONSUMER, conf, text, ctypes.c_size_t(512)))


def partitions(rk, handle, topic):
    meta = ctypes.POINTER(Meta)()
    one = ctypes.c_void_p(rk.rd_kafka_topic_new(handle, topic, None))
    good(rk, rk.rd_kafka_metadata(handle, 0, one, ctypes.byref(meta), TIMEOUT_MS))
    return [meta.contents.topics[0].partitions[i].id
            for i in range(meta.contents.topics[0].partition_cnt)]


def main():
    brokers, group, topic = (arg.encode() for arg in sys.argv[1:4])
    rk = library()
    handle = client(rk, brokers, group)
    ids = partitions(rk, handle, topic)
    wanted = rk.rd_kafka_topic_partition_list_new(len(ids))
    for i in ids:
        rk.rd_kafka_topic_partition_list_add(wanted, topic, i)
    good(rk, rk.rd_kafka_committed(handle, wanted, TIMEOUT_MS))
    for i in range(wanted.contents.cnt):
        one = wanted.contents.elems[i]
        good(rk, one.err)
        if one.offset >= 0:
            print(one.partition, one.offset, sep="\t")
    sys.stdout.flush()


main()

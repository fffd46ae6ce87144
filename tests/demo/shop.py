#!/usr/bin/env python3
"""shop.py N: N record lines of a shop's day for kebwrite, in three topics, always the same.

orders (JSON with a type, keyed by customer), payments (keyed by order, amounts with two
decimals), clicks (the many that nobody wants to pay for as events).
"""
import json
import random
import sys
from base64 import b64encode

START = 1767171600000  # 2025-12-31T09:00:00Z
SKUS = ("mug-blue", "mug-red", "tea-assam", "tea-sencha", "kettle-1l", "filter-4")
CITIES = ("Dublin", "Köln", "Łódź", "Málaga", "Tromsø")


def b64(text):
    return b64encode(text.encode()).decode()


def order(dice, n):
    items = [{"sku": dice.choice(SKUS), "quantity": dice.randint(1, 4),
              "price": dice.randint(250, 9900) / 100} for _ in range(dice.randint(1, 4))]
    customer = "c-%04d" % dice.randint(1, 400)
    kind = dice.choice(("OrderPlaced", "OrderPlaced", "OrderPlaced", "OrderCancelled", "OrderShipped"))
    return "orders", customer, {"type": kind, "orderId": "o-%06d" % n, "customer": customer,
                                "city": dice.choice(CITIES), "items": items}


def payment(dice, n):
    return "payments", "o-%06d" % n, {"type": "PaymentCaptured", "orderId": "o-%06d" % n,
                                      "amount": dice.randint(250, 99000) / 100, "currency": "EUR",
                                      "method": dice.choice(("card", "sepa", "wallet"))}


def click(dice, n):
    return "clicks", None, {"type": dice.choice(("PageView", "PageView", "AddToCart")), "session": n % 97,
                            "path": "/shop/" + dice.choice(SKUS), "ms": dice.randint(3, 900)}


def main(count):
    dice = random.Random(20251231)
    now = START
    for n in range(1, count + 1):
        now += dice.randint(0, 40)
        topic, key, value = dice.choices((order, payment, click), (3, 2, 5))[0](dice, n)
        line = {"topic": topic, "timestamp": now, "key": key and b64(key),
                "value": b64(json.dumps(value, ensure_ascii=False, separators=(",", ":"))),
                "headers": [{"trace": b64("Root=1-%08x-%024x" % (now // 1000, n))}]}
        print(json.dumps(line, separators=(",", ":")))


main(int(sys.argv[1]))

#!/usr/bin/env python3
"""lots.py [N]: N (200,000) synthetic GeoJSON features, one a line, about 900 bytes each.

The shape is that of San Francisco's parcels as Event Ruler's benchmarks have them: nine
strings in properties, a polygon's points as objects in arrays, the first of them once more.
The same N gives the same bytes.
"""
import random
import sys

STREETS = """MISSION GEARY FULTON JUDAH NORIEGA TARAVAL VALENCIA GUERRERO DOLORES CHURCH SANCHEZ NOE
CASTRO HAIGHT OAK FELL HAYES GROVE MCALLISTER TURK EDDY ELLIS SUTTER PINE CALIFORNIA CLAY WASHINGTON
JACKSON PACIFIC BROADWAY VALLEJO GREEN UNION FILBERT LOMBARD CHESTNUT FRANCISCO BAY LAGUNA BUCHANAN
WEBSTER FILLMORE STEINER SCOTT DIVISADERO BAKER LYON DRUMM ACADIA ACORN BLAKE BLANCHE RHINE RUTLAND
VALLETTA KEARNY MONTGOMERY SANSOME""".split()
TYPES = ["ST"] * 12 + ["AVE"] * 6 + ["BLVD", "WAY", "TER", "CT"]


def feature(r, i):
    block, lot = i // 40, i % 40 + 1
    number = r.randrange(1, 4000)
    street = STREETS[min(int(r.paretovariate(0.7)) - 1, len(STREETS) - 1)]
    points = 5 + min(int(r.expovariate(0.24)), 60)
    x, y = -122.5 + r.random() / 8, 37.7 + r.random() / 9
    ring = ['{"x":%.14f,"y":%.14f,"z":0.0}' % (x + r.random() / 1e3, y + r.random() / 1e3) for _ in range(points)]
    return (
        '{"type":"Feature","properties":{"MAPBLKLOT":"%04d%03d","BLKLOT":"%04d%03d","BLOCK_NUM":"%04d",'
        '"LOT_NUM":"%03d","FROM_ST":"%d","TO_ST":"%d","STREET":"%s","ST_TYPE":"%s","ODD_EVEN":"%s"},'
        '"geometry":{"type":"%s","firstCoordinates":%s,"coordinates":[[%s,%s]]}}\n'
        % (block, lot, block, lot, block, lot, number, number, street, r.choice(TYPES), "EO"[number % 2],
           "MultiPolygon" if i % 1700 == 7 else "Polygon", ring[0], ",".join(ring), ring[0]))


def main(n):
    r = random.Random(4)
    for i in range(n):
        sys.stdout.write(feature(r, i))


main(int(sys.argv[1]) if len(sys.argv) > 1 else 200000)

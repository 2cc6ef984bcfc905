"""Which addresses are the whole world's, and not those of this machine or of the network around it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

Allowed = Callable[[str], bool]
"""Whether an IP address may be connected to."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# What is given out to the world; the rest has old and odd spellings of IPv4 and of local addresses.
_UNICAST = ipaddress.ip_network("2000::/3")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the whole world's, also where it is written as another kind of address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip not in _UNICAST:
            return False
    return ip.is_global and not ip.is_multicast

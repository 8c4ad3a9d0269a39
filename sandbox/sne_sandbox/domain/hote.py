"""Names of hosts."""

import ipaddress


def est_boucle_locale(nom: str) -> bool:
    """Whether only this machine reaches the host `nom`: localhost, 127.0.0.0/8, ::1 (without brackets)."""
    if nom == "localhost":
        return True
    try:
        return ipaddress.ip_address(nom).is_loopback
    except ValueError:
        return False

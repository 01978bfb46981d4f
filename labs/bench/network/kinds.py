"""What kind of frame a frame is, in the names of labs/faults.ts."""


def kinds_of(frame):
    """The names of all kinds a frame belongs to; none for what is not there to be told apart."""
    protocol = frame[12:14]
    if protocol == b'\x08\x06':
        return ('arp',)
    if protocol == b'\x08\x00' and len(frame) >= 34:
        start, upper = 14 + 4 * (frame[14] & 15), frame[23]
        end = 14 + int.from_bytes(frame[16:18], 'big')
        if int.from_bytes(frame[20:22], 'big') & 0x1FFF:
            # A later fragment has no header of its own.
            return {6: ('tcp',), 17: ('udp',), 1: ('icmp',)}.get(upper, ())
    elif protocol == b'\x86\xdd' and len(frame) >= 54:
        start, upper = 54, frame[20]
        end = 54 + int.from_bytes(frame[18:20], 'big')
        while upper in (0, 43, 44, 60) and len(frame) > start + 8:
            fragment = upper == 44
            later = fragment and int.from_bytes(frame[start + 2:start + 4], 'big') & 0xFFF8
            upper, start = frame[start], start + (8 if fragment else 8 + 8 * frame[start + 1])
            if later:
                return {6: ('tcp',), 17: ('udp',), 58: ('icmp',)}.get(upper, ())
    else:
        return ()
    if upper == 17:
        return ('udp',)
    if upper == 1:
        return ('icmp',)
    if upper == 58:
        return ('arp',) if len(frame) > start and 133 <= frame[start] <= 137 else ('icmp',)
    if upper != 6 or len(frame) < start + 20:
        return ()
    flags = frame[start + 13]
    payload = end - start - 4 * (frame[start + 12] >> 4)
    kinds = ['tcp']
    if flags & 2:
        kinds.append('synack' if flags & 16 else 'syn')
    if flags & 1:
        kinds.append('fin')
    if flags & 4:
        kinds.append('rst')
    if payload > 0:
        kinds.append('data')
    elif not flags & 7 and flags & 16:
        kinds.append('ack')
    return kinds
